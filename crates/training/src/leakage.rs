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
    /// Persons, or identical rows, on both sides of the split.
    BothSides,
    /// The whole model is better than honest models of people are.
    TooGoodToBeTrue,
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
    let leak = |sentence| Leak {
        kind: LeakKind::BothSides,
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
            leaks.push(leak(format!("People in both train and test: {both}.")));
        } else if both > 0 {
            leaks.push(leak(format!(
                "People in test whose earlier periods are in train, as in actual use: {both}."
            )));
        }
    }
    let hashes = row_hashes(&dataset.table);
    let trained: std::collections::HashSet<u64> = train.iter().map(|&row| hashes[row]).collect();
    let copies = test
        .iter()
        .filter(|&&row| trained.contains(&hashes[row]))
        .count();
    if copies > 0 && dataset.persons.is_none() {
        leaks.push(leak(format!(
            "{copies} of {} hold-out rows are exact copies of training rows: remove duplicates.",
            test.len()
        )));
    }
    leaks
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
