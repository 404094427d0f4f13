//! The model versions of a use case with their stage, review state and metrics.

use domain::Route;
use leptos::prelude::*;
use workflow::Role;
use workflow::runs::VersionRow;

use crate::components::empty::Empty;
use crate::error::PageError;
use crate::registry::import;
use crate::runs::list::metric;
use app::components::badge::{StateBadge, Tone};
use app::components::figure::Scale;
use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;

/// Metrics with a column.
const METRICS: [&str; 4] = ["roc_auc", "average_precision", "brier", "f1"];

/// Writes the page.
pub async fn write(use_case: &str) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let rows = tenure.versions(&actor.member()?, use_case).await?;
    let can_edit = actor.is(Role::Admin);
    let import = if can_edit {
        let datasets = tenure.training_datasets(&actor.member()?, use_case).await?;
        let datasets: Vec<(String, String)> = datasets
            .into_iter()
            .map(|own| {
                let name = format!("{}, as of {}", own.name, own.as_of.long());
                (own.dataset_id.into_string(), name)
            })
            .collect();
        Some(import::form(use_case, &datasets))
    } else {
        None
    };
    Ok(ServerPage::page(
        "Model versions",
        view! { <Versions rows use_case=use_case.to_owned() can_edit /> {import} },
    ))
}

#[component]
fn Versions(rows: Vec<VersionRow>, use_case: String, can_edit: bool) -> AnyView {
    let timeline = Route::Timeline {
        use_case: use_case.as_str().into(),
    };
    let reviews = Route::Reviews {
        use_case: (&use_case).into(),
    };
    let list = if rows.is_empty() {
        let train = Route::Train {
            use_case: (&use_case).into(),
        };
        let next = if can_edit {
            let command = format!("tenure train --use-case {use_case}");
            view! { <p><a href=train.path()>"Train a model"</a>", or run: " <code>{command}</code></p> }.into_any()
        } else {
            view! { <p>"Versions appear here once an administrator has trained a model."</p> }
                .into_any()
        };
        view! { <Empty title="No model versions yet">{next}</Empty> }.into_any()
    } else {
        let mut headings = vec![
            Heading::text("Version"),
            Heading::text("Stage"),
            Heading::text("Review"),
            Heading::text("Candidate"),
        ];
        headings.extend(METRICS.map(|name| Heading::number(format::metric_label(name))));
        headings.extend([
            Heading::text("Created"),
            Heading::text("Author"),
            Heading::text("Note"),
        ]);
        let rows = rows
            .into_iter()
            .map(|version| row(version, &use_case))
            .collect();
        view! { <Table headings rows class="list" scroll="Model versions" /> }.into_any()
    };
    view! {
        <PageHeading title="Model versions"><p>"All trained model versions. At most one is live, and all pages show its scores. " <a href=reviews.path()>"Reviews"</a>" · "<a href=timeline.path()>"Timeline"</a></p></PageHeading>
        {list}
    }.into_any()
}

fn row(version: VersionRow, use_case: &str) -> Row {
    let number = version.version;
    let (tone, word) = if version.live {
        (Tone::Good, "Live".to_owned())
    } else {
        (Tone::Neutral, stage_word(&version.stage))
    };
    let route = Route::Model {
        use_case: use_case.into(),
        version: number,
    };
    let review = Route::ModelReview {
        use_case: use_case.into(),
        version: number,
    };
    let called = (!version.aliases.is_empty())
        .then(|| view! { " "<span class="aside">{version.aliases.join(", ")}</span> });
    let mut cells = vec![
        Cell::view(view! { <a href=route.path()>{format!("Version {number}")}</a>{called} }),
        Cell::view(view! { <StateBadge tone word /> }),
        Cell::link(review.path(), review_word(&version.review)),
        Cell::text(format::candidate_label(&version.candidate)),
    ];
    cells.extend(METRICS.map(|name| Cell::figure(metric(&version.metrics, name), Scale::Metric)));
    let note = version.note;
    cells.extend([
        Cell::text(version.created_at.long()),
        Cell::text(version.author),
        Cell::text(note),
    ]);
    Row::new(cells)
}

/// The label of a review state, also used as a link text.
pub fn review_word(state: &str) -> &'static str {
    match state {
        "pending" => "Pending review",
        "approved" => "Approved",
        "rejected" => "Rejected",
        "changes_requested" => "Changes requested",
        "void" => "Void: evidence changed",
        _ => "View evidence",
    }
}

fn stage_word(stage: &str) -> String {
    if stage == "None" {
        "Not submitted".to_owned()
    } else {
        stage.to_owned()
    }
}
