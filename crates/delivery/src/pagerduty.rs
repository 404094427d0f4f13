//! Events of PagerDuty, version 2. What is told of one alert has one key there.

use domain::AlertEvent;
use reqwest::Method;
use serde_json::json;

use crate::http::send;
use crate::{AllowedHosts, Note, Result};

/// Where events go, unless a channel names another address (for example that of the European
/// region).
pub const EVENTS: &str = "https://events.pagerduty.com/v2/enqueue";

/// What the event is there. A test triggers and resolves.
fn actions(event: AlertEvent) -> &'static [&'static str] {
    match event {
        AlertEvent::Opened
        | AlertEvent::Escalated
        | AlertEvent::Updated
        | AlertEvent::Reminder
        | AlertEvent::Digest => &["trigger"],
        AlertEvent::Acknowledged => &["acknowledge"],
        AlertEvent::Resolved => &["resolve"],
        AlertEvent::Test => &["trigger", "resolve"],
    }
}

fn body(note: &Note, action: &str, key: &str) -> String {
    let links: Vec<_> = note
        .link
        .iter()
        .map(|link| json!({ "href": link, "text": "Open in Tenure" }))
        .collect();
    json!({
        "routing_key": key,
        "event_action": action,
        "dedup_key": note.alert,
        "client": "Tenure",
        "links": links,
        "payload": {
            "summary": note.subject_line(),
            "source": format!("tenure/{}", note.use_case),
            "component": note.use_case,
            "class": note.kind,
            "severity": note.severity,
            "timestamp": note.at,
            "custom_details": { "summary": note.summary, "facts": note.facts },
        },
    })
    .to_string()
}

pub(crate) async fn deliver(
    url: &str,
    key: &str,
    note: &Note,
    allowed: &AllowedHosts,
) -> Result<()> {
    for action in actions(note.event) {
        send(Method::POST, url, &[], body(note, action, key), allowed).await?;
    }
    Ok(())
}
