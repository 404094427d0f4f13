//! How well one column alone ranks leavers above stayers, in its better direction: 0.5 says
//! nothing, 1 gives the outcome away.

use crate::ScoreTable;

/// ROC AUC of numbers; `NaN` counts as missing and is left out. 0.5 where it does not exist.
pub fn of_numbers(values: &[f64], truth: &[bool]) -> f64 {
    let (scores, truth): (Vec<f64>, Vec<bool>) = values
        .iter()
        .zip(truth)
        .filter(|(value, _)| value.is_finite())
        .map(|(value, label)| (*value, *label))
        .unzip();
    folded(&scores, &truth)
}

/// ROC AUC of levels by their event rate: rates come from every other row and are judged on the
/// rows between, so that many rare levels do not look like knowledge. `codes` at or above `levels`
/// are one more level, that of missing values.
pub fn of_levels(codes: &[u32], levels: usize, truth: &[bool]) -> f64 {
    let mut counts = vec![(0.0, 0.0); levels + 1];
    let slot = |row: usize| (codes[row] as usize).min(levels);
    for row in (0..truth.len()).step_by(2) {
        counts[slot(row)].0 += f64::from(u8::from(truth[row]));
        counts[slot(row)].1 += 1.0;
    }
    let overall = counts.iter().map(|(events, _)| events).sum::<f64>() / (truth.len() as f64 / 2.0);
    let rate = |row: usize| (counts[slot(row)].0 + overall) / (counts[slot(row)].1 + 1.0);
    let (scores, judged): (Vec<f64>, Vec<bool>) = (1..truth.len())
        .step_by(2)
        .map(|row| (rate(row), truth[row]))
        .unzip();
    folded(&scores, &judged)
}

/// ROC AUC of whether a value is there at all.
pub fn of_missing(is_missing: impl Iterator<Item = bool>, truth: &[bool]) -> f64 {
    folded(
        &is_missing
            .map(|missing| f64::from(u8::from(missing)))
            .collect::<Vec<_>>(),
        truth,
    )
}

fn folded(scores: &[f64], truth: &[bool]) -> f64 {
    let auc = ScoreTable::new(truth, scores)
        .ok()
        .and_then(|table| table.roc_auc())
        .unwrap_or(0.5);
    auc.max(1.0 - auc)
}

#[cfg(test)]
mod tests {
    use super::{of_levels, of_missing, of_numbers};

    const TRUTH: [bool; 6] = [true, true, true, false, false, false];

    #[test]
    fn the_better_direction_counts() {
        assert_eq!(of_numbers(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &TRUTH), 1.0);
        assert_eq!(of_numbers(&[1.0; 6], &TRUTH), 0.5);
        assert_eq!(
            of_numbers(&[1.0, f64::NAN, 3.0, f64::NAN, 5.0, 0.0], &TRUTH),
            0.5
        );
        assert_eq!(
            of_missing([true, true, true, false, false, false].into_iter(), &TRUTH),
            1.0
        );
        assert_eq!(of_numbers(&[], &[]), 0.5);
    }

    #[test]
    fn levels_are_judged_on_other_rows() {
        let truth: Vec<bool> = (0..40).map(|row| row % 4 < 2).collect();
        let known: Vec<u32> = truth.iter().map(|label| u32::from(*label)).collect();
        let own: Vec<u32> = (0..40).collect();
        assert_eq!(of_levels(&known, 2, &truth), 1.0);
        assert_eq!(of_levels(&own, 40, &truth), 0.5);
    }
}
