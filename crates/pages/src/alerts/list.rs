//! The alerts of a use case, newest first, with filters; for administrators the channels.

use domain::{AlertKind, AlertState, Route, UseCaseId};
use leptos::prelude::*;
use workflow::{AlertQuery, AlertRow, ChannelRow, Role};

use super::{alert_state, channels, said};
use crate::components::empty::Empty;
use crate::error::{Kind, PageError};
use crate::query::Query;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// Every state.
const ALL: &str = "all";

struct Shown {
    use_case: UseCaseId,
    alerts: Vec<AlertRow>,
    /// As in the address.
    state: String,
    kind: String,
    /// `None`: the reader is no administrator.
    channels: Option<Vec<ChannelRow>>,
    flash: Query,
}

/// Writes the page.
pub async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let id: UseCaseId = tenure.use_case(use_case)?.id.as_str().into();
    let (state, kind) = (query.one("state").to_owned(), query.one("kind").to_owned());
    let wrong = |text: &str| {
        PageError::new(
            Kind::BadRequest,
            format!("“{text}” is not a valid filter. Choose one of the list."),
        )
    };
    let wanted = AlertQuery {
        use_case: Some(use_case.to_owned()),
        kind: match kind.as_str() {
            "" => None,
            own => Some(own.parse::<AlertKind>().map_err(|_| wrong(own))?),
        },
        state: match state.as_str() {
            "" | ALL => None,
            own => Some(own.parse::<AlertState>().map_err(|_| wrong(own))?),
        },
        all: state == ALL,
    };
    let channels = if actor.is(Role::Admin) {
        Some(tenure.channels(&actor.admin()?, Some(use_case)).await?)
    } else {
        None
    };
    let flash = Query(crate::context::take_flash(&Route::Alerts {
        use_case: id.clone(),
    }));
    let shown = Shown {
        alerts: tenure.alerts(&member, &wanted).await?,
        use_case: id,
        state,
        kind,
        channels,
        flash,
    };
    Ok(ServerPage::page("Alerts", view! { <Alerts shown /> }))
}

#[component]
fn Alerts(shown: Shown) -> AnyView {
    let said = said(&shown.flash, &[], "channels");
    let (filters, list) = (filters(&shown), list(&shown));
    let channels = shown
        .channels
        .as_ref()
        .map(|all| channels::section(all, &shown.use_case));
    view! {
        <PageHeading title="Alerts">
            <p>"Findings that somebody should know of: drift, performance, data quality, failed and missed cycles, waiting reviews. An alert is resolved when its cause is gone."</p>
        </PageHeading>
        {said}
        {filters}
        {list}
        {channels}
    }
    .into_any()
}

fn filters(shown: &Shown) -> AnyView {
    let page = Route::Alerts {
        use_case: shown.use_case.clone(),
    };
    let states = AlertState::ALL
        .iter()
        .map(|state| (state.as_str(), state.label()))
        .chain([(ALL, "All")])
        .map(|(value, label)| {
            view! { <option value=value selected={value == shown.state}>{label}</option> }
        })
        .collect_view();
    let kinds = AlertKind::ALL
        .iter()
        .map(|kind| {
            view! { <option value=kind.as_str() selected={kind.as_str() == shown.kind}>{kind.label()}</option> }
        })
        .collect_view();
    view! {
        <form method="get" action=page.path() class="filters" role="search">
            <div class="field">
                <label for="state">"State"</label>
                <select id="state" name="state"><option value="">"Not resolved"</option>{states}</select>
            </div>
            <div class="field">
                <label for="kind">"Kind"</label>
                <select id="kind" name="kind"><option value="">"All kinds"</option>{kinds}</select>
            </div>
            <button class="button">"Apply filters"</button>
        </form>
    }
    .into_any()
}

fn list(shown: &Shown) -> AnyView {
    if shown.alerts.is_empty() {
        let page = Route::Alerts {
            use_case: shown.use_case.clone(),
        };
        let filtered = !shown.state.is_empty() || !shown.kind.is_empty();
        return if filtered {
            view! { <Empty title="No matching alerts"><p><a href=page.path()>"Clear all filters"</a></p></Empty> }.into_any()
        } else {
            let past = page.with_query(&[("state", ALL)]);
            view! { <Empty title="No open alerts"><p><a href=past>"View past alerts"</a></p></Empty> }.into_any()
        };
    }
    let headings = ["Alert", "State", "Owner", "Opened", "Last found"];
    let headings = Vec::from(headings.map(Heading::text));
    let rows = shown.alerts.iter().map(row).collect();
    view! { <Table headings rows class="list" scroll="Alerts" /> }.into_any()
}

fn row(alert: &AlertRow) -> Row {
    let page = Route::Alert {
        use_case: alert.use_case.clone(),
        alert: alert.id.clone(),
    };
    let (kind, summary) = (alert.kind.label(), alert.summary.clone());
    let times = match alert.times {
        1 => String::new(),
        times => format!(
            "{} times",
            format::count(u32::try_from(times).unwrap_or(u32::MAX))
        ),
    };
    Row::new(vec![
        Cell::view(
            view! { <a href=page.path()>{kind}</a><br /><span class="aside">{summary}</span> },
        ),
        Cell::view(alert_state(alert.state, alert.severity)),
        Cell::brief(
            alert
                .owner
                .as_ref()
                .map_or_else(|| "Nobody".to_owned(), ToString::to_string),
        ),
        Cell::brief(alert.opened_at.long()),
        Cell::with_aside(alert.seen_at.long(), times),
    ])
}
