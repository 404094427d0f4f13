//! What an import would make of the columns of a file, before anything is stored.

use model::{Kind, Role, UseCase};
use serde::Serialize;

use crate::check::Header;
use crate::dates;
use crate::numbers::ColumnFormat;
use crate::read::{Raw, Texts};
use crate::refusal::shown;

/// What a use case takes a column for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnUse {
    /// Who the row is about.
    Id,
    /// When the row is from.
    Time,
    /// Whether it happened.
    Target,
    /// A model input.
    Input,
    /// Audited for fairness.
    Protected,
    /// Known only after the outcome: never an input.
    PostOutcome,
    /// A field that is carried along and never read.
    Ignored,
    /// The use case does not know it.
    Unused,
}

impl ColumnUse {
    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Id => "ID",
            Self::Time => "Period",
            Self::Target => "Outcome",
            Self::Input => "Input",
            Self::Protected => "Protected attribute",
            Self::PostOutcome => "Known after the outcome",
            Self::Ignored => "Ignored",
            Self::Unused => "Not used",
        }
    }
}

/// A cell as it is written, and what it is read as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    /// As in the file.
    pub text: String,
    /// What it stands for.
    pub read_as: String,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ColumnPreview {
    /// As in the header.
    pub name: String,
    /// What people call its field; `None` where it is none of the fields.
    pub label: Option<String>,
    /// What it is taken for.
    pub used_as: ColumnUse,
    /// Kind of its field.
    pub kind: Option<Kind>,
    /// Rows with an empty cell.
    pub blank: usize,
    /// Different values, without empty cells.
    pub distinct: usize,
    /// How its numbers and words for "missing" are read; `None` while that is plain or not known.
    pub format: Option<ColumnFormat>,
    /// The first date of the time column.
    pub example: Option<Example>,
    /// Why its values cannot be read; matters once it is used.
    pub unreadable: Option<String>,
}

impl ColumnPreview {
    /// Rows that count as missing: empty ones, and words that are read so.
    pub fn missing(&self) -> usize {
        let words = self.format.iter().flat_map(|format| &format.missing);
        self.blank + words.map(|(_, rows)| rows).sum::<usize>()
    }

    /// How it is written, in words; empty when that is plain.
    pub fn written(&self) -> String {
        let format = self.format.as_ref().map(ColumnFormat::description);
        let example = self
            .example
            .as_ref()
            .map(|example| format!("“{}” read as {}", example.text, example.read_as));
        let unreadable = self
            .unreadable
            .as_ref()
            .map(|reason| format!("cannot be read: {reason}"));
        let parts: Vec<String> = [format, example, unreadable]
            .into_iter()
            .flatten()
            .collect();
        parts.join("; ")
    }
}

/// The columns of a file in their order. Whether their cells are valid is not asked here: see
/// [`crate::check()`], whose formats are to be added.
pub fn columns(raw: &Raw, use_case: &UseCase) -> Vec<ColumnPreview> {
    let header = Header::new(raw);
    let mut previews: Vec<ColumnPreview> = raw
        .names
        .iter()
        .zip(&raw.columns)
        .enumerate()
        .map(|(index, (name, texts))| unused(name, texts, raw.unreadable(index)))
        .collect();
    let mut mark = |name: &str, aliases: &[String], used_as: ColumnUse| {
        let index = header.find(name, aliases)?;
        previews[index].used_as = used_as;
        Some(index)
    };
    let own = [
        (use_case.id_column.as_deref(), ColumnUse::Id),
        (use_case.time_column.as_deref(), ColumnUse::Time),
    ];
    let [_, time] = own.map(|(name, used_as)| name.and_then(|name| mark(name, &[], used_as)));
    mark(
        &use_case.target.column,
        &use_case.target.aliases,
        ColumnUse::Target,
    );
    let fields: Vec<_> = use_case
        .fields
        .iter()
        .filter_map(|field| {
            Some((
                field,
                mark(&field.name, &field.aliases, use_of(field.role))?,
            ))
        })
        .collect();
    for (field, index) in fields {
        previews[index].label = Some(field.label.clone());
        previews[index].kind = Some(field.kind);
    }
    if let Some(index) = time {
        previews[index].example = first_period(&raw.columns[index], raw);
    }
    previews
}

fn unused(name: &str, texts: &Texts, unreadable: Option<&str>) -> ColumnPreview {
    let (mut blank, mut distinct) = (0, 0);
    for (text, rows) in texts.distinct().zip(texts.counts()) {
        match text.trim().is_empty() {
            true => blank += rows,
            false => distinct += usize::from(rows > 0),
        }
    }
    ColumnPreview {
        name: name.to_owned(),
        label: None,
        used_as: ColumnUse::Unused,
        kind: None,
        blank,
        distinct,
        format: None,
        example: None,
        unreadable: unreadable.map(str::to_owned),
    }
}

fn use_of(role: Role) -> ColumnUse {
    match role {
        Role::Feature => ColumnUse::Input,
        Role::Protected => ColumnUse::Protected,
        Role::PostOutcome => ColumnUse::PostOutcome,
        Role::Ignored => ColumnUse::Ignored,
    }
}

/// `None` where the column cannot be read as a whole: the check says why.
fn first_period(texts: &Texts, raw: &Raw) -> Option<Example> {
    let period = *dates::periods(texts, raw.options.dates).ok()?.first()?;
    Some(Example {
        text: shown(&texts[0]),
        read_as: period.to_string(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::{ReadOptions, read};

    #[test]
    fn each_column_says_what_it_is_taken_for() {
        let use_case = crate::parse_use_case(
            r#"
id = "a"
title = "A"
description = "A"
id_column = "Who"
time_column = "When"
words = { one = "employee", many = "employees", event_one = "leaver", event_many = "leavers", verb = "leave" }
target = { column = "Left", label = "left", positive = ["yes"], negative = ["no"] }
policies = { gates = "sensible", drift = "calibrated", cutoff = 0.25 }
bands = [{ name = "low", from = 0.0 }, { name = "high", from = 0.25 }]
[[field]]
name = "pay"
label = "Pay"
kind = "real"
[[field]]
name = "sex"
label = "Sex"
kind = "nominal"
role = "protected"
levels = ["f", "m"]
"#,
        )
        .unwrap();
        let text = "Who,When,PAY,sex,Left,extra\n1,31/01/2026,,f,yes,\n2,28/02/2026,10,m,no,\n";
        let raw = read(text.as_bytes(), &ReadOptions::default()).unwrap();
        let found = columns(&raw, &use_case);
        let uses: Vec<ColumnUse> = found.iter().map(|column| column.used_as).collect();
        assert_eq!(
            uses,
            [
                ColumnUse::Id,
                ColumnUse::Time,
                ColumnUse::Input,
                ColumnUse::Protected,
                ColumnUse::Target,
                ColumnUse::Unused
            ]
        );
        assert_eq!(found[1].written(), "“31/01/2026” read as 2026-01-31");
        assert_eq!((found[2].blank, found[2].distinct), (1, 1));
        assert_eq!(found[2].label.as_deref(), Some("Pay"));
        assert_eq!((found[5].blank, found[5].distinct), (2, 0));
    }
}
