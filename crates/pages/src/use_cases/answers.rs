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

/// An answer that cannot be read.
pub struct Unreadable {
    /// The field of the form.
    pub field: &'static str,
    pub problem: String,
    /// What was typed.
    pub text: String,
}

/// What was answered, and what cannot be read, which counts as not answered.
pub fn answers(pairs: &[(String, String)], draft: &DraftView) -> (Answers, Vec<Unreadable>) {
    let one = |name: &str| {
        pairs
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    };
    let mut unreadable = Vec::new();
    let horizon_days = one("horizon").and_then(|text| {
        let days = text
            .parse::<u32>()
            .ok()
            .filter(|days| (1..=36_500).contains(days));
        if days.is_none() {
            unreadable.push(Unreadable {
                field: "horizon",
                problem: format!(
                    "“{text}” is not a number of days. Enter a whole number from 1 to 36500."
                ),
                text,
            });
        }
        days
    });
    let target = one("target").unwrap_or_else(|| {
        unreadable.push(Unreadable {
            field: "target",
            problem: "Choose the column that says who left (the outcome).".to_owned(),
            text: String::new(),
        });
        draft.answers.target.clone()
    });
    let is_same_target = target == draft.answers.target;
    // The page of a question has no columns on it: what was decided about them stays.
    let has_columns = pairs.iter().any(|(name, _)| name.starts_with("role."));
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
    let columns = match (is_same_target, has_columns) {
        (true, true) => draft
            .columns
            .iter()
            .enumerate()
            .filter_map(column)
            .collect(),
        (true, false) => draft.answers.columns.clone(),
        (false, _) => std::collections::BTreeMap::new(),
    };
    let answers = Answers {
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
        columns,
        target,
        day: None,
        file: String::new(),
    };
    (answers, unreadable)
}
