//! What only the clock tells: reviews that wait, a model that nobody put back, snoozes that are
//! over, and findings about a version that is no longer live.

use domain::{
    AlertEvent, AlertKind, AlertSeverity, AlertState, ReviewState, Route, Timestamp, UseCaseId,
    VersionNumber,
};
use serde_json::json;
use store::alerts::{self, Alert};
use store::registry::LiveChange;
use store::review::Request;
use store::{registry, review};

use delivery::Section;

use super::details::Details;
use super::messages::tell;
use super::raise::{Finding, raise, settle};
use crate::{Result, Tenure};

const DAY_MICROS: i64 = 86_400_000_000;

impl Tenure {
    /// Raises and resolves what only the clock tells. Nothing is written where nothing has changed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn evaluate_alerts(&self, now: Timestamp) -> Result<()> {
        for use_case in self.use_cases() {
            self.evaluate_use_case(&use_case.id.as_str().into(), now)
                .await?;
        }
        self.end_snoozes(now).await
    }

    async fn evaluate_use_case(&self, use_case: &UseCaseId, now: Timestamp) -> Result<()> {
        let mut reader = self.store.read().await?;
        let open: Vec<Alert> = alerts::open(&mut reader)
            .await?
            .into_iter()
            .filter(|alert| alert.use_case == *use_case)
            .collect();
        let requests = review::requests(&mut reader, use_case).await?;
        let live = registry::live(&mut reader, use_case).await?;
        drop(reader);
        let mut found: Vec<Finding> = requests
            .iter()
            .filter(|request| request.state == ReviewState::Pending)
            .filter_map(|request| self.waiting(use_case, request, now))
            .collect();
        found.extend(
            live.as_ref()
                .and_then(|change| undeployed(use_case, change)),
        );
        let is_found = |alert: &Alert, finding: &Finding| {
            alert.kind == finding.kind && alert.subject == finding.subject
        };
        // What was told and is not worse is not told again.
        let news: Vec<&Finding> = found
            .iter()
            .filter(|finding| {
                !open
                    .iter()
                    .any(|alert| is_found(alert, finding) && alert.severity >= finding.severity)
            })
            .collect();
        let version = live.and_then(|change| change.version);
        let gone: Vec<Alert> = open
            .into_iter()
            .filter(|alert| match alert.kind {
                AlertKind::ReviewWaiting | AlertKind::Undeployed => {
                    !found.iter().any(|finding| is_found(alert, finding))
                }
                AlertKind::Drift
                | AlertKind::Performance
                | AlertKind::Calibration
                | AlertKind::DataQuality => {
                    version.is_none_or(|version| alert.subject != version_subject(version))
                }
                AlertKind::JobFailed | AlertKind::ScheduleMissed => false,
            })
            .collect();
        if news.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let place = self.place(use_case);
        let mut transaction = self.store.begin().await?;
        for finding in news {
            raise(&mut transaction, &place, finding, now).await?;
        }
        for alert in gone {
            // Somebody else may have been faster.
            if let Some(alert) = alerts::find(&mut transaction, &alert.alert_id).await?
                && alert.state != AlertState::Resolved
            {
                settle(&mut transaction, &place, alert, now).await?;
            }
        }
        Ok(transaction.commit().await?)
    }

    /// A request that has waited too long.
    fn waiting(&self, use_case: &UseCaseId, request: &Request, now: Timestamp) -> Option<Finding> {
        let days = now.since(request.requested_at).div_euclid(DAY_MICROS);
        let settings = &self.alerts;
        let severity = if days >= i64::from(settings.review_overdue_days) {
            AlertSeverity::Critical
        } else if days >= i64::from(settings.review_waiting_days) {
            AlertSeverity::Warning
        } else {
            return None;
        };
        let version = request.version;
        let mut details = Details::default();
        let requested = request.requested_at.long();
        details.put(
            Section::new(
                "Review",
                vec![
                    ("Version", version.to_string()),
                    ("Requested", requested),
                    ("Waiting for", days_text(days)),
                ],
            ),
            "review",
            json!({ "version": version, "requested_at": request.requested_at, "days": days }),
        );
        Some(Finding {
            kind: AlertKind::ReviewWaiting,
            subject: version_subject(version),
            severity,
            summary: format!(
                "Version {version} has been waiting for a review for {}.",
                days_text(days)
            ),
            details,
            page: Route::ModelReview {
                use_case: use_case.clone(),
                version,
            },
        })
    }

    /// Opens snoozed alerts whose time is over again, and reminds of them.
    async fn end_snoozes(&self, now: Timestamp) -> Result<()> {
        let is_over = |alert: &Alert| {
            alert.state == AlertState::Snoozed
                && alert.snoozed_until.is_none_or(|until| until <= now)
        };
        let open = alerts::open(&mut self.store.read().await?).await?;
        if !open.iter().any(is_over) {
            return Ok(());
        }
        let mut transaction = self.store.begin().await?;
        for alert in alerts::open(&mut transaction).await? {
            if is_over(&alert) {
                let place = self.place(&alert.use_case);
                let alert = Alert {
                    state: AlertState::Open,
                    snoozed_until: None,
                    ..alert
                };
                alerts::update(&mut transaction, &alert).await?;
                tell(&mut transaction, &place, &alert, AlertEvent::Reminder, now).await?;
            }
        }
        Ok(transaction.commit().await?)
    }
}

/// The subject of what is found about a version.
pub(super) fn version_subject(version: VersionNumber) -> String {
    format!("version {version}")
}

fn days_text(days: i64) -> String {
    match days {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

fn undeployed(use_case: &UseCaseId, change: &LiveChange) -> Option<Finding> {
    if change.version.is_some() {
        return None;
    }
    let mut details = Details::default();
    let since = change.changed_at.long();
    details.put(
        Section::new("Model", vec![("Out of service since", since.clone())]),
        "model",
        json!({ "live_version": null, "out_of_service_since": change.changed_at }),
    );
    Some(Finding {
        kind: AlertKind::Undeployed,
        subject: "model".to_owned(),
        severity: AlertSeverity::Critical,
        summary: format!(
            "No version has been live since {since}. No new scores are created until one is restored."
        ),
        details,
        page: Route::Models {
            use_case: use_case.clone(),
        },
    })
}
