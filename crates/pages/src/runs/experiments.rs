//! Experiments of clients of MLflow.

use domain::{Route, format};
use leptos::prelude::*;
use workflow::tracking::ExperimentView;

use crate::components::empty::Empty;
use crate::error::PageError;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;

/// Writes the page.
pub async fn write() -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let experiments = tenure.client_experiments(&actor.member()?).await?;
    Ok(ServerPage::page(
        "Experiments",
        view! { <Experiments experiments /> },
    ))
}

#[component]
fn Experiments(experiments: Vec<(ExperimentView, i64)>) -> AnyView {
    let row = |(experiment, runs): &(ExperimentView, i64)| {
        let route = Route::Experiment {
            experiment: experiment.id.clone(),
        };
        let created = if experiment.created_at.micros() == 0 {
            String::new()
        } else {
            experiment.created_at.long()
        };
        let state = if experiment.archived {
            "Archived"
        } else {
            "Active"
        };
        Row::new(vec![
            Cell::link(route.path(), experiment.name.clone()),
            Cell::number(format::count(u32::try_from(*runs).unwrap_or(u32::MAX))),
            Cell::text(state),
            Cell::brief(created),
        ])
    };
    let rows: Vec<Row> = experiments.iter().map(row).collect();
    let list = if rows.is_empty() {
        view! {
            <Empty title="No experiments yet">
                <p>"Point MLflow’s client at this server: set " <code>"MLFLOW_TRACKING_URI"</code> " to its address and " <code>"MLFLOW_TRACKING_TOKEN"</code> " to an API token."</p>
            </Empty>
        }
        .into_any()
    } else {
        let headings = vec![
            Heading::text("Experiment"),
            Heading::number("Runs"),
            Heading::text("State"),
            Heading::text("Created"),
        ];
        view! { <Table headings rows class="list" scroll="Experiments" /> }.into_any()
    };
    view! {
        <PageHeading title="Experiments">
            <p>"Experiments made with MLflow’s client. Each use case has one of its own, under its id: its runs are on the page Runs."</p>
        </PageHeading>
        {list}
    }
    .into_any()
}
