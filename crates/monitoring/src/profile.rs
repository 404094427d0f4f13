//! The baseline: counts over fixed bins, saved when a version is promoted.
//!
//! Everything counted is an integer over cells that the reference fixed once ([`Layout`]), so
//! profiles of parts add up to the profile of the whole, bit for bit, in any order; and a check on
//! profiles is the check of `check`, on cells instead of values.

use std::collections::BTreeMap;

use domain::DriftVerdict;
use model::{Column, MISSING_LEVEL, Table};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use stats::two_sample::Sorted;

use crate::check::{column_drift, conclude};
use crate::compare::{Detail, Sample};
use crate::kind::{ColumnKind, ValueKind};
use crate::policy::ValidPolicy;
use crate::report::{ColumnReport, DriftReport};
use crate::why::{Side, Why};

/// Distinct values up to this many get a cell each; more are put into cells of about equal weight.
const CELLS: usize = 200;
/// Equal-width cells of scores between 0 and 1.
const SCORE_CELLS: usize = 50;

/// Cells of every column, fixed by the reference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    columns: Vec<(String, Cells)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Cells {
    /// Ascending cuts: cell `i` holds `cuts[i - 1] <= value < cuts[i]`; the first and the last hold
    /// what the reference never had.
    Number {
        cuts: Vec<f64>,
        exact: bool,
    },
    Level,
}

impl Layout {
    /// Cells for every number and level column of the reference. Text is left out.
    pub fn new(reference: &Table) -> Self {
        let cells = |column: &Column| match column {
            Column::Number(values) => Some(number_cells(&Sorted::new(values))),
            Column::Level { .. } => Some(Cells::Level),
            Column::Text(_) => None,
        };
        let columns: Vec<Option<Cells>> = reference.columns.par_iter().map(cells).collect();
        Self {
            columns: reference
                .names
                .iter()
                .zip(columns)
                .filter_map(|(name, cells)| Some((name.clone(), cells?)))
                .collect(),
        }
    }
}

fn number_cells(sorted: &Sorted) -> Cells {
    let exact = sorted.values().len() <= CELLS;
    let mut cuts = if exact {
        sorted.values().to_vec()
    } else {
        sorted.quantiles(
            &(0..CELLS)
                .map(|i| i as f64 / CELLS as f64)
                .collect::<Vec<_>>(),
        )
    };
    cuts.dedup();
    // What lies above the reference's largest value has a cell of its own.
    cuts.extend(sorted.values().last().map(|largest| largest.next_up()));
    Cells::Number { cuts, exact }
}

/// Counts of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnProfile {
    /// Name of the column.
    pub name: String,
    /// Rows without a value.
    pub missing: u64,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Content {
    Number {
        cuts: Vec<f64>,
        exact: bool,
        counts: Vec<u64>,
        smallest: Option<f64>,
        largest: Option<f64>,
    },
    Level {
        counts: BTreeMap<String, u64>,
    },
    /// The layout expected a column that this table does not have, or of another type.
    Absent {
        why: Why,
    },
}

/// Scores in equal cells of 0..=1, over all people and by group.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScoreProfile {
    /// Rows per cell; the cell of score s is ⌊50 s⌋.
    pub all: Vec<u64>,
    /// By group column and level.
    pub by_group: BTreeMap<String, BTreeMap<String, Vec<u64>>>,
}

/// Counts of a table, or of many parts of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Rows counted.
    pub rows: u64,
    /// In the order of the table.
    pub columns: Vec<ColumnProfile>,
    /// Counts of the scores; `None` without scores.
    pub scores: Option<ScoreProfile>,
}

/// Profiles that do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// Name of the column whose bins differ.
    #[error("the profiles have different bins: {0}")]
    Layout(String),
    /// The other part was counted without them.
    #[error("only one of the profiles has scores")]
    Scores,
}

impl Profile {
    /// Counts `table` over the cells of `layout`; `scores` are those of its rows, `groups` the
    /// level columns to break them down by.
    pub fn new(layout: &Layout, table: &Table, scores: Option<&[f64]>, groups: &[&str]) -> Self {
        let columns = layout
            .columns
            .par_iter()
            .map(|(name, cells)| {
                let (missing, content) = count(cells, table.column(name));
                ColumnProfile {
                    name: name.clone(),
                    missing,
                    content,
                }
            })
            .collect();
        let scores = scores.map(|scores| ScoreProfile::new(scores, table, groups));
        Self {
            rows: table.rows() as u64,
            columns,
            scores,
        }
    }

    /// Adds the counts of another part.
    ///
    /// # Errors
    /// When the two were not made with the same layout.
    pub fn merge(&mut self, other: &Self) -> Result<(), MergeError> {
        if self.columns.len() != other.columns.len() {
            return Err(MergeError::Layout("different columns".into()));
        }
        self.rows += other.rows;
        for (column, other) in self.columns.iter_mut().zip(&other.columns) {
            column.merge(other)?;
        }
        match (&mut self.scores, &other.scores) {
            (Some(scores), Some(other)) => scores.merge(other),
            (None, None) => {}
            _ => return Err(MergeError::Scores),
        }
        Ok(())
    }

    /// The column called `name`.
    pub fn column(&self, name: &str) -> Option<&ColumnProfile> {
        self.columns.iter().find(|column| column.name == name)
    }
}

fn count(cells: &Cells, column: Option<&Column>) -> (u64, Content) {
    match (cells, column) {
        (Cells::Number { cuts, exact }, Some(Column::Number(values))) => {
            let sorted = Sorted::new(values);
            let content = Content::Number {
                counts: sorted.digitize(cuts),
                cuts: cuts.clone(),
                exact: *exact,
                smallest: sorted.values().first().copied(),
                largest: sorted.values().last().copied(),
            };
            (values.len() as u64 - sorted.n(), content)
        }
        (Cells::Level, Some(Column::Level { codes, levels })) => {
            let mut rows = vec![0u64; levels.len() + 1];
            codes.iter().for_each(|&code| {
                rows[if code == MISSING_LEVEL {
                    levels.len()
                } else {
                    (code as usize).min(levels.len())
                }] += 1
            });
            let missing = rows.pop().unwrap_or(0);
            let mut counts = BTreeMap::new();
            for (level, count) in levels.iter().zip(rows).filter(|(_, count)| *count > 0) {
                *counts.entry(level.clone()).or_insert(0) += count;
            }
            (missing, Content::Level { counts })
        }
        (_, None) => (
            0,
            Content::Absent {
                why: Why::MissingColumn {
                    side: Side::Current,
                },
            },
        ),
        (Cells::Number { .. }, Some(column)) => (
            0,
            Content::Absent {
                why: other_type(ValueKind::Number, column),
            },
        ),
        (Cells::Level, Some(column)) => (
            0,
            Content::Absent {
                why: other_type(ValueKind::Level, column),
            },
        ),
    }
}

fn other_type(reference: ValueKind, column: &Column) -> Why {
    Why::OtherType {
        reference,
        current: column.into(),
    }
}

impl ColumnProfile {
    fn merge(&mut self, other: &Self) -> Result<(), MergeError> {
        let mismatch = || MergeError::Layout(self.name.clone());
        match (&mut self.content, &other.content) {
            (
                Content::Number {
                    cuts,
                    counts,
                    smallest,
                    largest,
                    ..
                },
                Content::Number {
                    cuts: other_cuts,
                    counts: other_counts,
                    smallest: other_smallest,
                    largest: other_largest,
                    ..
                },
            ) if cuts == other_cuts => {
                counts
                    .iter_mut()
                    .zip(other_counts)
                    .for_each(|(count, other)| *count += other);
                let pick = |a: Option<f64>, b: Option<f64>, choose: fn(f64, f64) -> f64| {
                    a.zip(b).map(|(a, b)| choose(a, b)).or(a).or(b)
                };
                *smallest = pick(*smallest, *other_smallest, f64::min);
                *largest = pick(*largest, *other_largest, f64::max);
            }
            (Content::Level { counts }, Content::Level { counts: other }) => {
                other
                    .iter()
                    .for_each(|(level, count)| *counts.entry(level.clone()).or_insert(0) += count);
            }
            (Content::Absent { .. }, Content::Absent { .. }) => {}
            _ => return Err(mismatch()),
        }
        self.missing += other.missing;
        Ok(())
    }

    /// The counts as a sample: a cell stands for its value, or for its middle where it holds many.
    fn sample(&self) -> Result<Sample, Why> {
        match &self.content {
            Content::Number {
                cuts,
                exact,
                counts,
                ..
            } => {
                let rows = |count: &u64| u32::try_from(*count).unwrap_or(u32::MAX);
                let values = (0..counts.len()).map(|cell| representative(cuts, *exact, cell));
                Ok(Sample::Number {
                    sorted: Sorted::from_counts(values.zip(counts.iter().map(rows))),
                    missing: self.missing,
                })
            }
            Content::Level { counts } => Ok(Sample::Level {
                counts: counts.clone(),
                missing: self.missing,
            }),
            Content::Absent { why } => Err(*why),
        }
    }

    /// Quantile of a number by its cells, `q` in 0..=1; `None` for levels and without rows. Exact
    /// up to 200 distinct values.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        match self.sample().ok()? {
            Sample::Number { sorted, .. } => sorted.quantile(q),
            Sample::Level { .. } => None,
        }
    }

    /// Rows per level; `None` for numbers.
    pub fn level_counts(&self) -> Option<&BTreeMap<String, u64>> {
        match &self.content {
            Content::Level { counts } => Some(counts),
            Content::Number { .. } | Content::Absent { .. } => None,
        }
    }

    /// Smallest and largest value seen; `None` for levels and without rows.
    pub fn range(&self) -> Option<[f64; 2]> {
        match self.content {
            Content::Number {
                smallest, largest, ..
            } => Some([smallest?, largest?]),
            Content::Level { .. } | Content::Absent { .. } => None,
        }
    }
}

fn representative(cuts: &[f64], exact: bool, cell: usize) -> f64 {
    match (
        cell.checked_sub(1).and_then(|below| cuts.get(below)),
        cuts.get(cell),
    ) {
        (Some(low), _) if exact => *low,
        (Some(low), Some(high)) => (low + high) / 2.0,
        (Some(low), None) => *low,
        (None, Some(high)) => high.next_down(),
        (None, None) => 0.0,
    }
}

impl ScoreProfile {
    fn new(scores: &[f64], table: &Table, groups: &[&str]) -> Self {
        let cell = |score: f64| ((score * SCORE_CELLS as f64) as usize).min(SCORE_CELLS - 1);
        let empty = || vec![0u64; SCORE_CELLS];
        let mut profile = Self {
            all: empty(),
            by_group: BTreeMap::new(),
        };
        scores
            .iter()
            .filter(|score| !score.is_nan())
            .for_each(|&score| profile.all[cell(score)] += 1);
        for &group in groups {
            if let Some(Column::Level { codes, levels }) = table.column(group) {
                let by_level = profile.by_group.entry(group.to_owned()).or_default();
                for (&code, &score) in codes
                    .iter()
                    .zip(scores)
                    .filter(|(_, score)| !score.is_nan())
                {
                    if let Some(level) = levels.get(code as usize) {
                        by_level.entry(level.clone()).or_insert_with(empty)[cell(score)] += 1;
                    }
                }
            }
        }
        profile
    }

    fn merge(&mut self, other: &Self) {
        let add = |into: &mut Vec<u64>, counts: &[u64]| {
            into.iter_mut()
                .zip(counts)
                .for_each(|(count, other)| *count += other)
        };
        add(&mut self.all, &other.all);
        for (group, levels) in &other.by_group {
            let own = self.by_group.entry(group.clone()).or_default();
            for (level, counts) in levels {
                add(
                    own.entry(level.clone())
                        .or_insert_with(|| vec![0; SCORE_CELLS]),
                    counts,
                );
            }
        }
    }

    fn sample(&self) -> Sample {
        let middle = |cell: usize| (cell as f64 + 0.5) / SCORE_CELLS as f64;
        let counts = self
            .all
            .iter()
            .enumerate()
            .map(|(cell, &count)| (middle(cell), u32::try_from(count).unwrap_or(u32::MAX)));
        Sample::Number {
            sorted: Sorted::from_counts(counts),
            missing: 0,
        }
    }
}

/// Feature drift between two profiles of the same layout.
pub fn profile_drift(
    reference: &Profile,
    current: &Profile,
    policy: &ValidPolicy,
    detail: Detail,
) -> DriftReport {
    let columns = reference
        .columns
        .par_iter()
        .map(|before| {
            let failed = |why| {
                ColumnReport::failed(
                    &before.name,
                    ColumnKind::Unknown,
                    DriftVerdict::CouldNotCompute,
                    why,
                )
            };
            let Some(now) = current.column(&before.name) else {
                return failed(Why::MissingColumn {
                    side: Side::Current,
                });
            };
            match (before.sample(), now.sample()) {
                (Ok(reference), Ok(current)) => {
                    column_drift(&before.name, &reference, &current, policy, detail)
                }
                (Err(why), _) | (_, Err(why)) => failed(why),
            }
        })
        .collect();
    conclude(columns, policy)
}

/// Prediction drift between the score cells of two profiles.
pub fn profile_prediction_drift(
    reference: &Profile,
    current: &Profile,
    policy: &ValidPolicy,
) -> ColumnReport {
    crate::check::score_drift(
        reference.scores.as_ref().map(ScoreProfile::sample),
        current.scores.as_ref().map(ScoreProfile::sample),
        policy,
    )
}
