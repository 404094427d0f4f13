//! Alerts: what they are about, where they are, and how somebody is told.

use crate::Role;
use crate::words::words;

words! {
    /// What an alert is about.
    pub enum AlertKind {
        /// Features, scores or the outcome rate differ from the baseline.
        Drift = "drift",
        /// The live version no longer ranks well, or is too old.
        Performance = "performance",
        /// Fewer or more people leave than the scores add up to.
        Calibration = "calibration",
        /// The data feed is suspect.
        DataQuality = "data_quality",
        /// A background job or a cycle failed.
        JobFailed = "job_failed",
        /// A scheduled cycle did not run at its time.
        ScheduleMissed = "schedule_missed",
        /// A version waits for a reviewer.
        ReviewWaiting = "review_waiting",
        /// The live version was taken out of service.
        Undeployed = "undeployed",
    }
}

impl AlertKind {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Drift => "Drift",
            Self::Performance => "Performance",
            Self::Calibration => "Calibration",
            Self::DataQuality => "Data quality",
            Self::JobFailed => "Failed job",
            Self::ScheduleMissed => "Missed cycle",
            Self::ReviewWaiting => "Review waiting",
            Self::Undeployed => "No live model",
        }
    }

    /// Whom it concerns: a channel for a role takes the kinds that concern that role.
    pub fn audience(self) -> &'static [Role] {
        match self {
            Self::Drift | Self::Performance | Self::Calibration | Self::Undeployed => Role::ALL,
            Self::DataQuality => &[Role::Analyst, Role::Admin],
            Self::JobFailed | Self::ScheduleMissed => &[Role::Admin],
            Self::ReviewWaiting => &[Role::Reviewer],
        }
    }
}

words! {
    /// How urgent an alert is; the later, the more.
    pub enum AlertSeverity {
        Warning = "warning",
        Critical = "critical",
    }
}

impl AlertSeverity {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Warning => "Warning",
            Self::Critical => "Critical",
        }
    }
}

words! {
    /// Where an alert is.
    pub enum AlertState {
        /// Nobody has taken it up yet.
        Open = "open",
        /// Somebody knows; no more messages unless it gets worse.
        Acknowledged = "acknowledged",
        /// No messages until a moment, unless it gets worse.
        Snoozed = "snoozed",
        /// Its cause is gone.
        Resolved = "resolved",
    }
}

impl AlertState {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Acknowledged => "Acknowledged",
            Self::Snoozed => "Snoozed",
            Self::Resolved => "Resolved",
        }
    }
}

words! {
    /// What a message says of an alert.
    pub enum AlertEvent {
        Opened = "opened",
        /// It has become critical.
        Escalated = "escalated",
        /// There is news, for example a version was trained.
        Updated = "updated",
        /// The snooze is over, and the cause is still there.
        Reminder = "reminder",
        /// Somebody knows.
        Acknowledged = "acknowledged",
        Resolved = "resolved",
        /// Somebody tries the channel out.
        Test = "test",
        /// The monthly digest.
        Digest = "digest",
    }
}

impl AlertEvent {
    /// How the subject of a message begins.
    pub fn label(self) -> &'static str {
        match self {
            Self::Opened => "New",
            Self::Escalated => "Now critical",
            Self::Updated => "Update",
            Self::Reminder => "Still open",
            Self::Acknowledged => "Acknowledged",
            Self::Resolved => "Resolved",
            Self::Test => "Test",
            Self::Digest => "Monthly digest",
        }
    }
}

words! {
    /// How messages are sent.
    pub enum ChannelKind {
        Email = "email",
        Slack = "slack",
        Webhook = "webhook",
        PagerDuty = "pagerduty",
        GitHub = "github",
    }
}

impl ChannelKind {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Email => "E-mail",
            Self::Slack => "Slack",
            Self::Webhook => "Webhook",
            Self::PagerDuty => "PagerDuty",
            Self::GitHub => "GitHub issue",
        }
    }

    /// Whether messages of this event are sent this way.
    pub fn takes(self, event: AlertEvent) -> bool {
        match event {
            AlertEvent::Acknowledged => matches!(self, Self::PagerDuty),
            AlertEvent::Updated => !matches!(self, Self::PagerDuty),
            AlertEvent::Digest => matches!(self, Self::Email),
            AlertEvent::Opened
            | AlertEvent::Escalated
            | AlertEvent::Reminder
            | AlertEvent::Resolved
            | AlertEvent::Test => true,
        }
    }
}

words! {
    /// Where a message is.
    pub enum DeliveryState {
        /// To be sent, or to be sent again.
        Waiting = "waiting",
        Sent = "sent",
        /// It was refused, or every attempt failed.
        Failed = "failed",
        /// Its channel was removed or disabled.
        Dropped = "dropped",
    }
}

impl DeliveryState {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Sent => "Sent",
            Self::Failed => "Failed",
            Self::Dropped => "Dropped",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_concerns_somebody_and_severities_are_ordered() {
        assert!(
            AlertKind::ALL
                .iter()
                .all(|kind| !kind.audience().is_empty())
        );
        assert!(AlertSeverity::Warning < AlertSeverity::Critical);
        let digest = |kind: &&ChannelKind| kind.takes(AlertEvent::Digest);
        assert_eq!(ChannelKind::ALL.iter().filter(digest).count(), 1);
    }
}
