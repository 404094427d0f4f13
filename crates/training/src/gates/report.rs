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
    /// What it is called whatever the words: see [`Gate::key`]. Empty in results that were judged
    /// when gates had titles only.
    #[serde(default)]
    pub key: String,
    /// For example "ROC AUC at least 0.85" or "Equal opportunity difference by Age group at most
    /// 0.1", with the labels of the use case.
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
    /// The key; the title of a result that has none.
    pub fn id(&self) -> &str {
        if self.key.is_empty() {
            &self.title
        } else {
            &self.key
        }
    }

    /// Whether `name` is its key or its title.
    pub fn is_called(&self, name: &str) -> bool {
        name == self.id() || name == self.title
    }

    /// The figure with the sign of the tables of metrics. A gate against the live model is judged
    /// by the improvement, and tables show candidate − live: a Brier score of +0.002 is 0.002 worse
    /// in both.
    pub fn shown(&self) -> Estimate {
        if let Gate::AgainstLive { metric, .. } = &self.gate
            && !metric.higher_is_better()
        {
            // 0 − x, so that zero has no sign.
            let value = self.figure.value.map(|value| 0.0 - value);
            let interval = self
                .figure
                .interval
                .map(|[low, high]| [0.0 - high, 0.0 - low]);
            return Estimate {
                value,
                interval,
                ..self.figure.clone()
            };
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
            gate: Gate::AgainstLive {
                metric,
                improvement: -0.005,
                significant: false,
            },
            key: String::new(),
            title: String::new(),
            figure: Estimate::with_interval(-0.002, [-0.004, 0.001], 200),
            limit: -0.005,
            verdict: Verdict::Pass,
            note: String::new(),
        }
    }

    #[test]
    fn a_result_without_a_key_goes_by_its_title() {
        let old = GateResult {
            title: "ROC AUC at least 0.7".into(),
            ..against_live(Metric::RocAuc)
        };
        assert_eq!(old.id(), "ROC AUC at least 0.7");
        let new = GateResult {
            key: "absolute/roc_auc/0.7".into(),
            ..old
        };
        assert_eq!(new.id(), "absolute/roc_auc/0.7");
        assert!(
            new.is_called("absolute/roc_auc/0.7")
                && new.is_called("ROC AUC at least 0.7")
                && !new.is_called("")
        );
    }

    #[test]
    fn a_difference_is_that_of_the_candidate_to_the_live_model() {
        let brier = against_live(Metric::Brier).shown();
        assert_eq!(
            (brier.value, brier.interval, brier.n),
            (Some(0.002), Some([-0.001, 0.004]), Some(200))
        );
        let auc = against_live(Metric::RocAuc);
        assert_eq!(auc.shown(), auc.figure);
    }
}
