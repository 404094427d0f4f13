//! Alerts and channels as pages, commands and programs show them.

use domain::{
    AccountName, AlertEvent, AlertId, AlertKind, AlertSeverity, AlertState, DeliveryState,
    Timestamp, UseCaseId,
};
use serde::Serialize;
use store::alerts::channels::{self, Channel};
use store::alerts::deliveries::{self, Delivery};
use store::alerts::{self, Alert, Wanted};

use super::details::Details;
use crate::{Admin, Error, Member, Result, Tenure};

/// The list shows so many.
const NEWEST: i64 = 200;

/// Which alerts are wanted.
#[derive(Debug, Clone, Default)]
pub struct AlertQuery {
    /// Absent: of all use cases.
    pub use_case: Option<String>,
    pub kind: Option<AlertKind>,
    /// Absent: those that are not resolved, unless `all` says otherwise.
    pub state: Option<AlertState>,
    pub all: bool,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AlertRow {
    pub id: AlertId,
    pub use_case: UseCaseId,
    pub kind: AlertKind,
    pub subject: String,
    pub severity: AlertSeverity,
    pub state: AlertState,
    pub summary: String,
    /// Page of what was found: a path.
    pub page: String,
    /// How often it was found.
    pub times: i64,
    pub owner: Option<AccountName>,
    /// Who acknowledged or snoozed it, and why.
    pub handled_by: Option<AccountName>,
    pub handled_at: Option<Timestamp>,
    pub note: String,
    pub snoozed_until: Option<Timestamp>,
    pub opened_at: Timestamp,
    pub seen_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    #[schema(value_type = Object)]
    pub details: Details,
}

/// A channel with its newest message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChannelRow {
    #[serde(flatten)]
    pub channel: Channel,
    pub newest: Option<DeliveryRow>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeliveryRow {
    /// Name of the channel; `None` when it was removed.
    pub channel: Option<String>,
    pub recipient: String,
    pub event: AlertEvent,
    pub state: DeliveryState,
    pub attempts: i64,
    /// When it is tried again, while it waits.
    pub next_attempt: Option<Timestamp>,
    /// What the last attempt met; empty when nothing.
    pub last_error: String,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

impl Tenure {
    /// Alerts, newest first.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn alerts(&self, _: &Member<'_>, query: &AlertQuery) -> Result<Vec<AlertRow>> {
        let use_case: Option<UseCaseId> = match &query.use_case {
            Some(id) => Some(self.use_case(id)?.id.as_str().into()),
            None => None,
        };
        let wanted = Wanted {
            use_case: use_case.as_ref(),
            kind: query.kind,
            state: query.state,
            open: query.state.is_none() && !query.all,
        };
        let all = alerts::list(&mut self.store.read().await?, wanted, NEWEST).await?;
        all.into_iter().map(row).collect()
    }

    /// One alert.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the use case has none with this id.
    pub async fn alert(
        &self,
        _: &Member<'_>,
        use_case: &str,
        alert_id: &AlertId,
    ) -> Result<AlertRow> {
        let id: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        let found = alerts::find(&mut self.store.read().await?, alert_id).await?;
        let alert = found.filter(|alert| alert.use_case == id);
        row(alert.ok_or_else(|| Error::NotFound(format!("{use_case} has no alert {alert_id}.")))?)
    }

    /// The use case of an alert, for commands that name the alert alone.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none with this id.
    pub async fn use_case_of_alert(&self, _: &Member<'_>, alert_id: &AlertId) -> Result<UseCaseId> {
        let found = alerts::find(&mut self.store.read().await?, alert_id).await?;
        let alert = found.ok_or_else(|| Error::NotFound(format!("There is no alert {alert_id}.")));
        Ok(alert?.use_case)
    }

    /// How many alerts of a use case are not resolved.
    pub(crate) async fn open_alerts(&self, use_case: &str) -> Result<u32> {
        let count = alerts::open_count(&mut self.store.read().await?, &use_case.into()).await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// The messages about an alert, oldest first.
    ///
    /// # Errors
    /// As [`Tenure::alert`].
    pub async fn alert_deliveries(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
        alert_id: &AlertId,
    ) -> Result<Vec<DeliveryRow>> {
        self.alert(&admin.member(), use_case, alert_id).await?;
        let mut reader = self.store.read().await?;
        let all = channels::list(&mut reader).await?;
        let deliveries = deliveries::of_alert(&mut reader, alert_id).await?;
        Ok(deliveries
            .into_iter()
            .map(|own| delivery_row(own, &all))
            .collect())
    }

    /// The channels that get alerts of a use case, or all of them, by name.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn channels(&self, _: &Admin<'_>, use_case: Option<&str>) -> Result<Vec<ChannelRow>> {
        let mut reader = self.store.read().await?;
        let all = channels::list(&mut reader).await?;
        let mut rows = Vec::new();
        for channel in &all {
            let concerned = use_case.is_none_or(|id| {
                channel
                    .use_case
                    .as_ref()
                    .is_none_or(|own| own.as_str() == id)
            });
            if concerned {
                let newest = deliveries::newest(&mut reader, &channel.channel_id).await?;
                rows.push(ChannelRow {
                    channel: channel.clone(),
                    newest: newest.map(|own| delivery_row(own, &all)),
                });
            }
        }
        Ok(rows)
    }
}

fn row(alert: Alert) -> Result<AlertRow> {
    Ok(AlertRow {
        details: Details::parse(&alert.details)?,
        id: alert.alert_id,
        use_case: alert.use_case,
        kind: alert.kind,
        subject: alert.subject,
        severity: alert.severity,
        state: alert.state,
        summary: alert.summary,
        page: alert.page,
        times: alert.times,
        owner: alert.owner,
        handled_by: alert.handled_by,
        handled_at: alert.handled_at,
        note: alert.note,
        snoozed_until: alert.snoozed_until,
        opened_at: alert.opened_at,
        seen_at: alert.seen_at,
        resolved_at: alert.resolved_at,
    })
}

fn delivery_row(own: Delivery, all: &[Channel]) -> DeliveryRow {
    let channel = all
        .iter()
        .find(|channel| channel.channel_id == own.channel_id);
    DeliveryRow {
        channel: channel.map(|channel| channel.name.clone()),
        recipient: own.recipient,
        event: own.event,
        state: own.state,
        attempts: own.attempts,
        next_attempt: (own.state == DeliveryState::Waiting).then_some(own.next_attempt),
        last_error: own.last_error,
        created_at: own.created_at,
        ended_at: own.ended_at,
    }
}
