//! Multivariate drift: can a classifier distinguish baseline from current data?
//!
//! A domain classifier (Lopez-Paz and Oquab 2017): Fisher's linear discriminant with a ridge, on
//! standardized numbers, their squares, and levels, cross-fitted in five folds. ROC AUC 0.5 means
//! indistinguishable; its interval is DeLong's on scores of rows unseen by the fit.

use domain::{DriftVerdict, Estimate};
use model::{Column, MISSING_LEVEL, Table};
use rand::SeedableRng;
use rand::seq::index;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use stats::ScoreTable;
use stats::delong::roc_auc_figure;

/// The answer of the domain classifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MultivariateDrift {
    /// ROC AUC of telling current from reference rows.
    pub roc_auc: Estimate,
    /// What the interval says about the limit.
    pub verdict: DriftVerdict,
    /// Rows used of each side.
    pub n_reference: u64,
    /// Rows used of the current data.
    pub n_current: u64,
    /// Features that separate the two best, by weight on the standardized scale, at most five.
    pub telling: Vec<(String, f64)>,
}

/// Rows of each side at most: more say the same, later.
const MOST_ROWS: usize = 4000;
const LEAST_ROWS: usize = 50;
const FOLDS: usize = 5;
/// An area under this is too small a difference to matter, however certain.
const LEAST_AREA: f64 = 0.55;
const MOST_LEVELS: usize = 20;

/// Trains the domain classifier on the columns that both tables have with the same type. Seeded.
///
/// `id` names the column (text) that identifies people. Most of this month's people were there last
/// month: a person is on one side of a fold only, else the classifier learns from their other self
/// that they are of the other sample, and the area falls below 0.5.
pub fn multivariate_drift(
    reference: &Table,
    current: &Table,
    id: Option<&str>,
    seed: u64,
) -> MultivariateDrift {
    let failed = |verdict, why: &str| MultivariateDrift {
        roc_auc: Estimate::unknown(why),
        verdict,
        n_reference: reference.rows() as u64,
        n_current: current.rows() as u64,
        telling: Vec::new(),
    };
    if reference.rows() == 0 || current.rows() == 0 {
        return failed(
            DriftVerdict::CouldNotCompute,
            "one of the two samples has no rows",
        );
    }
    if reference.rows().min(current.rows()) < LEAST_ROWS {
        return failed(
            DriftVerdict::TooFewRows,
            "fewer than 50 rows in one sample, too few to train on",
        );
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut pick = |table: &Table| {
        let rows = table.rows();
        if rows <= MOST_ROWS {
            (0..rows).collect()
        } else {
            index::sample(&mut rng, rows, MOST_ROWS).into_vec()
        }
    };
    let rows: [Vec<usize>; 2] = [pick(reference), pick(current)];
    let design = Design::new([reference, current], &rows);
    if design.width == 0 {
        return failed(
            DriftVerdict::CouldNotCompute,
            "the two samples have no varying column in common",
        );
    }
    let n = rows[0].len() + rows[1].len();
    let labels: Vec<bool> = (0..n).map(|row| row >= rows[0].len()).collect();
    let folds = folds(
        id.and_then(|id| ids([reference, current], &rows, id)),
        n,
        &mut rng,
    );
    let mut scores = vec![0.0; n];
    for fold in 0..FOLDS {
        let Some(weights) = design.discriminant(&labels, |row| folds[row] != fold) else {
            return failed(
                DriftVerdict::CouldNotCompute,
                "the classifier could not be fitted",
            );
        };
        for row in (0..n).filter(|&row| folds[row] == fold) {
            scores[row] = design.score(&weights, row);
        }
    }
    let roc_auc = ScoreTable::new(&labels, &scores).map_or_else(
        |error| Estimate::unknown(error.to_string()),
        |table| roc_auc_figure(&table),
    );
    let verdict = match (roc_auc.value, roc_auc.interval) {
        // The pooled scores of five fits vary a little more than DeLong's variance says: a margin
        // of a tenth of the half width.
        (Some(area), Some([low, _])) if area >= LEAST_AREA && low - 0.3 * (area - low) > 0.5 => {
            DriftVerdict::Drifted
        }
        (Some(_), _) => DriftVerdict::Stable,
        _ => DriftVerdict::CouldNotCompute,
    };
    let telling = design
        .discriminant(&labels, |_| true)
        .map(|weights| design.telling(&weights))
        .unwrap_or_default();
    MultivariateDrift {
        roc_auc,
        verdict,
        n_reference: rows[0].len() as u64,
        n_current: rows[1].len() as u64,
        telling,
    }
}

fn ids<'a>(tables: [&'a Table; 2], rows: &[Vec<usize>; 2], id: &str) -> Option<Vec<&'a str>> {
    let (Column::Text(before), Column::Text(now)) = (tables[0].column(id)?, tables[1].column(id)?)
    else {
        return None;
    };
    Some(
        rows[0]
            .iter()
            .map(|&row| before[row].as_str())
            .chain(rows[1].iter().map(|&row| now[row].as_str()))
            .collect(),
    )
}

/// A fold for each row, the same for the same person.
fn folds(ids: Option<Vec<&str>>, n: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut folds = vec![0; n];
    for (place, row) in index::sample(rng, n, n).into_iter().enumerate() {
        folds[row] = place % FOLDS;
    }
    if let Some(ids) = ids {
        let mut of_person = std::collections::HashMap::new();
        for (fold, id) in folds.iter_mut().zip(ids) {
            *fold = *of_person.entry(id).or_insert(*fold);
        }
    }
    folds
}

/// Standardized inputs of all rows, row by row.
struct Design {
    values: Vec<f64>,
    width: usize,
    /// Field of each input.
    fields: Vec<String>,
}

impl Design {
    fn new(tables: [&Table; 2], rows: &[Vec<usize>; 2]) -> Self {
        let mut inputs: Vec<(String, Vec<f64>)> = Vec::new();
        for (name, before) in tables[0].names.iter().zip(&tables[0].columns) {
            match (before, tables[1].column(name)) {
                (Column::Number(before), Some(Column::Number(now))) => {
                    let mut values: Vec<f64> = rows[0]
                        .iter()
                        .map(|&row| before[row])
                        .chain(rows[1].iter().map(|&row| now[row]))
                        .collect();
                    let missing: Vec<f64> = values
                        .iter()
                        .map(|value| f64::from(u8::from(!value.is_finite())))
                        .collect();
                    standardize(&mut values);
                    let squares = values.iter().map(|value| value * value).collect();
                    inputs.extend([
                        (name.clone(), values),
                        (name.clone(), squares),
                        (name.clone(), missing),
                    ]);
                }
                (
                    before @ Column::Level { levels, .. },
                    Some(
                        now @ Column::Level {
                            levels: new_levels, ..
                        },
                    ),
                ) => {
                    let mut names: Vec<&String> = levels.iter().chain(new_levels).collect();
                    names.sort_unstable();
                    names.dedup();
                    for level in names.into_iter().take(MOST_LEVELS) {
                        let is = |column: &Column, row: usize| {
                            f64::from(u8::from(level_name(column, row) == Some(level)))
                        };
                        let values = rows[0]
                            .iter()
                            .map(|&row| is(before, row))
                            .chain(rows[1].iter().map(|&row| is(now, row)))
                            .collect();
                        inputs.push((name.clone(), values));
                    }
                }
                _ => {}
            }
        }
        inputs.retain_mut(|(_, values)| standardize(values));
        let (n, width) = (rows[0].len() + rows[1].len(), inputs.len());
        let mut values = vec![0.0; n * width];
        for (column, (_, input)) in inputs.iter().enumerate() {
            input
                .iter()
                .enumerate()
                .for_each(|(row, value)| values[row * width + column] = *value);
        }
        Self {
            values,
            width,
            fields: inputs.into_iter().map(|(field, _)| field).collect(),
        }
    }

    fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.width..(row + 1) * self.width]
    }

    fn score(&self, weights: &[f64], row: usize) -> f64 {
        self.row(row)
            .iter()
            .zip(weights)
            .map(|(value, weight)| value * weight)
            .sum()
    }

    /// Weights of the ridge discriminant: (XᵀX + λ n I) w = difference of the class means.
    fn discriminant(&self, labels: &[bool], used: impl Fn(usize) -> bool) -> Option<Vec<f64>> {
        let width = self.width;
        let mut gram = vec![0.0; width * width];
        let (mut sums, mut counts) = ([vec![0.0; width], vec![0.0; width]], [0.0; 2]);
        for (row, &label) in labels.iter().enumerate().filter(|&(row, _)| used(row)) {
            let values = self.row(row);
            counts[usize::from(label)] += 1.0;
            for (i, &value) in values.iter().enumerate() {
                sums[usize::from(label)][i] += value;
                if value != 0.0 {
                    gram[i * width..=i * width + i]
                        .iter_mut()
                        .zip(values)
                        .for_each(|(slot, other)| *slot += value * other);
                }
            }
        }
        let rows = counts[0] + counts[1];
        (0..width).for_each(|i| gram[i * width + i] += 0.02 * rows);
        let difference = (0..width)
            .map(|i| sums[1][i] / counts[1] - sums[0][i] / counts[0])
            .collect();
        solve(gram, difference, width)
    }

    fn telling(&self, weights: &[f64]) -> Vec<(String, f64)> {
        let total: f64 = weights.iter().map(|weight| weight.abs()).sum();
        let mut fields: std::collections::BTreeMap<&str, f64> = Default::default();
        for (field, weight) in self.fields.iter().zip(weights) {
            *fields.entry(field).or_default() += weight.abs() / total.max(f64::MIN_POSITIVE);
        }
        let mut telling: Vec<(String, f64)> = fields
            .into_iter()
            .map(|(field, weight)| (field.to_owned(), weight))
            .collect();
        telling.sort_by(|a, b| b.1.total_cmp(&a.1));
        telling.truncate(5);
        telling
    }
}

fn level_name(column: &Column, row: usize) -> Option<&String> {
    let Column::Level { codes, levels } = column else {
        return None;
    };
    levels
        .get(codes[row] as usize)
        .filter(|_| codes[row] != MISSING_LEVEL)
}

/// Mean 0, deviation 1; missing becomes the mean. False when nothing varies.
fn standardize(values: &mut [f64]) -> bool {
    let present = values.iter().copied().filter(|value| value.is_finite());
    let n = present.clone().count() as f64;
    let mean = present.clone().sum::<f64>() / n;
    let deviation = (present.map(|value| (value - mean).powi(2)).sum::<f64>() / n).sqrt();
    let varies = deviation > 1e-12;
    values.iter_mut().for_each(|value| {
        *value = if value.is_finite() && varies {
            (*value - mean) / deviation
        } else {
            0.0
        }
    });
    varies
}

/// Solves a positive definite system given by its lower triangle (Cholesky); `None` when it is not.
fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>, n: usize) -> Option<Vec<f64>> {
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| matrix[i * n + k] * matrix[j * n + k]).sum();
            let rest = matrix[i * n + j] - dot;
            matrix[i * n + j] = if i == j {
                Some(rest).filter(|rest| *rest > 0.0)?.sqrt()
            } else {
                rest / matrix[j * n + j]
            };
        }
        let dot: f64 = (0..i).map(|k| matrix[i * n + k] * right[k]).sum();
        right[i] = (right[i] - dot) / matrix[i * n + i];
    }
    for i in (0..n).rev() {
        let dot: f64 = (i + 1..n).map(|k| matrix[k * n + i] * right[k]).sum();
        right[i] = (right[i] - dot) / matrix[i * n + i];
    }
    Some(right)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::simulation::{Kind, Settings, simulate};

    fn months(drift: Option<(Kind, usize)>, seed: u64) -> (Table, Table) {
        let mut snapshots = simulate(&Settings {
            people: 500,
            months: 2,
            seed,
            drift,
            ..Settings::default()
        });
        (snapshots.remove(0).people, snapshots.remove(0).people)
    }

    #[test]
    fn tells_a_takeover_and_not_a_quiet_month() {
        let (before, after) = months(Some((Kind::SegmentShift, 1)), 1);
        let found = multivariate_drift(&before, &after, Some("EmployeeNumber"), 1);
        assert_eq!(found.verdict, DriftVerdict::Drifted, "{found:?}");
        let quiet = (0..20).filter(|&seed| {
            let half = |parity: usize, table: &Table| {
                table.take(
                    &(0..table.rows())
                        .filter(|row| row % 2 == parity)
                        .collect::<Vec<_>>(),
                )
            };
            let (before, _) = months(None, seed);
            multivariate_drift(&half(0, &before), &half(1, &before), None, seed).verdict
                == DriftVerdict::Stable
        });
        assert!(quiet.count() >= 19);
        // The same people a month later, without change.
        let (before, after) = months(None, 1);
        assert_eq!(
            multivariate_drift(&before, &after, Some("EmployeeNumber"), 1).verdict,
            DriftVerdict::Stable
        );
    }

    #[test]
    fn nothing_to_train_on_is_said() {
        let (before, after) = months(None, 3);
        assert_eq!(
            multivariate_drift(&before, &after.take(&[]), None, 1).verdict,
            DriftVerdict::CouldNotCompute
        );
        assert_eq!(
            multivariate_drift(&before, &after.take(&[0, 1]), None, 1).verdict,
            DriftVerdict::TooFewRows
        );
        let constant = before.select(&["EmployeeCount"]);
        assert!(
            multivariate_drift(&constant, &constant, None, 1)
                .roc_auc
                .why
                .unwrap()
                .contains("no varying column")
        );
    }

    #[test]
    fn cholesky_solves() {
        let solved = solve(vec![4.0, 0.0, 2.0, 3.0], vec![2.0, 5.0], 2).unwrap();
        assert!(
            (4.0 * solved[0] + 2.0 * solved[1] - 2.0).abs() < 1e-12
                && (2.0 * solved[0] + 3.0 * solved[1] - 5.0).abs() < 1e-12
        );
    }
}
