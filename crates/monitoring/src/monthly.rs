//! The check of one month: everything that is known about a live model on one day, and what to do.

use domain::{DriftVerdict, Timestamp};
use model::Table;
use serde::{Deserialize, Serialize};

use crate::attribution::{AttributionDrift, LIMIT, attribution_drift};
use crate::check::{feature_drift, prediction_drift, target_drift};
use crate::compare::Detail;
use crate::multivariate::{MultivariateDrift, multivariate_drift};
use crate::performance::{Estimated, Outcomes, Realized, estimated, realized};
use crate::policy::ValidPolicy;
use crate::quality::{self, QualityReport, Severity, quality};
use crate::recommendation::{self, Advice, Calibration, Signals, recommend};
use crate::report::{ColumnReport, DriftReport};

/// The baseline of a live version: what was saved when it was promoted. `None` where a part was not
/// saved.
#[derive(Debug, Clone, Copy, Default)]
pub struct Baseline<'a> {
    /// Their features.
    pub people: Option<&'a Table>,
    /// Their scores, probabilities in the same order.
    pub scores: Option<&'a [f64]>,
    /// Outcomes of the training year: `[stayed, left]`.
    pub outcomes: Option<[u64; 2]>,
    /// Mean absolute contribution by feature.
    pub importances: Option<&'a [(String, f64)]>,
}

/// The month to be checked.
#[derive(Debug, Clone, Copy)]
pub struct Month<'a> {
    /// Features of the people of the month.
    pub people: &'a Table,
    /// Their scores, in the same order.
    pub scores: Option<&'a [f64]>,
    /// Mean absolute contribution of each feature by name, in log-odds.
    pub importances: Option<&'a [(String, f64)]>,
    /// Scored people whose outcome has become known by now.
    pub outcomes: Option<Outcomes<'a>>,
    /// Outcomes comparable with those of the baseline (the same length of time): `[stayed, left]`.
    pub outcome_counts: Option<[u64; 2]>,
    /// Age of the live version; `None` when not known.
    pub days_since_training: Option<u32>,
    /// Days since the last training of any version; `None` when not known.
    pub days_since_retraining: Option<u32>,
    /// Checks in a row, right before this one and of the same model, that found a reason to retrain.
    pub checks_before: u32,
}

/// How to check.
#[derive(Debug, Clone)]
pub struct Settings<'a> {
    /// Limits of the drift checks.
    pub policy: ValidPolicy,
    /// Limits of the quality check.
    pub quality: quality::Limits,
    /// Limits of the recommendation.
    pub recommendation: recommendation::Limits,
    /// The features to compare: the model's inputs. All numbers and levels when `None`.
    pub columns: Option<Vec<&'a str>>,
    /// How people call a column, where it is not its name.
    pub labels: Vec<(&'a str, &'a str)>,
    /// Column (text) that identifies people.
    pub id_column: Option<&'a str>,
    /// Risk bands: name and lowest score, ascending.
    pub bands: Vec<(String, f64)>,
    /// Probability at or above which somebody counts as flagged.
    pub cutoff: f64,
    /// Of the multivariate check and the bootstrap.
    pub seed: u64,
}

impl Settings<'_> {
    /// What makes the data feed suspect, in sentences: findings about the table, and about the
    /// columns that the model reads.
    pub fn feed(&self, report: &QualityReport) -> Vec<String> {
        let is_read = |column: &str| {
            self.columns
                .as_ref()
                .is_none_or(|columns| columns.contains(&column))
        };
        let label = |column: &str| {
            let own = self.labels.iter().find(|(name, _)| *name == column);
            own.map_or(column, |(_, label)| label).to_owned()
        };
        report
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Feed)
            .filter(|finding| finding.column.as_deref().is_none_or(is_read))
            .map(|finding| report.feed_sentence(finding, label))
            .collect()
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonthlyCheck {
    /// Each feature, compared with the baseline.
    pub features: DriftReport,
    /// The scores, compared with the baseline.
    pub prediction: ColumnReport,
    /// The share of leavers, compared with the training year.
    pub target: ColumnReport,
    /// `None` without a baseline.
    pub quality: Option<QualityReport>,
    /// All features together; `None` without a baseline.
    pub multivariate: Option<MultivariateDrift>,
    /// Order of importance; `None` where one side was not measured.
    pub attribution: Option<AttributionDrift>,
    /// Mean absolute contribution (log-odds) of each feature to the scores of the month; empty
    /// where it was not measured.
    #[serde(default)]
    pub importances: Vec<(String, f64)>,
    /// `None` until outcomes are known.
    pub realized: Option<Realized>,
    /// `None` without scores.
    pub estimated: Option<Estimated>,
    /// Whether to retrain, with reasons.
    pub recommendation: Advice,
}

/// Checks a month against the baseline.
pub fn monthly_check(
    baseline: Baseline<'_>,
    month: Month<'_>,
    settings: &Settings<'_>,
) -> MonthlyCheck {
    let policy = &settings.policy;
    let features = match baseline.people {
        Some(reference) => feature_drift(
            reference,
            month.people,
            settings.columns.as_deref(),
            policy,
            Detail::Usual,
        ),
        None => no_baseline(policy),
    };
    let prediction = prediction_drift(baseline.scores, month.scores, policy);
    let target = target_drift(baseline.outcomes, month.outcome_counts, policy);
    let realized = month
        .outcomes
        .and_then(|outcomes| realized(outcomes, &settings.bands, settings.cutoff).ok());
    let checked = baseline
        .people
        .map(|reference| quality(reference, month.people, &settings.quality));
    let feed = checked.as_ref().map(|report| settings.feed(report));
    let signals = Signals {
        features: Some(&features),
        prediction: Some(&prediction),
        target: Some(&target),
        roc_auc: realized.as_ref().map(|realized| &realized.roc_auc),
        outcomes: realized.as_ref().map_or(0, |realized| realized.left),
        calibration: realized.as_ref().and_then(|realized| {
            Some(Calibration {
                left: realized.left,
                expected: realized.expected_left.value?,
                p_value: realized.calibration_p,
            })
        }),
        feed: feed.as_deref(),
        days_since_training: month.days_since_training,
        days_since_retraining: month.days_since_retraining,
        checks_before: month.checks_before,
    };
    let recommendation = recommend(signals, &settings.recommendation);
    // Columns that the model does not read (and the id) are none of the classifier's business.
    let narrowed = |table: &Table| match &settings.columns {
        Some(columns) => table.select(
            &columns
                .iter()
                .copied()
                .chain(settings.id_column)
                .collect::<Vec<_>>(),
        ),
        None => table.clone(),
    };
    MonthlyCheck {
        quality: checked,
        multivariate: baseline.people.map(|reference| {
            multivariate_drift(
                &narrowed(reference),
                &narrowed(month.people),
                settings.id_column,
                settings.seed,
            )
        }),
        attribution: baseline
            .importances
            .zip(month.importances)
            .map(|(before, now)| attribution_drift(before, now, LIMIT)),
        importances: month.importances.unwrap_or_default().to_vec(),
        estimated: month
            .scores
            .map(|scores| estimated(scores, settings.cutoff, settings.seed)),
        features,
        prediction,
        target,
        realized,
        recommendation,
    }
}

/// The report where there is nothing to compare with: that is not "no drift".
pub fn no_baseline(policy: &ValidPolicy) -> DriftReport {
    DriftReport {
        columns: Vec::new(),
        share_drifted: None,
        verdict: DriftVerdict::CouldNotCompute,
        policy: policy.name.clone(),
        false_alarm_rate: None,
        summary: "Nothing could be compared: the live model has no baseline.".into(),
    }
}

/// The report of guide 004, key by key as its readers expect it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideReport {
    /// When the check was made.
    pub timestamp: Timestamp,
    /// `None` without outcomes.
    pub performance: Option<GuidePerformance>,
    /// Features, one by one.
    pub feature_drift: GuideFeatures,
    /// The scores.
    pub prediction_drift: GuideTest,
    /// The share of leavers.
    pub target_drift: GuideTest,
    /// Whether the recommendation is to retrain.
    pub retraining_recommended: bool,
    /// Its reasons in words.
    pub reason: String,
}

/// Metrics on outcomes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuidePerformance {
    /// 0..=1; `None` where it could not be computed.
    pub roc_auc: Option<f64>,
    /// 0..=1; `None` where it could not be computed.
    pub average_precision: Option<f64>,
    /// 0 best; `None` where it could not be computed.
    pub brier: Option<f64>,
    /// At the cutoff, 0..=1; `None` where it could not be computed.
    pub accuracy: Option<f64>,
    /// People with a known outcome.
    pub n: u64,
}

/// Drifted features with their tests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideFeatures {
    /// Share of features that drifted, 0..=1; `None` when none was compared.
    pub drift_rate: Option<f64>,
    /// Those that drifted.
    pub drifted_features: Vec<GuideTest>,
}

/// One test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuideTest {
    /// Name of the feature, or of what was compared.
    pub name: String,
    /// `None` where it could not be computed: that is not "no drift".
    pub drift_detected: Option<bool>,
    /// In the unit of the test that decided.
    pub statistic: Option<f64>,
    /// 0..=1; `None` for a distance.
    pub p_value: Option<f64>,
}

impl MonthlyCheck {
    /// The check as guide 004's report.
    pub fn guide_report(&self, timestamp: Timestamp) -> GuideReport {
        let test = |column: &ColumnReport| GuideTest {
            name: column.name.clone(),
            drift_detected: match column.verdict {
                DriftVerdict::Drifted => Some(true),
                DriftVerdict::Stable => Some(false),
                DriftVerdict::TooFewRows | DriftVerdict::CouldNotCompute => None,
            },
            statistic: column.deciding_test().map(|test| test.statistic),
            p_value: column.deciding_test().and_then(|test| test.p_value),
        };
        GuideReport {
            timestamp,
            performance: self.realized.as_ref().map(|realized| GuidePerformance {
                roc_auc: realized.roc_auc.value,
                average_precision: realized.average_precision.value,
                brier: realized.brier.value,
                accuracy: realized.accuracy.value,
                n: realized.n,
            }),
            feature_drift: GuideFeatures {
                drift_rate: self.features.share_drifted,
                drifted_features: self
                    .features
                    .columns
                    .iter()
                    .filter(|column| column.verdict == DriftVerdict::Drifted)
                    .map(test)
                    .collect(),
            },
            prediction_drift: test(&self.prediction),
            target_drift: test(&self.target),
            retraining_recommended: self.recommendation.retrain(),
            reason: self.recommendation.sentence.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use domain::Recommendation;

    use super::*;
    use crate::simulation::{self, Kind, simulate};

    fn settings() -> Settings<'static> {
        Settings {
            policy: ValidPolicy::default(),
            quality: quality::Limits::default(),
            recommendation: recommendation::Limits::default(),
            columns: None,
            labels: Vec::new(),
            id_column: Some("EmployeeNumber"),
            bands: vec![("low".into(), 0.0), ("high".into(), 0.35)],
            cutoff: 0.25,
            seed: 1,
        }
    }

    /// The first month as the baseline of the last.
    fn check(drift: Option<(Kind, usize)>) -> MonthlyCheck {
        let snapshots = simulate(&simulation::Settings {
            people: 1000,
            months: 3,
            drift,
            ..simulation::Settings::default()
        });
        let (first, last) = (&snapshots[0], &snapshots[2]);
        let baseline = Baseline {
            people: Some(&first.people),
            scores: Some(&first.true_risk),
            ..Baseline::default()
        };
        let month = Month {
            people: &last.people,
            scores: Some(&last.true_risk),
            importances: None,
            outcomes: None,
            outcome_counts: None,
            days_since_training: Some(60),
            days_since_retraining: None,
            checks_before: 0,
        };
        monthly_check(baseline, month, &settings())
    }

    #[test]
    fn quiet_months_keep_the_model_and_a_takeover_retrains_it() {
        let quiet = check(None);
        assert_eq!(
            (quiet.features.verdict, quiet.recommendation.action),
            (DriftVerdict::Stable, Recommendation::Keep),
            "{}",
            quiet.recommendation.sentence
        );
        assert_eq!(quiet.multivariate.unwrap().verdict, DriftVerdict::Stable);
        let taken = check(Some((Kind::SegmentShift, 2)));
        assert_eq!(
            taken.recommendation.action,
            Recommendation::Retrain,
            "{}",
            taken.recommendation.sentence
        );
        assert!(
            taken.features.drifted().contains(&"Department")
                && taken.features.drifted().contains(&"OverTime")
        );
        let report = taken.guide_report(Timestamp::from_micros(0));
        assert!(report.retraining_recommended && report.target_drift.drift_detected.is_none());
        assert_eq!(
            report.feature_drift.drifted_features.len(),
            taken.features.drifted().len()
        );
    }

    #[test]
    fn no_baseline_is_no_stability() {
        let month = simulate(&simulation::Settings {
            people: 100,
            months: 1,
            ..simulation::Settings::default()
        })
        .remove(0);
        let month = Month {
            people: &month.people,
            scores: None,
            importances: None,
            outcomes: None,
            outcome_counts: None,
            days_since_training: None,
            days_since_retraining: None,
            checks_before: 0,
        };
        let found = monthly_check(Baseline::default(), month, &settings());
        assert_eq!(
            (found.features.verdict, found.prediction.verdict),
            (DriftVerdict::CouldNotCompute, DriftVerdict::CouldNotCompute)
        );
        assert_eq!(found.recommendation.action, Recommendation::Unclear);
        assert!(found.quality.is_none() && found.features.summary.contains("no baseline"));
    }
}
