//! The training runs of a use case, with filter, column choice and selection for comparison.

use domain::{Estimate, Route};
use leptos::prelude::*;
use workflow::Error;
use workflow::runs::{RunRow, RunsPage as Page};

use crate::components::empty::Empty;
use crate::components::form::problem_of;
use crate::components::pagination::pagination;
use crate::error::PageError;
use crate::query::Query;
use crate::runs::metric_groups;
use app::components::badge::{StateBadge, Tone};
use app::components::figure::Scale;
use app::components::form::ErrorSummary;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;
use workflow::Role;

/// Default columns, as far as the runs have them.
const COLUMNS: [&str; 5] = ["candidate", "roc_auc", "average_precision", "brier", "f1"];

/// Writes the page of a use case.
pub async fn write(use_case: &str, query: &Query) -> Result<ServerPage, PageError> {
    write_list(use_case, None, query).await
}

/// Writes the page of an experiment of clients.
pub async fn write_experiment(id: &str, query: &Query) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let experiment = tenure.tracked_experiment(&actor.member()?, id).await?;
    write_list(id, Some(experiment.name), query).await
}

async fn write_list(
    use_case: &str,
    experiment: Option<String>,
    query: &Query,
) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let query = RunsQuery {
        filter: query.one("filter").to_owned(),
        page: crate::context::page_number(query.one("page"))?,
        columns: query.all("column").map(str::to_owned).collect(),
        unfolded: query.all("unfold").map(str::to_owned).collect(),
    };
    let member = actor.member()?;
    let (page, problem) = match tenure
        .runs(
            &member,
            use_case,
            &query.filter,
            query.page,
            &query.unfolded,
        )
        .await
    {
        Err(Error::Fields(problems)) => {
            // The form stays as it was filled in, with the columns of all runs, above no runs.
            let all = tenure.runs(&member, use_case, "", 1, &[]).await?;
            let none = Page {
                rows: Vec::new(),
                nested: Vec::new(),
                total: 0,
                more: false,
                page: 1,
                pages: 1,
                ..all
            };
            (none, problem_of(&problems, "filter"))
        }
        found => (found?, String::new()),
    };
    let can_edit = actor.is(Role::Admin);
    let status = if problem.is_empty() { 200 } else { 422 };
    let page = ServerPage::page(
        experiment.as_ref().map_or_else(
            || "Training runs".to_owned(),
            |name| format!("Experiment {name}"),
        ),
        view! { <Runs page use_case=use_case.to_owned() experiment query can_edit problem /> },
    );
    Ok(ServerPage { status, ..page })
}

/// The parameters in the query string.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct RunsQuery {
    filter: String,
    page: u32,
    columns: Vec<String>,
    /// Runs with their nested runs expanded.
    unfolded: Vec<String>,
}

impl RunsQuery {
    fn href(&self, list: &Route, page: u32) -> String {
        let page = if page > 1 {
            page.to_string()
        } else {
            String::new()
        };
        let mut pairs = vec![("filter", &self.filter)];
        pairs.extend(self.columns.iter().map(|column| ("column", column)));
        pairs.extend(self.unfolded.iter().map(|run| ("unfold", run)));
        pairs.push(("page", &page));
        list.with_query(&pairs)
    }

    /// The query with the nested runs of `run` toggled.
    fn turned(&self, run: &str) -> Self {
        let mut query = self.clone();
        match query.unfolded.iter().position(|own| own == run) {
            Some(position) => _ = query.unfolded.remove(position),
            None => query.unfolded.push(run.to_owned()),
        }
        query
    }
}

#[component]
fn Runs(
    page: Page,
    use_case: String,
    /// Name of the experiment, where it is not that of a use case.
    experiment: Option<String>,
    query: RunsQuery,
    can_edit: bool,
    problem: String,
) -> AnyView {
    let route = match &experiment {
        None => Route::Runs {
            use_case: (&use_case).into(),
        },
        Some(_) => Route::Experiment {
            experiment: use_case.clone(),
        },
    };
    let command = format!("tenure train --use-case {use_case}");
    let is_parameter = |name: &String| page.parameter_names.contains(name);
    let columns: Vec<String> = if query.columns.is_empty() {
        let known = |name: &&&str| {
            page.metric_names
                .iter()
                .chain(&page.parameter_names)
                .any(|known| known == **name)
        };
        let usual: Vec<String> = COLUMNS
            .iter()
            .filter(known)
            .map(|name| (*name).to_owned())
            .collect();
        if usual.is_empty() {
            page.metric_names
                .iter()
                .take(COLUMNS.len())
                .cloned()
                .collect()
        } else {
            usual
        }
    } else {
        query.columns.clone()
    };
    let pages = pagination(
        page.page,
        page.pages,
        page.more,
        "Training run pages",
        &|to| query.href(&route, to),
    );
    let total = match (page.total, page.more) {
        (1, false) => "1 run".to_owned(),
        (total, more) => format!(
            "{}{} runs",
            if more { "More than " } else { "" },
            format::count(total)
        ),
    };
    let list = if !page.rows.is_empty() {
        let mut headings = vec![
            Heading::hidden("Compare"),
            Heading::text("Run"),
            Heading::text("Status"),
        ];
        headings.extend(columns.iter().map(|name| {
            if is_parameter(name) {
                Heading::text(format::metric_label(name))
            } else {
                Heading::number(format::metric_label(name))
            }
        }));
        headings.extend([
            Heading::text("Started"),
            Heading::number("Duration"),
            Heading::text("Author"),
        ]);
        let rows = page.rows.iter().flat_map(|run| {
            let nested = page
                .nested
                .iter()
                .filter(|own| own.parent.as_deref() == Some(run.id.as_str()));
            let fold = (run.children > 0).then(|| query.turned(&run.id).href(&route, page.page));
            std::iter::once(row(run, &columns, fold, query.unfolded.contains(&run.id)))
                .chain(nested.map(|own| nested_row(own, &columns)))
        });
        let rows = rows.collect();
        view! {
            <form method="get" action=Route::RunCompare.path()>
                <Table headings rows class="list" scroll="Training runs" />
                <p class="actions"><span class="aside">{total}</span><button class="button quiet">"Compare selected"</button></p>
            </form>
        }
        .into_any()
    } else if !problem.is_empty() {
        view! { <Empty title="Filter not applied"><p>"Correct the filter above."</p></Empty> }
            .into_any()
    } else if query.filter.is_empty() {
        let next = if experiment.is_some() {
            view! { <p>"Log a run with MLflow’s client to this experiment."</p> }.into_any()
        } else if can_edit {
            view! { <p>"Train a model with the button above, or run: " <code>{command}</code></p> }
                .into_any()
        } else {
            view! { <p>"Runs appear here once an administrator has trained a model."</p> }
                .into_any()
        };
        view! { <Empty title="No runs yet">{next}</Empty> }.into_any()
    } else {
        view! { <Empty title="No matching runs"><p>"Try a broader filter, for example " <code>"metrics.roc_auc > 0.7"</code></p></Empty> }
            .into_any()
    };
    let errors = if problem.is_empty() {
        Vec::new()
    } else {
        vec![("filter".to_owned(), problem.clone())]
    };
    let (train, jobs) = (
        Route::Train {
            use_case: (&use_case).into(),
        },
        Route::Jobs {
            use_case: (&use_case).into(),
        },
    );
    let train = can_edit.then(|| view! { <a class="button" href=train.path()>"Train a model"</a> });
    let experiments = Route::Experiments.path();
    let top = match experiment {
        None => view! {
            <PageHeading title="Training runs"><p>"All training runs, with settings and hold-out performance. Runs that were logged with MLflow’s client are among them."</p></PageHeading>
            <ErrorSummary errors />
            <p class="actions main-action">{train}<a class="button quiet" href=jobs.path()>"Jobs"</a><a class="button quiet" href=experiments>"Experiments"</a></p>
        }
        .into_any(),
        Some(name) => view! {
            <nav class="crumbs" aria-label="Breadcrumb"><a href=experiments>"Experiments"</a></nav>
            <PageHeading title=name><p>"Runs that were logged with MLflow’s client."</p></PageHeading>
            <ErrorSummary errors />
        }
        .into_any(),
    };
    view! {
        {top}
        <RunFilters page=page query=query columns action=route.path() problem />
        {list}
        {pages}
    }
    .into_any()
}

/// A run. `fold` is the address that expands or collapses its nested runs.
fn row(run: &RunRow, columns: &[String], fold: Option<String>, unfolded: bool) -> Row {
    let name = format!("Compare {}", run.name);
    let href = Route::Run {
        run: (&run.id).into(),
    }
    .path();
    let (id, title) = (run.id.clone(), run.name.clone());
    let nested = fold.map(|address| {
        let (sign, word) = if unfolded {
            ("▾", "Hide")
        } else {
            ("▸", "Show")
        };
        let label = format!(
            "{word} {} nested {} of {}",
            format::count(run.children),
            if run.children == 1 { "run" } else { "runs" },
            run.name
        );
        let text = format!("{sign}\u{a0}{} nested", format::count(run.children));
        view! { " "<a class="aside" href=address aria-label=label>{text}</a> }
    });
    let mut cells = vec![
        Cell::view(view! { <input type="checkbox" name="ids" value=id aria-label=name /> }),
        Cell::view(view! { <a href=href>{title}</a>{nested} }),
    ];
    cells.extend(rest(run, columns));
    Row::new(cells).named_by(1)
}

/// A nested run, below its parent.
fn nested_row(run: &RunRow, columns: &[String]) -> Row {
    let href = Route::Run {
        run: (&run.id).into(),
    }
    .path();
    let (name, trials) = (format::metric_label(&run.name), run.children);
    let trials = match trials {
        0 => String::new(),
        1 => "1 trial".to_owned(),
        trials => format!("{} trials", format::count(trials)),
    };
    let score = metric(&run.metrics, "selection").and_then(|figure| figure.value);
    let score = score.map(|score| format!("selection metric {}", format::number(score, 3)));
    let about = [Some(trials).filter(|text| !text.is_empty()), score]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ");
    let mut cells = vec![
        Cell::text(""),
        Cell::view(
            view! { <span class="nested"><a href=href>{name}</a>" "<span class="aside">{about}</span></span> },
        ),
    ];
    cells.extend(rest(run, columns));
    Row::new(cells).named_by(1)
}

fn rest(run: &RunRow, columns: &[String]) -> Vec<Cell> {
    let mut cells = vec![Cell::view(view! { <RunState status=run.status.clone() /> })];
    cells.extend(columns.iter().map(|column| {
        let parameter = run.parameters.iter().find(|(known, _)| known == column);
        match parameter {
            Some((name, value)) => Cell::text(format::parameter_value(name, value)),
            None => Cell::figure(metric(&run.metrics, column), Scale::Metric),
        }
    }));
    cells.extend([
        Cell::brief(run.started_at.long()),
        Cell::number(
            run.duration_seconds
                .map(format::duration)
                .unwrap_or_default(),
        ),
        Cell::brief(&run.author),
    ]);
    cells
}

/// The metric with this name.
pub fn metric(metrics: &[(String, Estimate)], name: &str) -> Option<Estimate> {
    metrics
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, figure)| figure.clone())
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
    view! { <StateBadge tone word=format::capitalized(&status) /> }.into_any()
}

#[component]
fn RunFilters(
    page: Page,
    query: RunsQuery,
    columns: Vec<String>,
    action: String,
    problem: String,
) -> AnyView {
    let group = |(title, names): (String, Vec<String>)| {
        let choice = |name: &String| {
            let checked = columns.contains(name);
            view! { <label class="check"><input type="checkbox" name="column" value=name.clone() checked=checked />{format::metric_label(name)}</label> }
                .into_any()
        };
        let choices = names.iter().map(choice).collect::<Vec<_>>();
        view! { <fieldset><legend>{title}</legend>{choices}</fieldset> }.into_any()
    };
    let groups = metric_groups::columns(&page.metric_names, &page.parameter_names)
        .into_iter()
        .map(group)
        .collect::<Vec<_>>();
    let unfolded = query
        .unfolded
        .iter()
        .map(|run| view! { <input type="hidden" name="unfold" value=run.clone() /> }.into_any());
    let unfolded = unfolded.collect::<Vec<_>>();
    let class = if problem.is_empty() {
        "field wide"
    } else {
        "field wide invalid"
    };
    let (invalid, described) = if problem.is_empty() {
        (None, None)
    } else {
        (Some("true"), Some("filter-error"))
    };
    let error = (!problem.is_empty())
        .then(|| view! { <p class="error" id="filter-error"><span class="visually-hidden">"Error: "</span>{problem}</p> });
    view! {
        <form method="get" action=action class="filters" role="search">
            <div class=class>
                <label for="filter">"Filter"</label>
                {error}
                <input id="filter" name="filter" value=query.filter placeholder="metrics.roc_auc > 0.7 and status = 'finished'" autocomplete="off" spellcheck="false" aria-invalid=invalid aria-describedby=described />
            </div>
            <button class="button">"Apply filters"</button>
            {unfolded}
            <details class="columns-choice"><summary>"Columns"</summary>{groups}</details>
        </form>
    }.into_any()
}

#[cfg(test)]
mod tests {
    use super::{Route, RunsQuery};

    fn list() -> Route {
        Route::Runs {
            use_case: "r".into(),
        }
    }

    #[test]
    fn columns_and_filter_survive_a_change_of_page() {
        let columns = ["f1", "brier"].map(str::to_owned).to_vec();
        let query = RunsQuery {
            filter: "status = 'failed'".to_owned(),
            page: 1,
            columns,
            unfolded: Vec::new(),
        };
        assert_eq!(
            query.href(&list(), 2),
            "/use-case/r/runs?filter=status+%3D+%27failed%27&column=f1&column=brier&page=2"
        );
    }

    #[test]
    fn nested_runs_are_unfolded_and_folded_again() {
        let query = RunsQuery::default().turned("a").turned("b");
        assert_eq!(query.href(&list(), 1), "/use-case/r/runs?unfold=a&unfold=b");
        assert_eq!(
            query.turned("a").href(&list(), 1),
            "/use-case/r/runs?unfold=b"
        );
    }
}
