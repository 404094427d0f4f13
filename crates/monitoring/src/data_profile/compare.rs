//! What changed from one profile to another.

use serde::{Deserialize, Serialize};

use super::DataProfile;
use super::columns::{ColumnSummary, Numbers};
use crate::kind::ValueKind;

/// Smaller changes are not listed: of the missing rate, of the mean in earlier standard deviations,
/// and of either end of the range as a share of its earlier width.
pub const LEAST_MISSING_CHANGE: f64 = 0.001;
/// In standard deviations of the earlier version.
pub const LEAST_MEAN_CHANGE: f64 = 0.05;
/// As a share of the earlier width of the range.
pub const LEAST_RANGE_CHANGE: f64 = 0.01;

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Another number of rows.
    Rows,
    /// A column that the earlier version lacks.
    Added,
    /// A column that only the earlier version has.
    Removed,
    /// Other values: numbers instead of levels, for example.
    Kind,
    /// Another share of missing values.
    Missing,
    /// Another mean.
    Mean,
    /// Another smallest or largest value.
    Range,
    /// Levels that are new or gone.
    Levels,
    /// Another number of distinct values.
    Distinct,
}

/// One change, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The column, or `None` for the table.
    pub column: Option<String>,
    /// What kind of change it is.
    pub what: ChangeKind,
    /// The change in words.
    pub sentence: String,
}

/// Lists what differs between an older and a newer profile: facts, not tests (for those, see
/// `check`).
pub fn compare(old: &DataProfile, new: &DataProfile) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut note = |column: Option<&str>, what, sentence| {
        changes.push(Change {
            column: column.map(str::to_owned),
            what,
            sentence,
        });
    };
    if old.rows != new.rows {
        note(
            None,
            ChangeKind::Rows,
            format!("{} rows, previously {}.", new.rows, old.rows),
        );
    }
    let find = |profile: &'_ DataProfile, name: &str| {
        profile
            .columns
            .iter()
            .position(|column| column.name == name)
    };
    for column in old
        .columns
        .iter()
        .filter(|column| find(new, &column.name).is_none())
    {
        note(
            Some(&column.name),
            ChangeKind::Removed,
            format!("{} was removed.", column.name),
        );
    }
    for column in &new.columns {
        match find(old, &column.name).map(|index| &old.columns[index]) {
            None => note(
                Some(&column.name),
                ChangeKind::Added,
                format!("{} was added.", column.name),
            ),
            Some(before) => {
                for (what, sentence) in differences(before, column) {
                    note(Some(&column.name), what, sentence);
                }
            }
        }
    }
    changes
}

fn differences(before: &ColumnSummary, now: &ColumnSummary) -> Vec<(ChangeKind, String)> {
    let name = &now.name;
    if before.kind != now.kind {
        return vec![(
            ChangeKind::Kind,
            format!(
                "{name} contains {}, previously {}.",
                now.kind.plural(),
                before.kind.plural()
            ),
        )];
    }
    let mut found = Vec::new();
    if (before.missing_rate - now.missing_rate).abs() >= LEAST_MISSING_CHANGE {
        let (a, b) = (100.0 * before.missing_rate, 100.0 * now.missing_rate);
        found.push((
            ChangeKind::Missing,
            format!("{name}: {b:.1}% missing, previously {a:.1}%."),
        ));
    }
    if let (Some(a), Some(b)) = (&before.numbers, &now.numbers) {
        let moved = (b.mean - a.mean) / a.standard_deviation.max(f64::MIN_POSITIVE);
        if moved.abs() >= LEAST_MEAN_CHANGE {
            found.push((
                ChangeKind::Mean,
                format!(
                    "{name}: mean {:.4}, previously {:.4} ({moved:+.2} standard deviations).",
                    b.mean, a.mean
                ),
            ));
        }
        let range = |own: &Numbers| own.min.zip(own.max);
        if let (Some((low, high)), Some((new_low, new_high))) = (range(a), range(b)) {
            let least = LEAST_RANGE_CHANGE * (high - low);
            let counts = |before: f64, now: f64| before != now && (now - before).abs() >= least;
            if counts(low, new_low) || counts(high, new_high) {
                found.push((
                    ChangeKind::Range,
                    format!("{name}: range {new_low} to {new_high}, previously {low} to {high}."),
                ));
            }
        }
    }
    if now.kind == ValueKind::Level {
        let lacks = |one: &ColumnSummary, other: &ColumnSummary| -> Vec<String> {
            one.bars
                .levels
                .iter()
                .filter(|level| other.bars.other == 0 && !other.bars.levels.contains(level))
                .cloned()
                .collect()
        };
        let (new, gone) = (lacks(now, before), lacks(before, now));
        if !new.is_empty() {
            found.push((
                ChangeKind::Levels,
                format!("{name}: new categories {}.", new.join(", ")),
            ));
        }
        if !gone.is_empty() {
            found.push((
                ChangeKind::Levels,
                format!("{name}: removed categories {}.", gone.join(", ")),
            ));
        }
    } else if now.kind == ValueKind::Text && before.distinct != now.distinct {
        found.push((
            ChangeKind::Distinct,
            format!(
                "{name}: {} distinct values, previously {}.",
                now.distinct, before.distinct
            ),
        ));
    }
    found
}
