//! The timeline of a use case.

use domain::timeline::{TimelineEntry, TimelineEvent};
use domain::{Route, UseCaseId, VersionNumber, format};
use leptos::prelude::*;
use workflow::runs::VersionRow;

use crate::components::empty::Empty;
use crate::components::pagination::pagination;
use crate::error::{Kind, PageError};
use crate::query::Query;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;

/// Entries of a page.
const PAGE: usize = 50;

/// Writes the page.
pub async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let wanted = query.one("version");
    let version = if wanted.is_empty() {
        None
    } else {
        Some(tenure.version_called(&member, use_case, wanted).await?)
    };
    let versions = tenure.versions(&member, use_case).await?;
    let entries = tenure.timeline(&member, use_case, version).await?;
    let pages = entries.len().div_ceil(PAGE).max(1);
    let page = match query.one("page") {
        "" => 1,
        text => text
            .parse::<usize>()
            .ok()
            .filter(|page| (1..=pages).contains(page))
            .ok_or_else(|| PageError::new(Kind::NotFound, "The timeline has no such page."))?,
    };
    let id = UseCaseId::from(use_case);
    let total = entries.len();
    let shown = entries.into_iter().skip((page - 1) * PAGE).take(PAGE);
    let rows: Vec<Row> = shown.map(|entry| row(entry, &id)).collect();
    let filter = filter(&versions, version, &id);
    let links = pagination(page as u32, pages as u32, false, "Timeline pages", &|to| {
        let (to, version) = (
            to.to_string(),
            version.map(|own| own.to_string()).unwrap_or_default(),
        );
        let route = Route::Timeline {
            use_case: id.clone(),
        };
        route.with_query(&[("version", version), ("page", to)])
    });
    let list = if rows.is_empty() {
        view! { <Empty title="Nothing has happened yet"><p>"Import data and train a model."</p></Empty> }
            .into_any()
    } else {
        let headings = vec![
            Heading::text("Time"),
            Heading::text("Event"),
            Heading::text("Version"),
            Heading::text("By"),
            Heading::text("Details"),
        ];
        view! { <Table headings rows class="list" scroll="Timeline" /> }.into_any()
    };
    let models = Route::Models {
        use_case: id.clone(),
    };
    let found = if total == 1 {
        "1 entry".to_owned()
    } else {
        format!("{} entries", format::count(total as u32))
    };
    Ok(ServerPage::page(
        "Timeline",
        view! {
            <nav class="crumbs" aria-label="Breadcrumb"><a href=models.path()>"Model versions"</a></nav>
            <PageHeading title="Timeline"><p>"Data, versions, decisions, checks and outcomes in one order, newest first, with the next review of the live version."</p></PageHeading>
            {filter}
            <p class="aside">{found}</p>
            {list}
            {links}
        },
    ))
}

fn filter(versions: &[VersionRow], chosen: Option<VersionNumber>, use_case: &UseCaseId) -> AnyView {
    let options = versions
        .iter()
        .map(|own| {
            let number = own.version;
            view! { <option value=number.to_string() selected={chosen == Some(number)}>{format!("Version {number}")}</option> }
        })
        .collect_view();
    let action = Route::Timeline {
        use_case: use_case.clone(),
    };
    view! {
        <form method="get" action=action.path() class="filters" role="search">
            <div class="field">
                <label for="version">"Version"</label>
                <select id="version" name="version"><option value="">"All"</option>{options}</select>
            </div>
            <button class="button">"Filter"</button>
        </form>
    }
    .into_any()
}

fn row(entry: TimelineEntry, use_case: &UseCaseId) -> Row {
    let label = entry.event.label();
    let event = match link(&entry, use_case) {
        Some(route) => Cell::link(route.path(), label),
        None => Cell::text(label),
    };
    // The next review is due on a day.
    let at = if let TimelineEvent::NextReview { due, .. } = &entry.event {
        due.long()
    } else {
        entry.at.long()
    };
    let version = entry.version.map_or_else(
        || Cell::text(""),
        |version| {
            let route = Route::Model {
                use_case: use_case.clone(),
                version,
            };
            Cell::link(route.path(), format!("Version {version}"))
        },
    );
    Row::new(vec![
        Cell::brief(at),
        event,
        version,
        Cell::text(entry.by.map(|by| by.to_string()).unwrap_or_default()),
        Cell::text(entry.event.detail()),
    ])
}

/// The page that an entry is about.
fn link(entry: &TimelineEntry, use_case: &UseCaseId) -> Option<Route> {
    let use_case = use_case.clone();
    let version = entry.version;
    match &entry.event {
        TimelineEvent::DataImported { dataset, .. }
        | TimelineEvent::DataWithdrawn { dataset, .. } => Some(Route::Dataset {
            use_case,
            dataset: dataset.clone(),
        }),
        TimelineEvent::DriftChecked { check, .. } => Some(Route::DriftCheck {
            use_case,
            check: check.clone(),
        }),
        TimelineEvent::CycleStarted { cycle, .. } => Some(Route::Cycle {
            use_case,
            cycle: cycle.clone(),
        }),
        TimelineEvent::OutcomesImported { .. } | TimelineEvent::OutcomesWithdrawn { .. } => {
            Some(Route::Outcomes { use_case })
        }
        TimelineEvent::ReviewRequested { .. }
        | TimelineEvent::ReviewDecided { .. }
        | TimelineEvent::ReviewVoid { .. }
        | TimelineEvent::GateWaived { .. }
        | TimelineEvent::ShadowOn
        | TimelineEvent::ShadowOff
        | TimelineEvent::Recertified { .. }
        | TimelineEvent::NextReview { .. } => Some(Route::ModelReview {
            use_case,
            version: version?,
        }),
        TimelineEvent::VersionRegistered { .. }
        | TimelineEvent::LiveChanged { .. }
        | TimelineEvent::BaselineSaved
        | TimelineEvent::PeopleScored { .. } => None,
    }
}
