//! One alert: what was found, who looks after it, and what was sent.

use domain::{AlertId, AlertState, Route};
use leptos::prelude::*;
use workflow::{AlertRow, DeliveryRow, Role};

use super::{alert_state, delivery_state, said};
use crate::error::PageError;
use crate::query::Query;
use app::components::form::Field;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Facts, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// What the page holds.
struct Shown {
    alert: AlertRow,
    /// `None`: the reader is no administrator.
    deliveries: Option<Vec<DeliveryRow>>,
    can_edit: bool,
    /// Name of the reader.
    own: String,
    flash: Query,
}

/// Writes the page.
pub async fn write(use_case: &str, alert: &AlertId) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let found = tenure.alert(&actor.member()?, use_case, alert).await?;
    let deliveries = if actor.is(Role::Admin) {
        let admin = actor.admin()?;
        Some(tenure.alert_deliveries(&admin, use_case, alert).await?)
    } else {
        None
    };
    let page = Route::Alert {
        use_case: use_case.into(),
        alert: alert.clone(),
    };
    let title = format!("{} · Alert", found.kind.label());
    let shown = Shown {
        can_edit: actor.contributor().is_ok() && found.state != AlertState::Resolved,
        alert: found,
        deliveries,
        own: actor.name().to_string(),
        flash: Query(crate::context::take_flash(&page)),
    };
    Ok(ServerPage::page(title, view! { <Alert shown /> }))
}

#[component]
fn Alert(shown: Shown) -> AnyView {
    let alert = &shown.alert;
    let list = Route::Alerts {
        use_case: alert.use_case.clone(),
    };
    let state = alert_state(alert.state, alert.severity);
    let said = said(&shown.flash, &["days", "reason", "owner", "note"], "handle");
    let sections = alert
        .details
        .sections
        .iter()
        .map(|section| {
            let facts: Vec<(String, Cell)> = section
                .rows
                .iter()
                .map(|(label, value)| (label.clone(), Cell::text(value.clone())))
                .collect();
            let title = section.title.clone();
            view! { <section><h2>{title}</h2><Facts facts class="facts" /></section> }
        })
        .collect_view();
    let (facts, page, summary) = (facts(alert), alert.page.clone(), alert.summary.clone());
    let handle = shown.can_edit.then(|| handle(&shown));
    let messages = shown.deliveries.as_deref().map(messages);
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=list.path()>"Alerts"</a></nav>
        <PageHeading title=alert.kind.label()><p>{summary}</p></PageHeading>
        {said}
        <p>{state}" "<a href=page>"View what was found"</a></p>
        <Facts facts class="facts" />
        {handle}
        {sections}
        {messages}
    }
    .into_any()
}

fn facts(alert: &AlertRow) -> Vec<(String, Cell)> {
    let mut facts = vec![
        ("Severity".to_owned(), Cell::text(alert.severity.label())),
        ("Opened".to_owned(), Cell::text(alert.opened_at.long())),
        ("Last found".to_owned(), Cell::text(alert.seen_at.long())),
        (
            "Owner".to_owned(),
            Cell::text(
                alert
                    .owner
                    .as_ref()
                    .map_or_else(|| "Nobody".to_owned(), ToString::to_string),
            ),
        ),
    ];
    if let (Some(by), Some(at)) = (&alert.handled_by, alert.handled_at) {
        let what = match alert.state {
            AlertState::Snoozed => "Snoozed",
            AlertState::Open | AlertState::Acknowledged | AlertState::Resolved => "Handled",
        };
        facts.push((
            what.to_owned(),
            Cell::with_aside(format!("by {by}, {}", at.long()), alert.note.clone()),
        ));
    }
    if let Some(until) = alert.snoozed_until {
        facts.push(("Snoozed until".to_owned(), Cell::text(until.long())));
    }
    if let Some(resolved) = alert.resolved_at {
        facts.push(("Resolved".to_owned(), Cell::text(resolved.long())));
    }
    facts
}

fn handle(shown: &Shown) -> AnyView {
    let alert = &shown.alert;
    let (use_case, id) = (|| alert.use_case.clone(), || alert.id.clone());
    let acknowledge = Route::AlertAcknowledge {
        use_case: use_case(),
        alert: id(),
    };
    let snooze = Route::AlertSnooze {
        use_case: use_case(),
        alert: id(),
    };
    let assign = Route::AlertAssign {
        use_case: use_case(),
        alert: id(),
    };
    let error = |field: &str| match shown.flash.one(&format!("problem-{field}")) {
        "" => String::new(),
        problem => format::sentence(problem),
    };
    let described = |field: &str| match error(field).is_empty() {
        true => format!("{field}-help"),
        false => format!("{field}-help {field}-error"),
    };
    let taken = alert.state == AlertState::Acknowledged;
    let [note, days, reason, owner_problem] =
        ["note", "days", "reason", "owner"].map(|field| (error(field), described(field)));
    let acknowledge = (!taken).then(|| {
        view! {
            <form method="post" action=acknowledge.path() class="sheet">
                <Field id="note" label="Note (optional)" help="Shown to everybody. Do not name employees." error=note.0>
                    <input id="note" name="note" maxlength="1000" autocomplete="off" aria-describedby=note.1 />
                </Field>
                <p class="actions"><button class="button">"Acknowledge"</button></p>
            </form>
        }
    });
    let open = !days.0.is_empty() || !reason.0.is_empty();
    let open_owner = !owner_problem.0.is_empty();
    let owner = alert
        .owner
        .as_ref()
        .map_or_else(|| shown.own.clone(), ToString::to_string);
    view! {
        <section id="handle">
            <h2>"Handle"</h2>
            {acknowledge}
            <details class="change" open=open>
                <summary>"Snooze"</summary>
                <form method="post" action=snooze.path() class="sheet">
                    <Field id="days" label="Days" help="1 to 90. No messages until then, unless it gets worse." error=days.0>
                        <input id="days" name="days" type="number" min="1" max="90" value="7" required aria-describedby=days.1 />
                    </Field>
                    <Field id="reason" label="Reason" help="Why it can wait. Shown to everybody." error=reason.0>
                        <input id="reason" name="reason" maxlength="1000" required autocomplete="off" aria-describedby=reason.1 />
                    </Field>
                    <p class="actions"><button class="button quiet">"Snooze alert"</button></p>
                </form>
            </details>
            <details class="change" open=open_owner>
                <summary>"Assign"</summary>
                <form method="post" action=assign.path() class="sheet">
                    <Field id="owner" label="Owner" help="Name of a user. Empty: nobody." error=owner_problem.0>
                        <input id="owner" name="owner" value=owner maxlength="64" autocomplete="off" aria-describedby=owner_problem.1 />
                    </Field>
                    <p class="actions"><button class="button quiet">"Assign alert"</button></p>
                </form>
            </details>
        </section>
    }
    .into_any()
}

fn messages(deliveries: &[DeliveryRow]) -> AnyView {
    let list = if deliveries.is_empty() {
        view! { <p>"No channel takes alerts of this kind."</p> }.into_any()
    } else {
        let headings = ["Channel", "Message", "State", "Attempts", "Time"];
        let headings = Vec::from(headings.map(Heading::text));
        let rows = deliveries.iter().map(message).collect();
        view! { <Table headings rows class="list" scroll="Messages" /> }.into_any()
    };
    view! { <section><h2>"Messages"</h2>{list}</section> }.into_any()
}

fn message(own: &DeliveryRow) -> Row {
    let channel = own.channel.clone().unwrap_or_else(|| "removed".to_owned());
    let (state, error) = (delivery_state(own.state), own.last_error.clone());
    let at = match (own.ended_at, own.next_attempt) {
        (Some(ended), _) => ended.long(),
        (None, Some(next)) => format!("next attempt {}", next.long()),
        (None, None) => own.created_at.long(),
    };
    Row::new(vec![
        Cell::with_aside(channel, own.recipient.clone()),
        Cell::text(own.event.label()),
        Cell::view(view! { {state}" "<span class="aside">{error}</span> }),
        Cell::number(own.attempts.to_string()),
        Cell::brief(at),
    ])
}
