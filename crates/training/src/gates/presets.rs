//! The built-in policies.

use stats::Metric;
use stats::fairness::ParityMetric;

use super::gate::{CardPart, Gate};
use super::policy::{GatePolicy, ValidGatePolicy};

impl ValidGatePolicy {
    /// Names of the built-in policies.
    pub const PRESETS: [&'static str; 2] = ["sensible", "guide-strict"];

    /// A built-in policy.
    pub fn preset(name: &str) -> Option<Self> {
        match name {
            "sensible" => Some(Self::sensible()),
            "guide-strict" => Some(Self::guide_strict()),
            _ => None,
        }
    }

    /// The default: what a realistic model can meet.
    pub fn sensible() -> Self {
        let absolute = |metric, limit| Gate::Absolute { metric, limit };
        let fairness = |metric, limit| Gate::Fairness { metric, limit };
        Self(GatePolicy {
            name: "sensible".into(),
            description:
                "Clearly better than chance, calibrated, and not clearly worse than the live model. Differences between groups are \
                      assessed; the reviewer accepts responsibility for them."
                    .into(),
            inconclusive_blocks: false,
            fairness_blocks: false,
            approvals: 1,
            waivers: true,
            checklist_required: false,
            named_author: false,
            review_days: 365,
            gates: vec![
                absolute(Metric::RocAuc, 0.70),
                absolute(Metric::EceQuantile, 0.10),
                absolute(Metric::TopDecileLift, 1.5),
                Gate::AgainstLive { metric: Metric::RocAuc, improvement: -0.01, significant: false },
                Gate::AgainstLive { metric: Metric::Brier, improvement: -0.005, significant: false },
                fairness(ParityMetric::DemographicParityRatio, 0.8),
                fairness(ParityMetric::EqualOpportunityDifference, 0.1),
                Gate::Missing { limit: 0.2 },
                Gate::Reproducible,
                Gate::Leakage,
                Gate::ExplanationStability { top: 5, limit: 0.4 },
                Gate::Documentation {
                    parts: vec![CardPart::Purpose, CardPart::Lineage, CardPart::Metrics, CardPart::Groups, CardPart::Explanation],
                },
            ],
        })
    }

    /// Strict fixed thresholds.
    pub fn guide_strict() -> Self {
        let absolute = |metric, limit| Gate::Absolute { metric, limit };
        let fairness = |metric, limit| Gate::Fairness { metric, limit };
        Self(GatePolicy {
            name: "guide-strict".into(),
            description:
                "Strict fixed thresholds. No realistic model meets all of them on the IBM data."
                    .into(),
            inconclusive_blocks: true,
            fairness_blocks: true,
            approvals: 1,
            waivers: false,
            checklist_required: true,
            named_author: true,
            review_days: 365,
            gates: vec![
                absolute(Metric::Accuracy, 0.85),
                absolute(Metric::F1, 0.80),
                absolute(Metric::RocAuc, 0.85),
                absolute(Metric::Precision, 0.80),
                absolute(Metric::Recall, 0.75),
                fairness(ParityMetric::DemographicParityDifference, 0.1),
                fairness(ParityMetric::EqualOpportunityDifference, 0.1),
                fairness(ParityMetric::PredictiveParityDifference, 0.1),
                Gate::Missing { limit: 0.05 },
                Gate::Outliers { limit: 0.01 },
                Gate::Correlation { limit: 0.8 },
                Gate::Reproducible,
                Gate::Leakage,
                Gate::ExplanationStability {
                    top: 5,
                    limit: 0.75,
                },
                Gate::Documentation {
                    parts: CardPart::ALL.to_vec(),
                },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_that_ships_is_valid() {
        for policy in ValidGatePolicy::PRESETS
            .into_iter()
            .filter_map(ValidGatePolicy::preset)
        {
            assert_eq!(GatePolicy::from(policy.clone()).check(), Ok(policy));
        }
        assert!(ValidGatePolicy::preset("none-such").is_none());
    }
}
