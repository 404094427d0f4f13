//! Alerts of a use case: their list with the channels, and one alert.

mod alert;
mod channels;
mod list;

use domain::{AlertSeverity, AlertState, DeliveryState, format};
use leptos::prelude::*;

use crate::query::Query;
use app::components::badge::{StateBadge, Tone};
use app::components::form::ErrorSummary;

pub(super) use alert::write as write_alert;
pub(super) use list::write as write_list;

/// The state of an alert; one that is open, with its severity.
fn alert_state(state: AlertState, severity: AlertSeverity) -> AnyView {
    let (tone, word) = match (state, severity) {
        (AlertState::Open, AlertSeverity::Critical) => (Tone::Bad, severity.label()),
        (AlertState::Open, AlertSeverity::Warning) => (Tone::Watch, severity.label()),
        (AlertState::Acknowledged | AlertState::Snoozed, _) => (Tone::Neutral, state.label()),
        (AlertState::Resolved, _) => (Tone::Good, state.label()),
    };
    view! { <StateBadge tone word /> }.into_any()
}

/// The state of a message.
fn delivery_state(state: DeliveryState) -> AnyView {
    let tone = match state {
        DeliveryState::Sent => Tone::Good,
        DeliveryState::Failed => Tone::Bad,
        DeliveryState::Waiting => Tone::Watch,
        DeliveryState::Dropped => Tone::Neutral,
    };
    view! { <StateBadge tone word=state.label() /> }.into_any()
}

/// What became of a form: `fields` are those that a problem can be of, each with the id of its
/// control.
fn said(flash: &Query, fields: &[&'static str], whole: &str) -> AnyView {
    let of_fields = fields
        .iter()
        .map(|field| ((*field).to_owned(), flash.one(&format!("problem-{field}"))));
    let errors = of_fields
        .chain([(whole.to_owned(), flash.one("problem"))])
        .filter(|(_, problem)| !problem.is_empty())
        .map(|(field, problem)| (field, format::sentence(problem)))
        .collect();
    let done = flash.one("done").to_owned();
    let done = (!done.is_empty()).then(|| view! { <p class="note" role="status">{done}</p> });
    view! { <ErrorSummary errors />{done} }.into_any()
}
