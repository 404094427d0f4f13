//! Should the model be retrained? From the month's signals, with the reasons in words.

use domain::{DriftVerdict, Estimate, Recommendation};
use serde::{Deserialize, Serialize};

use crate::report::{ColumnReport, DriftReport};

/// Limits of the recommendation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Retrain when more than this share of the compared features drifted, 0..1.
    pub share_drifted: f64,
    /// Retrain when the whole interval of the ROC AUC on outcomes lies below this.
    pub roc_auc: f64,
    /// Whether prediction drift alone is reason enough.
    pub prediction_drift: bool,
    /// Whether target drift alone is reason enough.
    pub target_drift: bool,
    /// Retrain when the scores add up to another number of leavers with a p-value below this…
    pub calibration_p: f64,
    /// … and the two numbers differ by more than this share of the expected one.
    pub calibration_share: f64,
    /// Retrain when the live model is older, in days; `None` for no schedule.
    pub schedule_days: Option<u32>,
    /// Days after a retraining in which no other is recommended; 0 for none.
    pub cooldown_days: u32,
    /// So many checks in a row must find a reason to retrain; 1 for at once.
    pub consecutive_checks: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            share_drifted: 0.3,
            roc_auc: 0.75,
            prediction_drift: true,
            target_drift: true,
            calibration_p: 0.01,
            calibration_share: 0.15,
            schedule_days: None,
            cooldown_days: 7,
            consecutive_checks: 1,
        }
    }
}

/// Leavers against those that the scores add up to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// People who left.
    pub left: u64,
    /// The sum of the scores.
    pub expected: f64,
    /// Two-sided p-value of the difference; `None` where it could not be computed.
    pub p_value: Option<f64>,
}

/// What is known this month; `None` where nothing was measured.
#[derive(Debug, Clone, Copy, Default)]
pub struct Signals<'a> {
    /// Drift of the features.
    pub features: Option<&'a DriftReport>,
    /// Drift of the scores.
    pub prediction: Option<&'a ColumnReport>,
    /// Drift of the share of leavers.
    pub target: Option<&'a ColumnReport>,
    /// ROC AUC on outcomes.
    pub roc_auc: Option<&'a Estimate>,
    /// Outcomes behind it.
    pub outcomes: u64,
    /// Leavers against those that the scores add up to.
    pub calibration: Option<Calibration>,
    /// What makes the data feed suspect, in sentences; `None` where it was not checked.
    pub feed: Option<&'a [String]>,
    /// Age of the live model.
    pub days_since_training: Option<u32>,
    /// Days since the last retraining was started.
    pub days_since_retraining: Option<u32>,
    /// Checks in a row, right before this one and of the same model, that found a reason to retrain.
    pub checks_before: u32,
}

/// What a signal says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// The data cannot be trusted.
    CheckFeed,
    /// The limit is crossed.
    Retrain,
    /// The limit is kept.
    Keep,
    /// Measured, but the interval lies on both sides of the limit.
    Inconclusive,
    /// Nothing was measured.
    Unknown,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Whether the data can be trusted.
    DataFeed,
    /// Share of features that drifted.
    FeatureDrift,
    /// Drift of the scores.
    PredictionDrift,
    /// Drift of the share of leavers.
    TargetDrift,
    /// ROC AUC on outcomes.
    Performance,
    /// Leavers against those that the scores add up to.
    Calibration,
    /// Age of the model.
    Schedule,
}

impl Signal {
    /// Its label.
    pub fn label(self) -> &'static str {
        match self {
            Self::DataFeed => "Data feed",
            Self::FeatureDrift => "Feature drift",
            Self::PredictionDrift => "Prediction drift",
            Self::TargetDrift => "Target drift",
            Self::Performance => "Performance",
            Self::Calibration => "Calibration",
            Self::Schedule => "Schedule",
        }
    }

    /// Waiting for outcomes is the normal state of the months after a promotion, not an open
    /// question.
    fn needs_outcomes(self) -> bool {
        match self {
            Self::TargetDrift | Self::Performance | Self::Calibration => true,
            Self::DataFeed | Self::FeatureDrift | Self::PredictionDrift | Self::Schedule => false,
        }
    }
}

/// One signal, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What was looked at.
    pub signal: Signal,
    /// What it says about retraining.
    pub says: Says,
    /// The same in words.
    pub sentence: String,
}

/// The recommendation with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// What to do.
    pub action: Recommendation,
    /// One for each signal.
    pub reasons: Vec<Reason>,
    /// "Retrain: 11 of 30 features drifted (limit 30%); ROC AUC 0.71 on 214 outcomes, limit 0.75."
    pub sentence: String,
}

impl Advice {
    /// Whether to retrain now.
    pub fn retrain(&self) -> bool {
        self.action == Recommendation::Retrain
    }
}

/// Recommends from the signals.
pub fn recommend(signals: Signals<'_>, limits: &Limits) -> Advice {
    let reasons: Vec<Reason> = [
        signals.feed.map(data_feed),
        Some(feature_drift(signals.features, limits)),
        Some(single_drift(
            Signal::PredictionDrift,
            "the scores",
            signals.prediction,
            limits.prediction_drift,
        )),
        Some(single_drift(
            Signal::TargetDrift,
            "the outcome rate",
            signals.target,
            limits.target_drift,
        )),
        Some(performance(signals.roc_auc, signals.outcomes, limits)),
        signals.calibration.map(|own| calibration(own, limits)),
        schedule(signals.days_since_training, limits),
    ]
    .into_iter()
    .flatten()
    .collect();
    let sentences = |says: Option<Says>| {
        let chosen = reasons
            .iter()
            .filter(|reason| says.is_none_or(|says| reason.says == says));
        chosen
            .map(|reason| reason.sentence.as_str())
            .collect::<Vec<_>>()
            .join("; ")
    };
    let any = |says| reasons.iter().any(|reason| reason.says == says);
    let open = reasons
        .iter()
        .any(|reason| reason.says == Says::Unknown && !reason.signal.needs_outcomes());
    let cooling = signals
        .days_since_retraining
        .filter(|&days| days < limits.cooldown_days);
    let (action, sentence) = if any(Says::CheckFeed) {
        // Advice in order: nothing is concluded from data that is more likely wrong than new.
        let why = sentences(Some(Says::CheckFeed));
        (
            Recommendation::CheckFeed,
            format!(
                "Check the data feed: {why}. Do not retrain on this data before that, whatever the other signals say."
            ),
        )
    } else if any(Says::Retrain) {
        let why = sentences(Some(Says::Retrain));
        let found = signals.checks_before.saturating_add(1);
        match cooling {
            Some(days) => {
                let ago = in_days(days);
                (
                    Recommendation::Wait,
                    format!(
                        "Wait: last retrained {ago} ago (cooldown {} days). Reasons to retrain: {why}.",
                        limits.cooldown_days
                    ),
                )
            }
            None if found < limits.consecutive_checks => (
                Recommendation::Wait,
                format!(
                    "Wait for the next check: {found} of {} consecutive checks found a reason to retrain: {why}.",
                    limits.consecutive_checks
                ),
            ),
            None => (Recommendation::Retrain, format!("Retrain: {why}.")),
        }
    } else if !any(Says::Keep) && !any(Says::Inconclusive) {
        (
            Recommendation::Unclear,
            format!("No recommendation is possible: {}.", sentences(None)),
        )
    } else if open {
        (
            Recommendation::Unclear,
            format!(
                "No reason to retrain was found, but some checks are incomplete: {}.",
                sentences(Some(Says::Unknown))
            ),
        )
    } else {
        (
            Recommendation::Keep,
            format!("Keep the model: {}.", sentences(None)),
        )
    };
    Advice {
        action,
        reasons,
        sentence,
    }
}

fn in_days(days: u32) -> String {
    if days == 1 {
        "1 day".into()
    } else {
        format!("{days} days")
    }
}

fn reason(signal: Signal, says: Says, sentence: impl Into<String>) -> Reason {
    Reason {
        signal,
        says,
        sentence: sentence.into(),
    }
}

fn data_feed(problems: &[String]) -> Reason {
    let signal = Signal::DataFeed;
    if problems.is_empty() {
        return reason(signal, Says::Keep, "the data feed looks sound");
    }
    reason(signal, Says::CheckFeed, problems.join("; "))
}

fn calibration(own: Calibration, limits: &Limits) -> Reason {
    let signal = Signal::Calibration;
    let Some(p) = own.p_value else {
        return reason(
            signal,
            Says::Unknown,
            "expected and observed numbers could not be compared",
        );
    };
    let ratio = own.left as f64 / own.expected.max(f64::MIN_POSITIVE);
    // Everybody reads it: the counts are beside the figures, as far as a role may see them.
    let sentence = format!(
        "the observed number is {} times the expected one ({})",
        domain::format::number(ratio, 2),
        domain::format::p_value_phrase(p)
    );
    let share = (ratio - 1.0).abs();
    let says = if p < limits.calibration_p && share > limits.calibration_share {
        Says::Retrain
    } else {
        Says::Keep
    };
    reason(signal, says, sentence)
}

fn feature_drift(report: Option<&DriftReport>, limits: &Limits) -> Reason {
    let signal = Signal::FeatureDrift;
    let Some(report) = report else {
        return reason(signal, Says::Unknown, "feature drift was not checked");
    };
    let Some(share) = report.share_drifted else {
        return reason(signal, Says::Unknown, "feature drift could not be computed");
    };
    let drifted = report.count(DriftVerdict::Drifted);
    let compared = drifted + report.count(DriftVerdict::Stable);
    let sentence = format!(
        "{drifted} of {compared} features drifted (limit {:.0}%)",
        100.0 * limits.share_drifted
    );
    let lost = report.columns.len() - compared;
    let says = if share > limits.share_drifted {
        Says::Retrain
    } else if lost > compared {
        Says::Unknown
    } else {
        Says::Keep
    };
    reason(
        signal,
        says,
        if says == Says::Unknown {
            format!("{sentence}, but {lost} could not be compared")
        } else {
            sentence
        },
    )
}

fn single_drift(signal: Signal, what: &str, report: Option<&ColumnReport>, counts: bool) -> Reason {
    let Some(report) = report else {
        return reason(
            signal,
            Says::Unknown,
            format!("drift in {what} was not checked"),
        );
    };
    match report.verdict {
        DriftVerdict::Drifted => {
            let p = report
                .deciding_test()
                .and_then(|test| test.p_value)
                .map(|p| format!(" ({})", domain::format::p_value_phrase(p)))
                .unwrap_or_default();
            let says = if counts { Says::Retrain } else { Says::Keep };
            reason(signal, says, format!("{what} drifted{p}"))
        }
        DriftVerdict::Stable => reason(signal, Says::Keep, format!("{what} did not drift")),
        DriftVerdict::TooFewRows | DriftVerdict::CouldNotCompute => {
            let why = report
                .why
                .map_or_else(String::new, |why| format!(" ({why})"));
            reason(
                signal,
                Says::Unknown,
                format!("drift in {what} could not be computed{why}"),
            )
        }
    }
}

fn performance(figure: Option<&Estimate>, outcomes: u64, limits: &Limits) -> Reason {
    let signal = Signal::Performance;
    let Some(figure) = figure else {
        return reason(signal, Says::Unknown, "no outcomes are known yet");
    };
    let (Some(value), [low, high]) = (figure.value, figure.interval.unwrap_or([0.0, 1.0])) else {
        let why = figure.why.as_deref().unwrap_or("no reason given");
        return reason(
            signal,
            Says::Unknown,
            format!("ROC AUC on {outcomes} outcomes could not be computed ({why})"),
        );
    };
    let sentence = format!(
        "ROC AUC {value:.2} ({low:.2} to {high:.2}) on {outcomes} outcomes, limit {:.2}",
        limits.roc_auc
    );
    let says = if high < limits.roc_auc {
        Says::Retrain
    } else if low < limits.roc_auc {
        Says::Inconclusive
    } else {
        Says::Keep
    };
    reason(signal, says, sentence)
}

fn schedule(days: Option<u32>, limits: &Limits) -> Option<Reason> {
    let every = limits.schedule_days?;
    Some(match days {
        Some(days) if days >= every => reason(
            Signal::Schedule,
            Says::Retrain,
            format!("the model is {} old (schedule {every} days)", in_days(days)),
        ),
        Some(days) => reason(
            Signal::Schedule,
            Says::Keep,
            format!("the model is {} old (schedule {every} days)", in_days(days)),
        ),
        None => reason(
            Signal::Schedule,
            Says::Unknown,
            "the age of the model is unknown",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::ColumnKind;
    use crate::policy::ValidPolicy;
    use crate::{prediction_drift, target_drift};

    fn auc(value: f64, half: f64) -> Estimate {
        Estimate::with_interval(value, [value - half, value + half], 1000)
    }

    #[test]
    fn outcomes_below_the_limit_speak_only_by_their_interval() {
        let limits = Limits::default();
        let judge = |figure: &Estimate| {
            recommend(
                Signals {
                    roc_auc: Some(figure),
                    outcomes: 214,
                    ..Signals::default()
                },
                &limits,
            )
        };
        assert!(judge(&auc(0.68, 0.04)).retrain());
        let sentence = judge(&auc(0.68, 0.04)).sentence;
        assert_eq!(
            sentence,
            "Retrain: ROC AUC 0.68 (0.64 to 0.72) on 214 outcomes, limit 0.75."
        );
        assert!(!judge(&auc(0.71, 0.06)).retrain());
        assert_eq!(
            judge(&Estimate::unknown("nobody left")).action,
            Recommendation::Unclear
        );
        assert_eq!(
            recommend(Signals::default(), &limits).action,
            Recommendation::Unclear
        );
    }

    #[test]
    fn cooldown_schedule_and_single_drifts() {
        let policy = ValidPolicy::default();
        let scores: Vec<f64> = (0..500).map(|i| f64::from(i) / 500.0).collect();
        let higher: Vec<f64> = scores.iter().map(|score| (score + 0.2).min(1.0)).collect();
        let (drifted, stable) = (
            prediction_drift(Some(&scores), Some(&higher), &policy),
            prediction_drift(Some(&scores), Some(&scores), &policy),
        );
        assert_eq!(
            (drifted.verdict, stable.verdict),
            (DriftVerdict::Drifted, DriftVerdict::Stable)
        );
        let limits = Limits {
            schedule_days: Some(90),
            ..Limits::default()
        };
        let signals = Signals {
            prediction: Some(&drifted),
            days_since_training: Some(10),
            ..Signals::default()
        };
        assert!(recommend(signals, &limits).retrain());
        assert_eq!(
            recommend(
                Signals {
                    days_since_retraining: Some(3),
                    ..signals
                },
                &limits
            )
            .action,
            Recommendation::Wait
        );
        assert!(
            recommend(
                Signals {
                    days_since_training: Some(90),
                    prediction: Some(&stable),
                    ..signals
                },
                &limits
            )
            .retrain()
        );
        // With two checks in a row as the policy, the first one waits.
        let twice = Limits {
            consecutive_checks: 2,
            ..limits.clone()
        };
        let action = |checks_before| {
            let signals = Signals {
                checks_before,
                ..signals
            };
            recommend(signals, &twice).action
        };
        assert_eq!(
            [action(0), action(1), action(u32::MAX)],
            [
                Recommendation::Wait,
                Recommendation::Retrain,
                Recommendation::Retrain
            ]
        );
        let target = target_drift(Some([900, 100]), Some([700, 300]), &policy);
        assert!(
            recommend(
                Signals {
                    target: Some(&target),
                    ..Signals::default()
                },
                &limits
            )
            .retrain()
        );
        assert_eq!(
            target_drift(Some([900, 100]), None, &policy).verdict,
            DriftVerdict::CouldNotCompute
        );
    }

    #[test]
    fn waiting_for_outcomes_is_no_open_question() {
        let policy = ValidPolicy::default();
        let scores: Vec<f64> = (0..500).map(|i| f64::from(i) / 500.0).collect();
        let stable = prediction_drift(Some(&scores), Some(&scores), &policy);
        let mut column = stable.clone();
        column.kind = ColumnKind::Number;
        let features = crate::check::conclude(vec![column], &policy);
        let found = recommend(
            Signals {
                features: Some(&features),
                prediction: Some(&stable),
                ..Signals::default()
            },
            &Limits::default(),
        );
        assert_eq!(found.action, Recommendation::Keep, "{}", found.sentence);
    }

    #[test]
    fn a_suspect_feed_goes_before_every_other_signal() {
        let policy = ValidPolicy::default();
        let scores: Vec<f64> = (0..500).map(|i| f64::from(i) / 500.0).collect();
        let higher: Vec<f64> = scores.iter().map(|score| (score + 0.2).min(1.0)).collect();
        let drifted = prediction_drift(Some(&scores), Some(&higher), &policy);
        let problems = ["Pay: 40% missing, 0% in the baseline".to_owned()];
        let judge = |feed| {
            let signals = Signals {
                prediction: Some(&drifted),
                feed,
                ..Signals::default()
            };
            recommend(signals, &Limits::default()).action
        };
        assert_eq!(judge(Some(&problems)), Recommendation::CheckFeed);
        assert_eq!(judge(Some(&[])), Recommendation::Retrain);
        assert_eq!(judge(None), Recommendation::Retrain);
    }

    #[test]
    fn many_more_leavers_than_expected_are_reason_enough() {
        let judge = |left, expected, p_value| {
            let signals = Signals {
                roc_auc: Some(&auc(0.85, 0.04)),
                outcomes: left,
                calibration: Some(Calibration {
                    left,
                    expected,
                    p_value,
                }),
                ..Signals::default()
            };
            recommend(signals, &Limits::default()).retrain()
        };
        assert!(judge(181, 121.0, Some(1e-9)));
        assert!(!judge(121, 121.0, Some(0.9)));
        // Certain, and too small to matter.
        assert!(!judge(10_500, 10_000.0, Some(1e-6)));
        assert!(!judge(12, 9.0, Some(0.3)));
        assert!(!judge(121, 121.0, None));
    }
}
