//! All limits of the monitoring of a use case in one place: the tests of drift, what speaks for a
//! retraining, and how often a model is retrained and checked. A policy begins as a preset.

mod setting;

use domain::{FieldProblem, MonitoringSetting};
use serde::{Deserialize, Serialize};

use crate::policy::{Policy, ValidPolicy};
use crate::recommendation::Limits;

/// The limits of a use case's monitoring as they are written. [`MonitoringPolicy::check`] says
/// whether they can be used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonitoringPolicy {
    /// The preset that it began as, one of [`crate::policy::NAMES`].
    pub preset: String,
    /// Which change of a column is drift.
    pub drift: Policy,
    /// What speaks for a retraining, and when one may follow another.
    pub retraining: Limits,
    /// Most retrainings by cycles within 365 days; `None` for no limit.
    pub retrainings_a_year: Option<u32>,
    /// Days without a drift check after which the live model's health is a warning.
    pub check_after_days: u32,
}

impl MonitoringPolicy {
    /// The preset that ships under that name; `None` when there is none. Each takes the tests of
    /// the drift policy of its name.
    pub fn preset(name: &str) -> Option<Self> {
        let drift: Policy = ValidPolicy::named(name)?.into();
        let retraining = match name {
            // One drifted table is reason enough there; nothing is said of performance or calibration.
            "guide-000" | "evidently" => Limits {
                share_drifted: 0.5,
                ..Limits::default()
            },
            _ => Limits::default(),
        };
        Some(Self {
            preset: name.to_owned(),
            drift,
            retraining,
            retrainings_a_year: Some(12),
            check_after_days: 45,
        })
    }

    /// The drift policy, as one that can be used.
    ///
    /// # Errors
    /// Every limit that is out of its range, under the name of its [`MonitoringSetting`].
    pub fn check(&self) -> Result<ValidPolicy, Vec<FieldProblem>> {
        // Each limit is read as if somebody had written it.
        let mut same = self.clone();
        let problems: Vec<FieldProblem> = MonitoringSetting::ALL
            .iter()
            .filter_map(|setting| same.set(*setting, &self.get(*setting)).err())
            .collect();
        if problems.is_empty() {
            self.drift.clone().check()
        } else {
            Err(problems)
        }
    }

    /// The limits in which `self` differs from `before`.
    pub fn changes(&self, before: &Self) -> Vec<MonitoringSetting> {
        let differs = |own: &MonitoringSetting| self.get(*own) != before.get(*own);
        MonitoringSetting::ALL
            .iter()
            .copied()
            .filter(differs)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::policy::{NAMES, Overall};

    #[test]
    fn every_preset_can_be_used_and_each_setting_reads_what_it_writes() {
        for name in NAMES {
            let policy = MonitoringPolicy::preset(name).unwrap();
            policy.check().unwrap();
            for &setting in MonitoringSetting::ALL {
                let mut same = policy.clone();
                same.set(setting, &policy.get(setting)).unwrap();
                assert_eq!(same, policy, "{name} {setting}");
            }
        }
        assert_eq!(MonitoringPolicy::preset("no-such"), None);
    }

    #[test]
    fn shares_are_written_as_percent_or_as_a_share_and_nothing_between() {
        let mut policy = MonitoringPolicy::preset("calibrated").unwrap();
        for (text, share) in [
            ("25%", 0.25),
            ("0.25", 0.25),
            (" 12.5 % ", 0.125),
            ("1", 1.0),
        ] {
            policy.set(MonitoringSetting::ShareDrifted, text).unwrap();
            assert_eq!(policy.retraining.share_drifted, share, "{text}");
        }
        for wrong in ["30", "-1%", "120%", "x", "", "NaN", "inf"] {
            let problem = policy
                .set(MonitoringSetting::ShareDrifted, wrong)
                .unwrap_err();
            assert_eq!(problem.field, "share_drifted", "{wrong}");
            assert_eq!(policy.retraining.share_drifted, 1.0, "unchanged by {wrong}");
        }
    }

    #[test]
    fn limits_out_of_range_are_named_by_their_setting() {
        for (setting, wrong) in [
            (MonitoringSetting::PLimit, "0"),
            (MonitoringSetting::PLimit, "1"),
            (MonitoringSetting::RocAuc, "0.4"),
            (MonitoringSetting::LeastRows, "1"),
            (MonitoringSetting::ConsecutiveChecks, "0"),
            (MonitoringSetting::CheckAfterDays, "0"),
            (MonitoringSetting::CooldownDays, "-1"),
            (MonitoringSetting::ScheduleDays, "0"),
        ] {
            let mut policy = MonitoringPolicy::preset("calibrated").unwrap();
            let problem = policy.set(setting, wrong).unwrap_err();
            assert_eq!(problem.field, setting.as_str(), "{wrong}");
        }
        // A policy that was written past the settings is refused as a whole.
        let mut policy = MonitoringPolicy::preset("calibrated").unwrap();
        policy.retraining.roc_auc = 2.0;
        assert_eq!(policy.check().unwrap_err()[0].field, "roc_auc");
    }

    #[test]
    fn what_may_be_empty_has_no_limit_and_changes_are_listed() {
        let before = MonitoringPolicy::preset("calibrated").unwrap();
        let mut policy = before.clone();
        policy.set(MonitoringSetting::RetrainingsAYear, "").unwrap();
        policy.set(MonitoringSetting::Overall, "20%").unwrap();
        assert_eq!(policy.retrainings_a_year, None);
        assert_eq!(policy.drift.overall, Overall::ShareAtLeast(0.2));
        policy.set(MonitoringSetting::Overall, "any").unwrap();
        assert_eq!(
            policy.changes(&before),
            [MonitoringSetting::RetrainingsAYear]
        );
    }
}
