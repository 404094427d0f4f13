//! What a model remembers of the rows that it was trained on.

use model::{Column, FieldStatistics, Role, Table, UseCase};
use stats::InputError;
use stats::venn_abers::VennAbers;

/// Shares at which quantiles of numbers are kept.
const SHARES: [f64; 9] = [0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0];

/// One entry for each input and protected field of `use_case` that `table` has.
pub fn field_statistics(use_case: &UseCase, table: &Table) -> Vec<FieldStatistics> {
    let kept = use_case
        .fields
        .iter()
        .filter(|field| matches!(field.role, Role::Feature | Role::Protected));
    kept.filter_map(|field| {
        let column = table.column(&field.name)?;
        let missing = (0..column.len())
            .filter(|&row| column.is_missing(row))
            .count() as u32;
        let (quantiles, level_counts) = match column {
            Column::Number(values) => (quantiles(values), Vec::new()),
            Column::Level { codes, levels } => {
                let count = |level: &String| {
                    let code = levels.iter().position(|own| own == level);
                    codes
                        .iter()
                        .filter(|own| Some(**own as usize) == code)
                        .count() as u32
                };
                (Vec::new(), field.levels.iter().map(count).collect())
            }
            Column::Text(_) => return None,
        };
        Some(FieldStatistics {
            name: field.name.clone(),
            quantiles,
            level_counts,
            missing,
        })
    })
    .collect()
}

/// Fisher information of the two parameters (offset, slope) of a logistic recalibration at `scores`:
/// Σw, Σw·x, Σw·x² with w = p·(1 − p) and x = log-odds of p. Its inverse tells how uncertain the
/// level and the spread of calibrated scores are (Cox 1958).
pub(crate) fn calibration_information(scores: &[f64]) -> [f64; 3] {
    scores.iter().fold([0.0; 3], |[one, x1, x2], &score| {
        let (weight, x) = (score * (1.0 - score), model::scorer::logit(score));
        [one + weight, x1 + weight * x, x2 + weight * x * x]
    })
}

/// Quantiles with linear interpolation (Hyndman and Fan type 7); empty when there is no value.
fn quantiles(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else {
        return Vec::new();
    };
    let at = |share: f64| {
        let position = share * last as f64;
        let low = position.floor() as usize;
        let high = (low + 1).min(last);
        sorted[low] + (position - low as f64) * (sorted[high] - sorted[low])
    };
    SHARES.map(at).to_vec()
}

/// Venn-Abers intervals as steps over the score.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct IntervalTable {
    /// Where a step begins, ascending from 0.
    pub scores: Vec<f64>,
    /// Lower probability from each score on, 0..=1.
    pub lower: Vec<f64>,
    /// Upper probability from each score on, 0..=1.
    pub upper: Vec<f64>,
}

/// Tabulates the intervals over out-of-fold probabilities (Vovk and Petej 2014).
///
/// # Errors
/// When there are no rows or a probability is not finite.
pub fn interval_table(labels: &[bool], probabilities: &[f64]) -> Result<IntervalTable, InputError> {
    let intervals = VennAbers::fit(labels, probabilities)?;
    // An interval holds at a score, between two scores, or beyond the last.
    let mut starts: Vec<f64> = probabilities
        .iter()
        .flat_map(|score| [*score, score.next_up()])
        .chain([0.0])
        .collect();
    starts.sort_unstable_by(f64::total_cmp);
    starts.dedup();
    let mut table = IntervalTable::default();
    for start in starts {
        let [lower, upper] = intervals.interval(start);
        if table.lower.last() != Some(&lower) || table.upper.last() != Some(&upper) {
            table.scores.push(start);
            table.lower.push(lower);
            table.upper.push(upper);
        }
    }
    Ok(table)
}
