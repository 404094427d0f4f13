//! Judged gates.

use domain::Estimate;
use serde::{Deserialize, Serialize};
use stats::Verdict;

use super::gate::Gate;

/// A judged gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateResult {
    /// The gate as the policy has it.
    pub gate: Gate,
    /// For example "ROC AUC at least 0.85" or "Equal opportunity difference by Gender at most 0.1".
    pub title: String,
    /// What was measured, or why it could not be.
    pub figure: Estimate,
    /// In the unit of the figure.
    pub limit: f64,
    /// What the interval of the figure says about the limit.
    pub verdict: Verdict,
    /// What it rests on or what is missing, for a person; often empty.
    #[serde(default)]
    pub note: String,
}

impl GateResult {
    /// The figure with the sign of the tables of metrics. A gate against the live model is judged by the improvement, and tables show
    /// candidate − live: a Brier score of +0.002 is 0.002 worse in both.
    pub fn shown(&self) -> Estimate {
        if let Gate::AgainstLive { metric, .. } = &self.gate
            && !metric.higher_is_better()
        {
            // 0 − x, so that zero has no sign.
            let value = self.figure.value.map(|value| 0.0 - value);
            let interval = self.figure.interval.map(|[low, high]| [0.0 - high, 0.0 - low]);
            return Estimate { value, interval, ..self.figure.clone() };
        }
        self.figure.clone()
    }
}

/// All gates of a policy, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateReport {
    /// Name of the policy.
    pub policy: String,
    /// In the order of the policy.
    pub results: Vec<GateResult>,
    /// Whether nothing blocks promotion.
    pub passes: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use stats::Metric;

    fn against_live(metric: Metric) -> GateResult {
        GateResult {
            gate: Gate::AgainstLive { metric, improvement: -0.005, significant: false },
            title: String::new(),
            figure: Estimate::with_interval(-0.002, [-0.004, 0.001], 200),
            limit: -0.005,
            verdict: Verdict::Pass,
            note: String::new(),
        }
    }

    #[test]
    fn a_difference_is_that_of_the_candidate_to_the_live_model() {
        let brier = against_live(Metric::Brier).shown();
        assert_eq!((brier.value, brier.interval, brier.n), (Some(0.002), Some([-0.001, 0.004]), Some(200)));
        let auc = against_live(Metric::RocAuc);
        assert_eq!(auc.shown(), auc.figure);
    }
}
