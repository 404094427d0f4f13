//! Signs that a model knows what it cannot know when it is used.

use model::{Column, Role, Table, UseCase};
use serde::{Deserialize, Serialize};
use stats::lone_auc;

use crate::dataset::Dataset;
use crate::split::Split;

/// What kind of sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeakKind {
    /// The use case marks the field as known only after the outcome; it is left out.
    PostOutcome,
    /// The field says the same as the outcome.
    DuplicateOfTarget,
    /// The field alone all but separates the outcomes.
    NearPerfectPredictor,
    /// The same persons on both sides of the split.
    BothSides,
    /// The split goes forward in time: earlier periods of persons who are judged train, as in actual
    /// use.
    EarlierPeriods,
    /// More rows of the hold-out are copies of training rows than chance explains.
    Copies,
    /// The whole model is better than honest models of people are.
    TooGoodToBeTrue,
}

impl LeakKind {
    /// Whether somebody must answer for it before the model is proposed. The others are told.
    pub fn is_alarm(self) -> bool {
        match self {
            Self::PostOutcome | Self::EarlierPeriods => false,
            Self::DuplicateOfTarget
            | Self::NearPerfectPredictor
            | Self::BothSides
            | Self::Copies
            | Self::TooGoodToBeTrue => true,
        }
    }
}

/// One sign of leakage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    /// What kind of sign it is.
    pub kind: LeakKind,
    /// The field concerned; `None` for the model as a whole.
    pub field: Option<String>,
    /// For a person.
    pub sentence: String,
}

/// ROC AUC from which one field alone is suspicious.
pub const FIELD_AUC: f64 = 0.95;
/// ROC AUC from which a whole model is.
pub const MODEL_AUC: f64 = 0.98;

/// Looks at fields and split before anything is trained.
pub fn check_data(dataset: &Dataset, use_case: &UseCase, split: &Split) -> Vec<Leak> {
    let mut leaks = Vec::new();
    for field in &use_case.fields {
        let Some(column) = dataset.table.column(&field.name) else {
            continue;
        };
        let leak = |kind, sentence| Leak {
            kind,
            field: Some(field.name.clone()),
            sentence,
        };
        if field.role == Role::PostOutcome {
            leaks.push(leak(
                LeakKind::PostOutcome,
                format!(
                    "{} is known only after the outcome and was excluded.",
                    field.label
                ),
            ));
        } else if use_case.is_input(field) {
            let auc = lone_auc(column, &dataset.labels);
            if auc >= 1.0 - 1e-9 {
                leaks.push(leak(
                    LeakKind::DuplicateOfTarget,
                    format!(
                        "{} determines the outcome: mark it as post_outcome.",
                        field.label
                    ),
                ));
            } else if auc >= FIELD_AUC {
                let sentence = format!(
                    "{} alone reaches ROC AUC {auc:.3}. Check that it is known before the outcome.",
                    field.label
                );
                leaks.push(leak(LeakKind::NearPerfectPredictor, sentence));
            }
        }
    }
    leaks.extend(both_sides(dataset, split));
    leaks
}

/// Looks at how good the model is.
pub fn check_model(roc_auc: Option<f64>) -> Option<Leak> {
    let auc = roc_auc.filter(|auc| *auc >= MODEL_AUC)?;
    let sentence = format!(
        "An out-of-fold ROC AUC of {auc:.3} suggests leakage: look for a field that reveals the outcome."
    );
    Some(Leak {
        kind: LeakKind::TooGoodToBeTrue,
        field: None,
        sentence,
    })
}

/// ROC AUC of one field alone, in its better direction: its numbers, its levels by their event rate
/// on the other half of the rows, or whether it is missing.
fn lone_auc(column: &Column, labels: &[bool]) -> f64 {
    let by_value = match column {
        Column::Number(values) => lone_auc::of_numbers(values, labels),
        Column::Level { codes, levels } => lone_auc::of_levels(codes, levels.len(), labels),
        Column::Text(_) => 0.5,
    };
    by_value.max(lone_auc::of_missing(
        (0..column.len()).map(|row| column.is_missing(row)),
        labels,
    ))
}

fn both_sides(dataset: &Dataset, split: &Split) -> Vec<Leak> {
    let leak = |kind, sentence| Leak {
        kind,
        field: None,
        sentence,
    };
    let mut leaks = Vec::new();
    let (train, test) = (split.train.rows(), split.test.rows());
    if let Some(persons) = &dataset.persons {
        let trained: std::collections::HashSet<u32> =
            train.iter().map(|&row| persons[row]).collect();
        let judged: std::collections::HashSet<u32> = test.iter().map(|&row| persons[row]).collect();
        let both = judged.intersection(&trained).count();
        if both > 0 && dataset.times.is_none() {
            leaks.push(leak(
                LeakKind::BothSides,
                format!("People in both train and test: {both}."),
            ));
        } else if both > 0 {
            leaks.push(leak(
                LeakKind::EarlierPeriods,
                format!(
                    "People in test whose earlier periods are in train, as in actual use: {both}."
                ),
            ));
        }
    }
    let hashes = row_hashes(&dataset.table);
    let trained: std::collections::HashSet<u64> = train.iter().map(|&row| hashes[row]).collect();
    let copies = test
        .iter()
        .filter(|&&row| trained.contains(&hashes[row]))
        .count();
    if dataset.persons.is_none() && copies > 0 {
        let expected = copies_by_chance(&dataset.table, train, test);
        // Three standard deviations of a Poisson variable.
        if copies as f64 > expected + 3.0 * expected.sqrt() {
            leaks.push(leak(
                LeakKind::Copies,
                format!(
                    "{copies} of {} hold-out rows are exact copies of training rows; about {expected:.0} are expected by chance. Remove duplicates.",
                    test.len()
                ),
            ));
        }
    }
    leaks
}

/// How many rows of `test` have a copy among `train` when every column is drawn by itself: with few
/// columns of few values people are alike by chance.
fn copies_by_chance(table: &Table, train: &[usize], test: &[usize]) -> f64 {
    let mut log_chance = vec![0.0; test.len()];
    for column in &table.columns {
        let value = |row: usize| match column {
            Column::Number(values) => values[row].to_bits(),
            Column::Level { codes, .. } => u64::from(codes[row]),
            // As in `row_hashes`.
            Column::Text(_) => 0,
        };
        let mut counts: std::collections::HashMap<u64, usize> = std::collections::HashMap::new();
        for &row in train {
            *counts.entry(value(row)).or_default() += 1;
        }
        for (log, &row) in log_chance.iter_mut().zip(test) {
            let count = counts.get(&value(row)).copied().unwrap_or(0);
            *log += (count as f64 / train.len() as f64).ln();
        }
    }
    // One minus the chance that none of the training rows is the same.
    let some = |log: f64| -(train.len() as f64 * (-log.exp()).ln_1p()).exp_m1();
    log_chance.into_iter().map(some).sum()
}

/// A hash of each row's values (FNV-1a).
fn row_hashes(table: &Table) -> Vec<u64> {
    let mut hashes = vec![0xcbf2_9ce4_8422_2325_u64; table.rows()];
    let mut add = |row: usize, value: u64| {
        hashes[row] = (hashes[row] ^ value)
            .wrapping_mul(0x0100_0000_01b3)
            .rotate_left(29)
    };
    for column in &table.columns {
        match column {
            Column::Number(values) => values
                .iter()
                .enumerate()
                .for_each(|(row, value)| add(row, value.to_bits())),
            Column::Level { codes, .. } => codes
                .iter()
                .enumerate()
                .for_each(|(row, code)| add(row, u64::from(*code))),
            // Identifiers differ even where the rest is a copy.
            Column::Text(_) => {}
        }
    }
    hashes
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::random::generator;
    use rand::RngExt as _;

    /// Rows of so many columns with so many values each, drawn at random.
    fn drawn(rows: usize, columns: usize, values: u32) -> Dataset {
        let mut random = generator(3, 1);
        let mut table = Table::default();
        for column in 0..columns {
            let codes: Vec<f64> = (0..rows)
                .map(|_| f64::from(random.random_range(0..values)))
                .collect();
            table.push(format!("f{column}"), Column::Number(codes));
        }
        let labels = (0..rows).map(|row| row % 5 == 0).collect();
        Dataset::new(table, labels).unwrap()
    }

    fn copies(dataset: &Dataset) -> bool {
        let split = Split::hold_out(dataset, 0.2, 1).unwrap();
        both_sides(dataset, &split)
            .iter()
            .any(|leak| leak.kind == LeakKind::Copies)
    }

    #[test]
    fn people_who_are_alike_by_chance_are_no_copies() {
        // 3⁴ = 81 possible rows: nearly everybody has a double.
        assert!(!copies(&drawn(1000, 4, 3)));
        // 10⁶ possible rows: hardly any double; then a tenth of the file is in it twice.
        let honest = drawn(1000, 6, 10);
        assert!(!copies(&honest));
        let twice: Vec<usize> = (0..1000).chain(0..100).collect();
        let doubled = Dataset::new(
            honest.table.take(&twice),
            twice.iter().map(|&row| honest.labels[row]).collect(),
        );
        assert!(copies(&doubled.unwrap()));
    }

    #[test]
    fn the_expected_number_of_copies_is_that_of_independent_columns() {
        // Two columns of two values each, all four rows equally often: a test row is not among n
        // training rows with chance (3/4)ⁿ.
        let mut table = Table::default();
        table.push("a", Column::Number(vec![0.0, 0.0, 1.0, 1.0, 0.0]));
        table.push("b", Column::Number(vec![0.0, 1.0, 0.0, 1.0, 1.0]));
        let expected = copies_by_chance(&table, &[0, 1, 2, 3], &[4]);
        assert!((expected - (1.0 - 0.75f64.powi(4))).abs() < 1e-12);
    }
}
