//! The limits of a monitoring policy, by name.

use crate::words::words;

words! {
    /// A limit of a monitoring policy that can be changed.
    pub enum MonitoringSetting {
        PLimit = "p_limit",
        Adjustment = "adjustment",
        LeastEffectNumber = "least_effect_number",
        LeastEffectLevel = "least_effect_level",
        LeastRows = "least_rows",
        Overall = "overall",
        ShareDrifted = "share_drifted",
        RocAuc = "roc_auc",
        PredictionDrift = "prediction_drift",
        TargetDrift = "target_drift",
        CalibrationP = "calibration_p",
        CalibrationShare = "calibration_share",
        ScheduleDays = "schedule_days",
        CooldownDays = "cooldown_days",
        ConsecutiveChecks = "consecutive_checks",
        RetrainingsAYear = "retrainings_a_year",
        CheckAfterDays = "check_after_days",
    }
}

impl MonitoringSetting {
    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::PLimit => "Drift: p-value below",
            Self::Adjustment => "Drift: adjustment for many features",
            Self::LeastEffectNumber => "Drift: minimum effect size, numbers",
            Self::LeastEffectLevel => "Drift: minimum effect size, categories",
            Self::LeastRows => "Drift: minimum rows",
            Self::Overall => "Drift: data as a whole",
            Self::ShareDrifted => "Retrain: share of drifted features above",
            Self::RocAuc => "Retrain: ROC AUC below",
            Self::PredictionDrift => "Retrain: on prediction drift alone",
            Self::TargetDrift => "Retrain: on target drift alone",
            Self::CalibrationP => "Retrain: calibration, p-value below",
            Self::CalibrationShare => "Retrain: calibration, difference above",
            Self::ScheduleDays => "Retrain: age of the model",
            Self::CooldownDays => "Cooldown",
            Self::ConsecutiveChecks => "Consecutive checks",
            Self::RetrainingsAYear => "Retraining budget",
            Self::CheckAfterDays => "Drift check overdue after",
        }
    }

    /// What it means, and how it is written.
    pub fn help(self) -> &'static str {
        match self {
            Self::PLimit => {
                "A feature has drifted when its p-value is below this limit. Above 0 and below 1."
            }
            Self::Adjustment => {
                "How p-values are adjusted because many features are tested: none, benjamini_hochberg (false discovery rate) or holm (family-wise error rate)."
            }
            Self::LeastEffectNumber => {
                "Smaller changes are not drift: Wasserstein distance in baseline standard deviations. 0 for none."
            }
            Self::LeastEffectLevel => {
                "Smaller changes are not drift: total variation distance, 0 to 1. 0 for none."
            }
            Self::LeastRows => {
                "A feature with fewer values, in either sample, is not tested. 2 or more."
            }
            Self::Overall => {
                "When the check as a whole says drift: any (one feature), at least 50%, or above 30% of the features."
            }
            Self::ShareDrifted => {
                "Retraining is recommended when more than this share of the features has drifted, for example 30%."
            }
            Self::RocAuc => {
                "Retraining is recommended when the whole 95% interval of the ROC AUC on outcomes is below this limit. 0.5 to 1."
            }
            Self::PredictionDrift => {
                "Whether drift of the scores alone is reason enough: yes or no."
            }
            Self::TargetDrift => {
                "Whether drift of the outcome rate alone is reason enough: yes or no."
            }
            Self::CalibrationP => {
                "Expected and observed leavers differ when the p-value is below this limit. Above 0 and below 1."
            }
            Self::CalibrationShare => {
                "The two numbers must also differ by more than this share of the expected one, for example 15%."
            }
            Self::ScheduleDays => {
                "Retraining is recommended when the training data is older than this many days. Empty: age is not a reason."
            }
            Self::CooldownDays => {
                "Days after a retraining in which no other is recommended. 0 for none."
            }
            Self::ConsecutiveChecks => {
                "Retraining is recommended when this many checks in a row find a reason for it. 1: at once. 2 makes false alarms rarer and reactions a cycle later."
            }
            Self::RetrainingsAYear => {
                "Most retrainings that cycles start within 365 days. Empty: no limit."
            }
            Self::CheckAfterDays => {
                "Days without a drift check after which the live model shows a warning. 1 or more."
            }
        }
    }

    /// The only values that it takes; empty: numbers.
    pub fn choices(self) -> &'static [&'static str] {
        match self {
            Self::Adjustment => &["none", "benjamini_hochberg", "holm"],
            Self::PredictionDrift | Self::TargetDrift => &["yes", "no"],
            Self::PLimit
            | Self::LeastEffectNumber
            | Self::LeastEffectLevel
            | Self::LeastRows
            | Self::Overall
            | Self::ShareDrifted
            | Self::RocAuc
            | Self::CalibrationP
            | Self::CalibrationShare
            | Self::ScheduleDays
            | Self::CooldownDays
            | Self::ConsecutiveChecks
            | Self::RetrainingsAYear
            | Self::CheckAfterDays => &[],
        }
    }
}
