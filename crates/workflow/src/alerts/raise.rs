//! Alerts are raised, renewed and resolved, in the transaction of their cause.

use domain::{AlertEvent, AlertKind, AlertSeverity, AlertState, Route, Timestamp};
use store::Writer;
use store::alerts::{self, Alert};

use super::details::Details;
use super::messages::tell;
use super::place::Place;
use crate::Result;

/// What was found.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub kind: AlertKind,
    /// What it is about: one alert of a kind is open for it.
    pub subject: String,
    pub severity: AlertSeverity,
    pub summary: String,
    pub details: Details,
    /// Page of what was found.
    pub page: Route,
}

/// Raises an alert, or renews the one that is open: told again only when it has become critical.
pub(crate) async fn raise(
    writer: &mut Writer,
    place: &Place,
    finding: &Finding,
    now: Timestamp,
) -> Result<()> {
    let open = alerts::open_of(writer, &place.use_case, finding.kind, &finding.subject).await?;
    let Some(before) = open else {
        let alert = Alert {
            alert_id: store::new_id(),
            use_case: place.use_case.clone(),
            kind: finding.kind,
            subject: finding.subject.clone(),
            severity: finding.severity,
            state: AlertState::Open,
            summary: finding.summary.clone(),
            details: finding.details.text()?,
            page: finding.page.path(),
            times: 1,
            owner: None,
            handled_by: None,
            handled_at: None,
            note: String::new(),
            snoozed_until: None,
            opened_at: now,
            seen_at: now,
            resolved_at: None,
        };
        alerts::insert(writer, &alert).await?;
        return tell(writer, place, &alert, AlertEvent::Opened, now).await;
    };
    let worse = finding.severity > before.severity;
    let alert = Alert {
        severity: finding.severity,
        // What gets worse is news to whoever put it aside.
        state: if worse {
            AlertState::Open
        } else {
            before.state
        },
        snoozed_until: before.snoozed_until.filter(|_| !worse),
        summary: finding.summary.clone(),
        details: finding.details.text()?,
        page: finding.page.path(),
        times: before.times + 1,
        seen_at: now,
        ..before
    };
    alerts::update(writer, &alert).await?;
    if worse {
        tell(writer, place, &alert, AlertEvent::Escalated, now).await?;
    }
    Ok(())
}

/// Resolves the alert of a kind and subject, if one is open, and tells those who were told of it.
pub(crate) async fn resolve(
    writer: &mut Writer,
    place: &Place,
    kind: AlertKind,
    subject: &str,
    now: Timestamp,
) -> Result<()> {
    match alerts::open_of(writer, &place.use_case, kind, subject).await? {
        Some(alert) => settle(writer, place, alert, now).await,
        None => Ok(()),
    }
}

/// Resolves an open alert.
pub(crate) async fn settle(
    writer: &mut Writer,
    place: &Place,
    alert: Alert,
    now: Timestamp,
) -> Result<()> {
    let alert = Alert {
        state: AlertState::Resolved,
        snoozed_until: None,
        resolved_at: Some(now),
        ..alert
    };
    alerts::update(writer, &alert).await?;
    tell(writer, place, &alert, AlertEvent::Resolved, now).await
}
