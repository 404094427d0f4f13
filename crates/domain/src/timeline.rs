//! What happened to the models of a use case, as one line of events.

use serde::Serialize;

use crate::format::capitalized;
use crate::{
    AccountName, BatchId, CheckId, CycleId, CycleScope, CycleState, DatasetId, Date, Decision,
    DriftVerdict, LiveChangeKind, Recommendation, Timestamp, VersionNumber,
};

/// Something that happened, or is due.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimelineEntry {
    /// When; in the future for the next review.
    pub at: Timestamp,
    /// The version that it is about: of outcomes and cycles the one that was live then.
    pub version: Option<VersionNumber>,
    /// Who did it.
    pub by: Option<AccountName>,
    /// What it was.
    #[serde(flatten)]
    pub event: TimelineEvent,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(
    missing_docs,
    reason = "names and types of the details say what they hold"
)]
pub enum TimelineEvent {
    DataImported {
        dataset: DatasetId,
        name: String,
        as_of: Date,
    },
    DataWithdrawn {
        dataset: DatasetId,
        name: String,
        reason: String,
    },
    VersionRegistered {
        candidate: String,
        dataset: DatasetId,
    },
    ReviewRequested {
        note: String,
    },
    ReviewDecided {
        decision: Decision,
        reason: String,
    },
    ReviewVoid {
        because: String,
    },
    GateWaived {
        gate: String,
        reason: String,
        expires_on: Date,
    },
    ShadowOn,
    ShadowOff,
    LiveChanged {
        change: LiveChangeKind,
        reason: String,
    },
    /// What monitoring compares with was kept.
    BaselineSaved,
    /// `first`: for the first time by this version.
    PeopleScored {
        batch: BatchId,
        as_of: Date,
        first: bool,
    },
    DriftChecked {
        check: CheckId,
        as_of: Date,
        verdict: DriftVerdict,
        recommendation: Recommendation,
    },
    /// A cycle began, and where it is now.
    CycleStarted {
        cycle: CycleId,
        scope: CycleScope,
        state: CycleState,
        as_of: Option<Date>,
    },
    OutcomesImported {
        name: String,
        last_day: Date,
    },
    OutcomesWithdrawn {
        name: String,
        reason: String,
    },
    Recertified {
        next_review: Date,
        reason: String,
    },
    /// The live version is to be looked at again.
    NextReview {
        due: Date,
        overdue: bool,
    },
}

impl TimelineEvent {
    /// What happened, briefly.
    pub fn label(&self) -> &'static str {
        match self {
            Self::DataImported { .. } => "Data imported",
            Self::DataWithdrawn { .. } => "Data withdrawn",
            Self::VersionRegistered { .. } => "Version trained",
            Self::ReviewRequested { .. } => "Review requested",
            Self::ReviewDecided { decision, .. } => match decision {
                Decision::Approve => "Version approved",
                Decision::Reject => "Version rejected",
                Decision::RequestChanges => "Changes requested",
            },
            Self::ReviewVoid { .. } => "Review request void",
            Self::GateWaived { .. } => "Gate waived",
            Self::ShadowOn => "Shadow scoring on",
            Self::ShadowOff => "Shadow scoring off",
            Self::LiveChanged { change, .. } => match change {
                LiveChangeKind::Promotion => "Version live",
                LiveChangeKind::Rollback => "Version restored",
                LiveChangeKind::Undeployment => "Version undeployed",
            },
            Self::BaselineSaved => "Baseline saved",
            Self::PeopleScored { first: true, .. } => "First scoring",
            Self::PeopleScored { first: false, .. } => "People scored",
            Self::DriftChecked { .. } => "Drift check",
            Self::CycleStarted { .. } => "Cycle",
            Self::OutcomesImported { .. } => "Outcomes imported",
            Self::OutcomesWithdrawn { .. } => "Outcomes withdrawn",
            Self::Recertified { .. } => "Version re-certified",
            Self::NextReview { overdue: true, .. } => "Review overdue",
            Self::NextReview { overdue: false, .. } => "Next review",
        }
    }

    /// Details in one line; empty when there are none.
    pub fn detail(&self) -> String {
        let word = |text: &str| capitalized(&text.replace('_', " "));
        match self {
            Self::DataImported { name, as_of, .. } => format!("{name}, as of {}", as_of.long()),
            Self::DataWithdrawn { name, reason, .. } | Self::OutcomesWithdrawn { name, reason } => {
                format!("{name}: {reason}")
            }
            Self::VersionRegistered { candidate, .. } => crate::format::candidate_label(candidate),
            Self::ReviewRequested { note } => note.clone(),
            Self::ReviewDecided { reason, .. } | Self::LiveChanged { reason, .. } => reason.clone(),
            Self::ReviewVoid { because } => capitalized(because),
            Self::GateWaived {
                gate,
                reason,
                expires_on,
            } => format!("{gate}, until {}: {reason}", expires_on.long()),
            Self::ShadowOn | Self::ShadowOff => String::new(),
            Self::BaselineSaved => "What drift checks compare with".to_owned(),
            Self::PeopleScored { as_of, .. } => format!("Snapshot of {}", as_of.long()),
            Self::DriftChecked {
                as_of,
                verdict,
                recommendation,
                ..
            } => format!(
                "Snapshot of {}: {}. Recommendation: {}",
                as_of.long(),
                word(verdict.as_str()),
                word(recommendation.as_str())
            ),
            Self::CycleStarted {
                scope,
                state,
                as_of,
                ..
            } => {
                let day = as_of.map(|day| format!(" of {}", day.long()));
                format!(
                    "{}{}: {}",
                    word(scope.as_str()),
                    day.unwrap_or_default(),
                    word(state.as_str()).to_lowercase()
                )
            }
            Self::OutcomesImported { name, last_day } => {
                format!("{name}, up to {}", last_day.long())
            }
            Self::Recertified {
                next_review,
                reason,
            } => format!("{reason} (next review: {})", next_review.long()),
            Self::NextReview { due, .. } => format!("Due on {}", due.long()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_entry_is_one_flat_object() {
        let entry = TimelineEntry {
            at: Timestamp::from_micros(0),
            version: Some(VersionNumber::FIRST),
            by: None,
            event: TimelineEvent::NextReview {
                due: "2027-01-31".parse().unwrap(),
                overdue: false,
            },
        };
        let value = serde_json::to_value(&entry).unwrap();
        assert_eq!(
            (&value["kind"], &value["due"], &value["version"]),
            (&"next_review".into(), &"2027-01-31".into(), &1.into())
        );
        assert_eq!(entry.event.detail(), "Due on 31 Jan 2027");
    }
}
