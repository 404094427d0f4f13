//! The runs of a use case: what was tried, with what, and how it went. Select some to compare them.

use leptos::prelude::*;
use stats::Figure;
use views::address::query_string;
use views::runs::{RunRow, RunsPage as Page};

use crate::components::badge::{StateBadge, Tone};
use crate::components::empty::Empty;
use crate::components::figure::Scale;
use crate::components::heading::PageHeading;
use crate::components::pagination::pagination;
use crate::components::table::{Cell, Heading, Row, Table};
use crate::erase::Erase;
use crate::error::AppError;
use crate::format;
use crate::pages::Query;
use crate::written::Written;

/// Columns shown when the address names none.
const METRICS: [&str; 4] = ["roc_auc", "average_precision", "brier", "f1"];

/// Writes the page.
pub async fn write(use_case: &str, query: &Query) -> Result<Written, AppError> {
    let (tenure, actor) = crate::desk::desk()?;
    let query = RunsQuery {
        filter: query.one("filter").to_owned(),
        page: crate::desk::page_number(query.one("page"))?,
        columns: query.all("column").map(str::to_owned).collect(),
    };
    let page = tenure.runs(&actor.member()?, use_case, &query.filter, query.page, &[]).await?;
    Ok(Written::page("Training runs", view! { <Runs page use_case=use_case.to_owned() query /> }))
}

/// What the address asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct RunsQuery {
    filter: String,
    page: u32,
    columns: Vec<String>,
}

impl RunsQuery {
    fn href(&self, base: &str, page: u32) -> String {
        let mut pairs = Vec::new();
        if !self.filter.is_empty() {
            pairs.push(("filter".to_owned(), self.filter.clone()));
        }
        pairs.extend(self.columns.iter().map(|column| ("column".to_owned(), column.clone())));
        if page > 1 {
            pairs.push(("page".to_owned(), page.to_string()));
        }
        format!("{base}{}", query_string(&pairs))
    }
}

#[component]
fn Runs(page: Page, use_case: String, query: RunsQuery) -> AnyView {
    let base = format!("/use-case/{use_case}/runs");
    let columns: Vec<String> = if query.columns.is_empty() {
        METRICS.iter().filter(|name| page.metric_names.iter().any(|known| known == *name)).map(|name| (*name).to_owned()).collect()
    } else {
        query.columns.clone()
    };
    let pages = pagination(page.page, page.pages, "Pages of the runs", &|to| query.href(&base, to));
    let list = if !page.rows.is_empty() {
        let mut headings = vec![Heading::hidden("Compare"), Heading::text("Run"), Heading::text("State")];
        headings.extend(columns.iter().map(|name| Heading::number(format::metric_label(name))));
        headings.extend([Heading::text("Started"), Heading::number("Took"), Heading::text("By")]);
        let rows = page.rows.iter().map(|run| row(run, &columns)).collect();
        view! {
            <form method="get" action="/runs/compare">
                <Table headings rows class="list" scroll="Training runs" />
                <p class="actions"><button class="button">"Compare the selected"</button></p>
            </form>
        }
        .erase()
    } else if query.filter.is_empty() {
        view! { <Empty title="No run yet"><p>"Train a first model: " <code>{format!("tenure train --use-case {use_case}")}</code></p></Empty> }.erase()
    } else {
        view! { <Empty title="No run matches"><p>"Try a wider filter, for example " <code>"metrics.roc_auc > 0.7"</code></p></Empty> }
            .erase()
    };
    view! {
        <PageHeading title="Training runs"><p>"What was tried, with which settings, and how it did on people the model had not seen."</p></PageHeading>
        <RunFilters page=page query=query columns action=base />
        {list}
        {pages}
    }.erase()
}

fn row(run: &RunRow, columns: &[String]) -> Row {
    let name = format!("Compare {}", run.name);
    let nested = if run.children > 0 { format!("{} nested", format::count(run.children)) } else { String::new() };
    let href = format!("/runs/{}", run.id);
    let (id, title) = (run.id.clone(), run.name.clone());
    let mut cells = vec![
        Cell::view(view! { <input type="checkbox" name="ids" value=id aria-label=name /> }),
        Cell::view(view! { <a href=href>{title}</a>" "<span class="aside">{nested}</span> }),
        Cell::view(view! { <RunState status=run.status.clone() /> }),
    ];
    cells.extend(columns.iter().map(|column| {
        let parameter = run.parameters.iter().find(|(known, _)| known == column);
        match parameter {
            Some((_, value)) => Cell::number(value),
            None => Cell::figure(metric(&run.metrics, column), Scale::Metric),
        }
    }));
    cells.extend([
        Cell::brief(&run.started_at),
        Cell::number(run.duration_seconds.map(format::duration).unwrap_or_default()),
        Cell::brief(&run.author),
    ]);
    Row::new(cells).named_by(1)
}

/// The metric called `name`.
pub fn metric(metrics: &[(String, Figure)], name: &str) -> Option<Figure> {
    metrics.iter().find(|(known, _)| known == name).map(|(_, figure)| figure.clone())
}

/// The state of a run.
#[component]
pub fn RunState(status: String) -> AnyView {
    let tone = match status.as_str() {
        "finished" => Tone::Good,
        "failed" => Tone::Bad,
        "running" => Tone::Watch,
        _ => Tone::Neutral,
    };
    view! { <StateBadge tone word=status /> }.erase()
}

#[component]
fn RunFilters(page: Page, query: RunsQuery, columns: Vec<String>, action: String) -> AnyView {
    let names = page.metric_names.iter().chain(&page.parameter_names);
    let choices = names.map(|name| {
        let checked = columns.contains(name);
        view! { <label class="check"><input type="checkbox" name="column" value=name.clone() checked=checked />{format::metric_label(name)}</label> }
    });
    let choices = choices.collect_view();
    view! {
        <form method="get" action=action class="filters" role="search">
            <div class="field wide">
                <label for="filter">"Filter"</label>
                <input id="filter" name="filter" value=query.filter placeholder="metrics.roc_auc > 0.7 and status = 'finished'" autocomplete="off" spellcheck="false" />
            </div>
            <button class="button">"Show"</button>
            <details class="columns-choice"><summary>"Columns"</summary><fieldset><legend class="visually-hidden">"Columns"</legend>{choices}</fieldset></details>
        </form>
    }.erase()
}

#[cfg(test)]
mod tests {
    use super::RunsQuery;

    #[test]
    fn columns_and_filter_survive_a_change_of_page() {
        let columns = ["f1", "brier"].map(str::to_owned).to_vec();
        let query = RunsQuery { filter: "status = 'failed'".to_owned(), page: 1, columns };
        assert_eq!(query.href("/r", 2), "/r?filter=status%20%3D%20%27failed%27&column=f1&column=brier&page=2");
    }
}
