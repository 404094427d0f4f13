//! What a drift check says about each kind of alert. Pure.

use domain::{AlertKind, AlertSeverity, Recommendation};
use monitoring::recommendation::{Advice, Reason, Says, Signal};

/// What is to become of the alert of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Judged {
    /// It is raised, with these sentences.
    Raise(AlertSeverity, String),
    /// Its cause is gone.
    Healthy,
    /// Nothing is known: it stays as it is.
    Unclear,
}

/// The kind of alert that a signal belongs to.
fn kind_of(signal: Signal) -> AlertKind {
    match signal {
        Signal::DataFeed => AlertKind::DataQuality,
        Signal::FeatureDrift | Signal::PredictionDrift | Signal::TargetDrift => AlertKind::Drift,
        Signal::Performance | Signal::Schedule => AlertKind::Performance,
        Signal::Calibration => AlertKind::Calibration,
    }
}

/// The kinds that a check speaks of.
const KINDS: [AlertKind; 4] = [
    AlertKind::DataQuality,
    AlertKind::Drift,
    AlertKind::Performance,
    AlertKind::Calibration,
];

/// What a check says of each kind. Nothing is concluded from data that is suspect.
pub(super) fn judge(advice: &Advice) -> Vec<(AlertKind, Judged)> {
    let suspect = advice.action == Recommendation::CheckFeed;
    KINDS
        .into_iter()
        .map(|kind| {
            let own: Vec<&Reason> = advice
                .reasons
                .iter()
                .filter(|reason| kind_of(reason.signal) == kind)
                .collect();
            (kind, judge_kind(&own, suspect, kind, advice.action))
        })
        .collect()
}

fn judge_kind(
    reasons: &[&Reason],
    suspect: bool,
    kind: AlertKind,
    action: Recommendation,
) -> Judged {
    let bad: Vec<&str> = reasons
        .iter()
        .filter(|reason| matches!(reason.says, Says::Retrain | Says::CheckFeed))
        .map(|reason| reason.sentence.as_str())
        .collect();
    if suspect && kind != AlertKind::DataQuality {
        return Judged::Unclear;
    }
    if !bad.is_empty() {
        // Within the cooldown there is nothing to be done but wait.
        let severity = match action {
            Recommendation::Wait => AlertSeverity::Warning,
            Recommendation::Retrain
            | Recommendation::CheckFeed
            | Recommendation::Keep
            | Recommendation::Unclear => AlertSeverity::Critical,
        };
        let sentence = domain::format::capitalized(&bad.join("; "));
        return Judged::Raise(severity, format!("{sentence}."));
    }
    let says = |wanted| reasons.iter().any(|reason| reason.says == wanted);
    if says(Says::Keep) && !says(Says::Inconclusive) {
        Judged::Healthy
    } else {
        Judged::Unclear
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(action: Recommendation, reasons: &[(Signal, Says)]) -> Advice {
        let reason = |&(signal, says): &(Signal, Says)| Reason {
            signal,
            says,
            sentence: format!("{signal:?} speaks"),
        };
        Advice {
            action,
            reasons: reasons.iter().map(reason).collect(),
            sentence: String::new(),
        }
    }

    fn judged(own: &Advice, kind: AlertKind) -> Judged {
        let found = judge(own).into_iter().find(|(found, _)| *found == kind);
        found.map_or(Judged::Unclear, |(_, judged)| judged)
    }

    #[test]
    fn each_signal_raises_its_kind() {
        for (signal, kind) in [
            (Signal::FeatureDrift, AlertKind::Drift),
            (Signal::PredictionDrift, AlertKind::Drift),
            (Signal::TargetDrift, AlertKind::Drift),
            (Signal::Performance, AlertKind::Performance),
            (Signal::Schedule, AlertKind::Performance),
            (Signal::Calibration, AlertKind::Calibration),
        ] {
            let own = advice(Recommendation::Retrain, &[(signal, Says::Retrain)]);
            let text = format!("{signal:?} speaks.");
            assert_eq!(
                judged(&own, kind),
                Judged::Raise(AlertSeverity::Critical, text)
            );
            let raised = |(_, judged): &(_, Judged)| matches!(judged, Judged::Raise(..));
            assert_eq!(judge(&own).iter().filter(|own| raised(own)).count(), 1);
        }
    }

    #[test]
    fn a_suspect_feed_says_nothing_about_the_rest() {
        let own = advice(
            Recommendation::CheckFeed,
            &[
                (Signal::DataFeed, Says::CheckFeed),
                (Signal::FeatureDrift, Says::Retrain),
                (Signal::Performance, Says::Keep),
            ],
        );
        assert!(matches!(
            judged(&own, AlertKind::DataQuality),
            Judged::Raise(AlertSeverity::Critical, _)
        ));
        assert_eq!(judged(&own, AlertKind::Drift), Judged::Unclear);
        assert_eq!(judged(&own, AlertKind::Performance), Judged::Unclear);
    }

    #[test]
    fn what_is_not_known_neither_raises_nor_resolves() {
        let own = advice(
            Recommendation::Keep,
            &[
                (Signal::FeatureDrift, Says::Keep),
                (Signal::PredictionDrift, Says::Keep),
                (Signal::TargetDrift, Says::Unknown),
                (Signal::Performance, Says::Inconclusive),
                (Signal::Calibration, Says::Unknown),
            ],
        );
        assert_eq!(judged(&own, AlertKind::Drift), Judged::Healthy);
        assert_eq!(judged(&own, AlertKind::Performance), Judged::Unclear);
        assert_eq!(judged(&own, AlertKind::Calibration), Judged::Unclear);
        assert_eq!(judged(&own, AlertKind::DataQuality), Judged::Unclear);
        let wait = advice(
            Recommendation::Wait,
            &[(Signal::Performance, Says::Retrain)],
        );
        assert!(matches!(
            judged(&wait, AlertKind::Performance),
            Judged::Raise(AlertSeverity::Warning, _)
        ));
    }
}
