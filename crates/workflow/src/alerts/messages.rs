//! Which channels a message goes to, and what it says. Messages are written, not sent.

use std::collections::HashSet;

use delivery::Note;
use domain::{AlertEvent, AlertKind, ChannelKind, DeliveryState, Route, Timestamp, UseCaseId};
use store::Writer;
use store::alerts::Alert;
use store::alerts::channels::{self, Channel};
use store::alerts::deliveries::{self, Delivery};

use super::details::Details;
use super::place::Place;
use crate::Result;

/// Whether alerts of a kind in a use case go to a channel.
fn takes(channel: &Channel, use_case: &UseCaseId, kind: AlertKind) -> bool {
    channel.enabled
        && channel.use_case.as_ref().is_none_or(|own| own == use_case)
        && (channel.kinds.is_empty() || channel.kinds.contains(&kind))
        && channel
            .role
            .is_none_or(|role| kind.audience().contains(&role))
}

/// The addresses of a channel that get messages of their own.
pub(super) fn recipients(channel: &Channel) -> Vec<String> {
    match channel.kind {
        ChannelKind::Email => channel.target.lines().map(str::to_owned).collect(),
        ChannelKind::Slack
        | ChannelKind::Webhook
        | ChannelKind::PagerDuty
        | ChannelKind::GitHub => vec![String::new()],
    }
}

/// Writes the messages about an alert. What follows an alert is told to those who were told of it.
pub(super) async fn tell(
    writer: &mut Writer,
    place: &Place,
    alert: &Alert,
    event: AlertEvent,
    now: Timestamp,
) -> Result<()> {
    let told: HashSet<String> = deliveries::of_alert(writer, &alert.alert_id)
        .await?
        .into_iter()
        .filter(|own| matches!(own.state, DeliveryState::Waiting | DeliveryState::Sent))
        .map(|own| own.channel_id)
        .collect();
    let follows = matches!(
        event,
        AlertEvent::Updated | AlertEvent::Acknowledged | AlertEvent::Resolved
    );
    let note = note_of(place, alert, event, now)?;
    let mut all = Vec::new();
    for channel in channels::list(writer).await? {
        let wanted = takes(&channel, &alert.use_case, alert.kind)
            && channel.kind.takes(event)
            && (!follows || told.contains(&channel.channel_id));
        if wanted {
            for to in recipients(&channel) {
                let what = match event {
                    AlertEvent::Opened | AlertEvent::Resolved => String::new(),
                    // These can happen to an alert again.
                    AlertEvent::Escalated
                    | AlertEvent::Updated
                    | AlertEvent::Reminder
                    | AlertEvent::Acknowledged
                    | AlertEvent::Test
                    | AlertEvent::Digest => now.micros().to_string(),
                };
                let key = format!(
                    "{}/{event}/{what}/{}/{to}",
                    alert.alert_id, channel.channel_id
                );
                let own = delivery(&channel, to, key, &note, now)?;
                all.push(Delivery {
                    alert_id: Some(alert.alert_id.clone()),
                    ..own
                });
            }
        }
    }
    Ok(deliveries::insert(writer, &all).await?)
}

/// A message that waits to be sent.
pub(super) fn delivery(
    channel: &Channel,
    recipient: String,
    key: String,
    note: &Note,
    now: Timestamp,
) -> Result<Delivery> {
    let delivery_id: String = store::new_id();
    let note = Note {
        id: delivery_id.clone(),
        ..note.clone()
    };
    Ok(Delivery {
        delivery_id,
        delivery_key: key,
        alert_id: None,
        channel_id: channel.channel_id.clone(),
        recipient,
        event: note.event,
        message: serde_json::to_string(&note).map_err(store::Error::from)?,
        state: DeliveryState::Waiting,
        attempts: 0,
        next_attempt: now,
        last_error: String::new(),
        reference: None,
        created_at: now,
        ended_at: None,
    })
}

/// What is told of an alert. The link is a path: the public address is put before it when it is
/// sent.
fn note_of(place: &Place, alert: &Alert, event: AlertEvent, now: Timestamp) -> Result<Note> {
    let details = Details::parse(&alert.details)?;
    let page = Route::Alert {
        use_case: alert.use_case.clone(),
        alert: alert.alert_id.clone(),
    };
    let start = match event {
        AlertEvent::Opened => alert.severity.label(),
        AlertEvent::Escalated
        | AlertEvent::Updated
        | AlertEvent::Reminder
        | AlertEvent::Acknowledged
        | AlertEvent::Resolved
        | AlertEvent::Test
        | AlertEvent::Digest => event.label(),
    };
    Ok(Note {
        id: String::new(),
        event,
        alert: alert.alert_id.to_string(),
        kind: alert.kind.to_string(),
        use_case: alert.use_case.to_string(),
        severity: alert.severity,
        subject: format!("{start}: {}, {}", alert.kind.label(), place.title),
        summary: alert.summary.clone(),
        sections: details.sections,
        facts: details.facts.into(),
        link: Some(page.path()),
        at: now,
    })
}
