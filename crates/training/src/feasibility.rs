//! How often a model of this quality would pass a gate policy over resamples of the rows.

use rand::RngExt;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use stats::{Metric, ScoreTable};

use crate::gates::{Gate, ValidGatePolicy};
use crate::random::generator;

/// Resamples that are drawn.
pub const RESAMPLES: u32 = 200;

/// How one gate fared over the resamples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateShare {
    /// What the gate judges.
    pub metric: Metric,
    /// In the unit of the metric.
    pub limit: f64,
    /// Resamples in which its point value met the limit.
    pub passed: u32,
    /// Median point value.
    pub median: Option<f64>,
}

/// The result for a policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feasibility {
    /// Name of the policy.
    pub policy: String,
    /// How many resamples were drawn.
    pub resamples: u32,
    /// Resamples in which every gate on a metric was met by its point value; gates judged by
    /// intervals pass no more often than this.
    pub passed: u32,
    /// Every gate on a metric, in the order of the policy.
    pub gates: Vec<GateShare>,
    /// For a person: "0 of 200 resamples pass …".
    pub sentence: String,
}

/// Draws `resamples` stratified bootstrap samples of `rows` rows from out-of-fold `probabilities`
/// and holds each against the gates on metrics at `cutoff`. Other gates do not hang on the luck of
/// the rows alike, and are left out.
pub fn feasibility(
    policy: &ValidGatePolicy,
    labels: &[bool],
    probabilities: &[f64],
    cutoff: f64,
    rows: usize,
    resamples: u32,
    seed: u64,
) -> Feasibility {
    let limits: Vec<(Metric, f64)> = policy
        .gates
        .iter()
        .filter_map(|gate| {
            if let Gate::Absolute { metric, limit } = gate {
                Some((*metric, *limit))
            } else {
                None
            }
        })
        .collect();
    let of_class = |class: bool| -> Vec<usize> {
        (0..labels.len())
            .filter(|&row| labels[row] == class)
            .collect()
    };
    let (positives, negatives) = (of_class(true), of_class(false));
    let drawn_positives =
        (rows as f64 * positives.len() as f64 / labels.len().max(1) as f64).round() as usize;
    let one = |resample: u32| -> Vec<Option<f64>> {
        let mut random = generator(seed, u64::from(resample));
        let mut draw = |from: &[usize], count: usize| -> Vec<usize> {
            if from.is_empty() {
                Vec::new()
            } else {
                (0..count)
                    .map(|_| from[random.random_range(0..from.len())])
                    .collect()
            }
        };
        let mut chosen = draw(&positives, drawn_positives);
        chosen.extend(draw(&negatives, rows - drawn_positives));
        let (labels, scores): (Vec<bool>, Vec<f64>) = chosen
            .into_iter()
            .map(|row| (labels[row], probabilities[row]))
            .unzip();
        let table = ScoreTable::new(&labels, &scores).ok();
        limits
            .iter()
            .map(|(metric, _)| table.as_ref()?.metric(*metric, cutoff))
            .collect()
    };
    let values: Vec<Vec<Option<f64>>> = (0..resamples).into_par_iter().map(one).collect();
    let meets = |(metric, limit): &(Metric, f64), value: Option<f64>| {
        value.is_some_and(|value| {
            if metric.higher_is_better() {
                value >= *limit
            } else {
                value <= *limit
            }
        })
    };
    let passed = values
        .iter()
        .filter(|values| {
            limits
                .iter()
                .zip(values.iter())
                .all(|(limit, value)| meets(limit, *value))
        })
        .count() as u32;
    let share = |(gate, limit): (usize, &(Metric, f64))| {
        let mut own: Vec<f64> = values.iter().filter_map(|values| values[gate]).collect();
        own.sort_unstable_by(f64::total_cmp);
        let passed = values
            .iter()
            .filter(|values| meets(limit, values[gate]))
            .count() as u32;
        GateShare {
            metric: limit.0,
            limit: limit.1,
            passed,
            median: own.get(own.len() / 2).copied(),
        }
    };
    let gates: Vec<GateShare> = limits.iter().enumerate().map(share).collect();
    let hardest = gates
        .iter()
        .min_by_key(|gate| gate.passed)
        .filter(|gate| gate.passed < resamples);
    let why = hardest.map_or(String::new(), |gate| {
        format!(
            "; hardest gate: {} {} ({} of {resamples})",
            gate.metric.label(),
            gate.limit,
            gate.passed
        )
    });
    let sentence =
        format!("{passed} of {resamples} resamples of {rows} rows pass the metric gates{why}.");
    Feasibility {
        policy: policy.name.clone(),
        resamples,
        passed,
        gates,
        sentence,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_weak_model_never_meets_the_guide_and_a_perfect_one_always_does() {
        let policy = ValidGatePolicy::preset("guide-strict").unwrap();
        let labels: Vec<bool> = (0..500).map(|row| row % 6 == 0).collect();
        let weak: Vec<f64> = (0..500)
            .map(|row| f64::from(row * 7919 % 500) / 1000.0 + if row % 6 == 0 { 0.1 } else { 0.0 })
            .collect();
        let perfect: Vec<f64> = labels
            .iter()
            .map(|label| if *label { 0.9 } else { 0.1 })
            .collect();
        assert_eq!(
            feasibility(&policy, &labels, &weak, 0.5, 294, 200, 1).passed,
            0
        );
        assert_eq!(
            feasibility(&policy, &labels, &perfect, 0.5, 294, 200, 1).passed,
            200
        );
    }
}
