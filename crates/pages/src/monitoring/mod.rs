//! Monitoring: the drift checks of a use case over time, and the outcomes of the people who were
//! scored.

mod actions;
mod check;
mod compare;
mod features;
pub mod labels;
mod lines;
mod outcomes;
mod outcomes_form;
mod performance;
mod policy;
pub mod report;
mod simulate;

use domain::Route;
use leptos::prelude::*;
use workflow::{DriftHistory, HistoryPoint, Role};

pub(super) use check::write as write_check;
pub(super) use compare::write as write_compare;
pub(super) use outcomes::write as write_outcomes;
pub(super) use policy::write as write_policy;
pub(super) use simulate::write as write_simulate;

use crate::components::chart::ChartFigure;
use crate::components::empty::Empty;
use crate::error::PageError;
use crate::glossary;
use crate::query::Query;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// Common time ranges: name and days back from the latest check.
const PRESETS: [(&str, i64); 3] = [("3 months", 92), ("12 months", 366), ("3 years", 1096)];

/// Writes the drift history page.
pub(super) async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let day = |key| Some(query.one(key)).filter(|day| !day.is_empty());
    let (from, to) = (day("from"), day("to"));
    let history = tenure
        .drift_history(&actor.member()?, use_case, from, to)
        .await?;
    let can_edit = actor.is(Role::Admin);
    let range = [from, to].map(|day| day.unwrap_or_default().to_owned());
    let flash = Query(crate::context::take_flash(&Route::DriftHistory {
        use_case: use_case.into(),
    }));
    let problem = flash.one("problem").to_owned();
    Ok(ServerPage::page(
        "Drift history",
        view! { <History history range problem can_edit /> },
    ))
}

#[component]
fn History(history: DriftHistory, range: [String; 2], problem: String, can_edit: bool) -> AnyView {
    let id = history.use_case.id.clone();
    let route = Route::DriftHistory {
        use_case: (&id).into(),
    };
    let problem =
        (!problem.is_empty()).then(|| view! { <p class="note warn" role="alert">{problem}</p> });
    let head = view! {
        <PageHeading title="Drift history">
            <p>"Does current data still match the training data, and are the scores still accurate?"</p>
        </PageHeading>
        {glossary::see(&["drift", "baseline", "p-value", "wasserstein", "false-alarm-rate", "roc-auc"])}
        {problem}
        {actions::bar(&id)}
    };
    if history.total == 0 {
        return view! {
            {head}
            <Empty title="No drift checks yet">
                <p>"A drift check compares current data with the training data of the live model. Run one above or on the command line: "
                <code>{format!("tenure drift check --use-case {id}")}</code></p>
            </Empty>
        }
        .into_any();
    }
    let ranges = ranges(&history, &route, &range);
    if history.points.is_empty() {
        return view! { {head}{ranges}<Empty title="No drift checks in this period"><p><a href=route.path()>"Show all checks"</a></p></Empty> }
            .into_any();
    }
    let latest = latest(&history, can_edit);
    let charts = lines::charts(&history)
        .into_iter()
        .map(|chart| view! { <ChartFigure chart /> }.into_any())
        .collect::<Vec<_>>();
    let events = events(&history);
    let reasons = reasons(&history);
    let features = features::over_time(&history);
    let checks = checks(&history);
    view! {
        {head}
        {latest}
        {ranges}
        <section><h2>"Trends"</h2><div class="chart-grid">{charts}</div>{events}</section>
        {reasons}
        <section><h2>"Features"</h2>{features}</section>
        <section><h2>"Drift checks"</h2>{checks}</section>
    }
    .into_any()
}

/// The page of one of the checks.
fn check_route(history: &DriftHistory, check: &str) -> Route {
    Route::DriftCheck {
        use_case: (&history.use_case.id).into(),
        check: check.into(),
    }
}

fn latest(history: &DriftHistory, can_edit: bool) -> AnyView {
    let Some(point) = history.points.iter().rev().find(|point| point.drawn) else {
        return ().into_any();
    };
    let recommendation = &point.report.recommendation;
    let (badge, sentence) = (
        labels::action(recommendation.action),
        recommendation.sentence.clone(),
    );
    let href = check_route(history, &point.check.check_id).path();
    let day = point.check.as_of.long();
    let use_case = (&history.use_case.id).into();
    let next = crate::cycles::advice_button(&use_case, recommendation.action, can_edit);
    view! {
        <section class="note drift-latest">
            <h2>"Latest check, "{day}" "{badge}</h2>
            <p>{sentence}</p>
            <div class="actions">{next}<a class="button quiet" href=href>"View full check"</a></div>
        </section>
    }
    .into_any()
}

fn ranges(history: &DriftHistory, route: &Route, [from, to]: &[String; 2]) -> AnyView {
    let Some([first, last]) = &history.span else {
        return ().into_any();
    };
    let newest = history.points.iter().map(|point| point.day).max();
    let newest = newest.unwrap_or_else(|| last.day_number().into());
    let link = |name: &'static str, start: String| {
        let current = (*from == start && to.is_empty()).then_some("true");
        let href = route.with_query(&[("from", start)]);
        view! { <li><a href=href aria-current=current>{name}</a></li> }.into_any()
    };
    let mut links: Vec<AnyView> = PRESETS
        .map(|(name, days)| link(name, lines::date_of(newest - days).to_string()))
        .into_iter()
        .collect();
    links.push(link("All", String::new()));
    let (action, low, high) = (route.path(), first.to_string(), last.to_string());
    let (from, to) = (from.clone(), to.clone());
    view! {
        <div class="drift-range">
            <nav aria-label="Time range"><ul>{links}</ul></nav>
            <form method="get" action=action>
                <label for="from">"From"</label><input id="from" type="date" name="from" value=from min=low.clone() max=high.clone() />
                <label for="to">"To"</label><input id="to" type="date" name="to" value=to min=low max=high />
                <button class="button quiet">"Apply"</button>
            </form>
        </div>
    }
    .into_any()
}

/// Performance by reason of leaving: a model that fails for one reason shows it here first.
fn reasons(history: &DriftHistory) -> AnyView {
    let cohorts: Vec<_> = history
        .cohorts
        .iter()
        .rev()
        .filter_map(|cohort| Some((cohort, cohort.realized.as_ref()?)))
        .collect();
    let names: std::collections::BTreeSet<&str> = cohorts
        .iter()
        .flat_map(|(_, realized)| &realized.by_reason)
        .map(|group| group.name.as_str())
        .collect();
    if names.is_empty() || names.iter().all(|name| *name == "unknown") {
        return ().into_any();
    }
    let row = |name: &&str| {
        let mut cells = vec![Cell::text(format::capitalized(name))];
        cells.extend(cohorts.iter().map(|(_, realized)| {
            let found = realized.by_reason.iter().find(|group| group.name == *name);
            match found.and_then(|group| Some((group.left, group.roc_auc.value?))) {
                Some((left, value)) => Cell::with_aside(
                    format::number(value, 2),
                    format!("n\u{a0}=\u{a0}{}", format::count(left as u32)),
                )
                .numeric(),
                None => Cell::number("–"),
            }
        }));
        Row::new(cells)
    };
    let rows = names.iter().map(row).collect();
    let mut headings = vec![Heading::text("Reason")];
    headings.extend(
        cohorts
            .iter()
            .map(|(cohort, _)| Heading::number(cohort.as_of.long())),
    );
    view! {
        <section>
            <h2>"Performance by reason"</h2>
            <p class="aside">"ROC AUC of people with each reason vs everyone without the event, by scoring date, with the number of people. 0.5 = chance. Intervals are on the Outcomes page of each cycle."</p>
            <Table headings rows class="list" scroll="Performance by reason" />
        </section>
    }
    .into_any()
}

fn events(history: &DriftHistory) -> AnyView {
    if history.events.is_empty() {
        return ().into_any();
    }
    let row = |event: &workflow::HistoryEvent| {
        Row::new(vec![
            Cell::brief(lines::date_of(event.day).long()),
            Cell::text(labels::letter(event.mark)),
            Cell::text(&event.sentence),
        ])
    };
    let rows = history.events.iter().map(row).collect();
    let headings = vec![
        Heading::text("Date"),
        Heading::text("Mark"),
        Heading::text("Event"),
    ];
    view! {
        <details open class="marks">
            <summary>"Events: T training, P promotion, R rollback, A acknowledgment. ×2: two on or near that day. Events far from the checks are listed here only."</summary>
            <Table headings rows class="list" scroll="Events" />
        </details>
    }
    .into_any()
}

fn checks(history: &DriftHistory) -> AnyView {
    let row = |point: &HistoryPoint| {
        let check = &point.check;
        let id = check.check_id.to_string();
        let name = format!("Compare the check of {}", check.as_of.long());
        let share = check.share_drifted.map_or("–".to_owned(), format::percent);
        let seen = point
            .notes
            .last()
            .map(|note| note.created_by.to_string())
            .unwrap_or_default();
        Row::new(vec![
            Cell::view(view! { <input type="checkbox" name="check" value=id aria-label=name /> }),
            Cell::link(
                check_route(history, &check.check_id).path(),
                check.as_of.long(),
            ),
            Cell::number(check.version.to_string()),
            Cell::view(labels::verdict(check.verdict)),
            Cell::number(share),
            Cell::view(labels::verdict(check.prediction_verdict)),
            Cell::view(labels::action(check.recommendation)),
            Cell::brief(seen),
        ])
        .named_by(1)
    };
    let rows = history.points.iter().rev().map(row).collect();
    let headings = vec![
        Heading::hidden("Compare"),
        Heading::text("Snapshot date"),
        Heading::number("Version"),
        Heading::text("Feature drift"),
        Heading::number("Share drifted"),
        Heading::text("Prediction drift"),
        Heading::text("Recommendation"),
        Heading::text("Acknowledged by"),
    ];
    let compare = Route::DriftCompare {
        use_case: (&history.use_case.id).into(),
    };
    view! {
        <form method="get" action=compare.path()>
            <Table headings rows class="list" scroll="Drift checks" />
            <p class="actions"><button class="button quiet">"Compare selected"</button></p>
        </form>
    }
    .into_any()
}
