//! The submitted form of a draft as answers. Its field names are those of [`super::draft`] and
//! [`super::columns`]; a column's are numbered by its position in the files.

use model::{Kind, Role};
use workflow::DraftView;
use workflow::draft::{Answers, Blank, ColumnAnswer};

pub(super) const ROLES: [(Role, &str, &str); 4] = [
    (Role::Feature, "feature", "Model input"),
    (
        Role::Protected,
        "protected",
        "Protected: audited, not an input",
    ),
    (
        Role::PostOutcome,
        "post_outcome",
        "Known only after the outcome",
    ),
    (Role::Ignored, "ignored", "Not used"),
];

pub(super) const KINDS: [(Kind, &str, &str); 8] = [
    (Kind::Integer, "integer", "Whole number"),
    (Kind::Real, "real", "Number"),
    (Kind::Ordinal, "ordinal", "Ordered levels"),
    (Kind::Nominal, "nominal", "Levels without an order"),
    (Kind::Boolean, "boolean", "Yes or no"),
    (Kind::YearsSince, "years_since", "Date: years since"),
    (Kind::MonthsSince, "months_since", "Date: months since"),
    (Kind::DaysSince, "days_since", "Date: days since"),
];

/// A kind of values in words.
pub(crate) fn kind_label(kind: Kind) -> &'static str {
    KINDS
        .iter()
        .find(|(own, ..)| *own == kind)
        .map_or("", |(.., label)| *label)
}

/// What was answered; or the field that cannot be read and why.
pub fn answers(
    pairs: &[(String, String)],
    draft: &DraftView,
) -> Result<Answers, (&'static str, String)> {
    let one = |name: &str| {
        pairs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    };
    let horizon_days = one("horizon")
        .map(|text| {
            text.parse::<u32>()
                .ok()
                .filter(|days| (1..=36_500).contains(days))
                .ok_or_else(|| {
                    (
                        "horizon",
                        format!("“{text}” is not a number of days. Enter a whole number from 1 to 36500."),
                    )
                })
        })
        .transpose()?;
    let target = one("target").ok_or_else(|| {
        (
            "target",
            "Choose the column that says who left (the outcome).".to_owned(),
        )
    })?;
    let is_same_target = target == draft.answers.target;
    let column = |(index, column): (usize, &workflow::SentColumn)| {
        let role = one(&format!("role.{index}"))?;
        let kind = one(&format!("kind.{index}"));
        Some((
            column.name.clone(),
            ColumnAnswer {
                role: ROLES
                    .iter()
                    .find(|(_, word, _)| *word == role)
                    .map(|(role, ..)| *role),
                kind: KINDS
                    .iter()
                    .find(|(_, word, _)| Some(*word) == kind.as_deref())
                    .map(|(kind, ..)| *kind),
                label: one(&format!("label.{index}")),
                levels: one(&format!("levels.{index}"))
                    .map(|text| {
                        text.lines()
                            .map(str::trim)
                            .filter(|line| !line.is_empty())
                            .map(str::to_owned)
                            .collect()
                    })
                    .unwrap_or_default(),
            },
        ))
    };
    Ok(Answers {
        id: one("person"),
        time: one("time"),
        // Words of another column say nothing about this one.
        event: pairs
            .iter()
            .filter(|(name, value)| is_same_target && name == "event" && !value.is_empty())
            .map(|(_, value)| value.clone())
            .collect(),
        horizon_days,
        blank: match one("blank").as_deref() {
            Some("negative") => Some(Blank::Negative),
            Some("unknown") => Some(Blank::Unknown),
            _ => None,
        },
        title: one("title"),
        use_case_id: one("id"),
        columns: if is_same_target {
            draft
                .columns
                .iter()
                .enumerate()
                .filter_map(column)
                .collect()
        } else {
            std::collections::BTreeMap::new()
        },
        target,
        day: None,
        file: String::new(),
    })
}
