//! One model version: metrics, labels, lineage and global explanation.

mod labels;

use domain::{Route, UseCaseId, VersionNumber};
use leptos::prelude::*;
use model::global::GlobalExplanation;
use model::use_case::Terminology;
use stats::Metric;
use workflow::Role;
use workflow::runs::VersionPage;
use workflow::scoring::Headline;

use crate::charts::{beeswarm, dependence, importance};
use crate::components::chart::{Chart, ChartFigure};
use crate::components::empty::Empty;
use crate::error::PageError;
use crate::runs::list::metric;
use crate::scoring::dashboard::headlines::Headlines;
use app::components::badge::{StateBadge, Tone};
use app::components::heading::PageHeading;
use app::components::table::{Cell, Facts, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::format;
use labels::Labels;

/// Hold-out metrics shown as headlines.
const HEADLINES: [(&str, Metric); 4] = [
    ("roc_auc", Metric::RocAuc),
    ("average_precision", Metric::AveragePrecision),
    ("brier", Metric::Brier),
    ("ece", Metric::Ece),
];

/// Writes the page.
pub async fn write(use_case: &str, version: VersionNumber) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let number = version;
    let page = tenure.version_page(&member, use_case, number).await?;
    let words = tenure.use_case(use_case)?.words.clone();
    let (tags, aliases) = tenure.labels_of(&member, use_case, number).await?;
    let labels = Labels {
        use_case: use_case.to_owned(),
        version: number,
        description: page.description.clone(),
        tags,
        aliases,
        may_change: actor.is(Role::Admin),
        flash: Labels::take_flash(use_case, number),
    };
    let charts = match tenure.explanation(&member, use_case, number).await {
        Ok(explanation) => Some(
            tokio::task::spawn_blocking(move || Charts::of(&explanation, &words))
                .await
                .map_err(crate::context::broken)?,
        ),
        Err(workflow::Error::NotFound(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let title = format!("Version {number}");
    Ok(ServerPage::page(
        title,
        view! { <Version page labels charts use_case=use_case.into() /> },
    ))
}

/// The charts: over all fields, and of the most important ones.
struct Charts {
    all: Vec<Chart>,
    fields: Vec<Chart>,
}

impl Charts {
    fn of(explanation: &GlobalExplanation, words: &Terminology) -> Self {
        let plural = &words.many;
        let all = [
            importance::shap(explanation, plural),
            beeswarm::summary(explanation, plural),
            importance::permutation(explanation, plural),
        ];
        let partial = |field: &str| {
            explanation
                .partial_dependence
                .iter()
                .find(|found| found.curve.field == field)
        };
        let fields = explanation.dependence.iter().flat_map(|own| {
            let swarm = &own.swarm;
            let partial = partial(&swarm.field)
                .map(|found| dependence::partial(found, swarm.ordered, plural));
            [
                Some(dependence::dependence(own, explanation.people_per_point)),
                partial,
            ]
            .into_iter()
            .flatten()
        });
        Self {
            all: all.into_iter().flatten().collect(),
            fields: fields.collect(),
        }
    }
}

#[component]
fn Version(
    page: VersionPage,
    labels: Labels,
    charts: Option<Charts>,
    use_case: UseCaseId,
) -> AnyView {
    let version = &page.version;
    let number = version.version;
    let models = Route::Models {
        use_case: use_case.clone(),
    };
    let review = Route::ModelReview {
        use_case: use_case.clone(),
        version: number,
    };
    let fairness = Route::ModelFairness {
        use_case: use_case.clone(),
        version: number,
    };
    let card = Route::ModelCard {
        use_case: use_case.clone(),
        version: number,
    };
    let onnx = Route::ModelOnnx {
        use_case: use_case.clone(),
        version: number,
    };
    let (tone, stage) = match version.stage.as_str() {
        _ if version.live => (Tone::Good, "Live".to_owned()),
        "None" => (Tone::Neutral, "Not submitted".to_owned()),
        stage => (Tone::Neutral, stage.to_owned()),
    };
    let made = format!(
        "{}, trained by {} on {}.",
        format::candidate_label(&version.candidate),
        version.author,
        version.created_at.long()
    );
    let note = (!version.note.is_empty())
        .then(|| view! { <p class="note warn">{version.note.clone()}</p> });
    let headline = |(name, metric_kind): (&str, Metric)| {
        Some(Headline {
            label: metric_kind.label().to_owned(),
            figure: metric(&version.metrics, name)?,
            unit: String::new(),
            change: None,
            note: metric_kind.sentence().to_owned(),
        })
    };
    let headlines: Vec<Headline> = HEADLINES.into_iter().filter_map(headline).collect();
    let run = Route::Run {
        run: (&version.run).into(),
    };
    let withdrawn = page
        .data_withdrawn
        .map(|at| format!(", withdrawn on {}", at.long()))
        .unwrap_or_default();
    let data = Route::Dataset {
        use_case: use_case.clone(),
        dataset: (&page.data_id).into(),
    };
    let simulated = if page.simulated { " (simulated)" } else { "" };
    let short = |hash: &str| Cell::code(hash.chars().take(12).collect::<String>());
    let timeline = Route::Timeline {
        use_case: use_case.clone(),
    }
    .with_query(&[("version", number.to_string())]);
    let mut facts = vec![
        (
            "Run".to_owned(),
            Cell::link(run.path(), version.run.clone()),
        ),
        (
            "Data".to_owned(),
            Cell::link(
                data.path(),
                format!(
                    "{}, as of {}{simulated}{withdrawn}",
                    page.data_name,
                    page.data_as_of.long()
                ),
            ),
        ),
        ("Data hash".to_owned(), short(&page.data_hash)),
        (
            "Training data".to_owned(),
            Cell::text(format!(
                "{} rows, {} fields",
                format::count(page.training_rows),
                page.fields
            )),
        ),
        ("Seed".to_owned(), Cell::text(page.seed.to_string())),
        ("Code version".to_owned(), Cell::text(page.code_version)),
        ("Model file hash".to_owned(), short(&page.model_hash)),
    ];
    if let Some(next) = page.next_review {
        let overdue = if next.overdue && version.live {
            " (overdue)"
        } else {
            ""
        };
        facts.push((
            "Next review".to_owned(),
            Cell::text(format!("{}{overdue}", next.due.long())),
        ));
    }
    let parameters: Vec<Row> = page
        .parameters
        .into_iter()
        .map(|(name, value)| Row::new(vec![Cell::code(name), Cell::text(value)]))
        .collect();
    let parameters = (!parameters.is_empty()).then(|| {
        view! {
            <details>
                <summary>"Candidate parameters"</summary>
                <Table headings=vec![Heading::text("Name"), Heading::text("Value")] rows=parameters />
            </details>
        }
    });
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=models.path()>"Model versions"</a></nav>
        <PageHeading title=format!("Version {}", version.version)>
            <p><StateBadge tone word=stage />" "{made}</p>
            <p class="actions">
                <a class="button" href=review.path()>"Review"</a>
                <a class="button quiet" href=fairness.path()>"Fairness"</a>
                <a class="button quiet" href=card.path()>"Model card"</a>
                <a class="button quiet" href=onnx.path() rel="external" download="">"Download ONNX"</a>
                <a class="button quiet" href=run.path()>"Training run"</a>
                <a class="button quiet" href=timeline>"Timeline"</a>
            </p>
        </PageHeading>
        {note}
        <Headlines headlines />
        {labels::section(labels)}
        <section>
            <h2>"Lineage"</h2>
            <p class="aside">{gates_text(page.gates, &page.gate_policy)}</p>
            <Facts facts class="facts" />
            {parameters}
        </section>
        {explained(charts)}
    }
    .into_any()
}

/// "Gates at training time (policy: Default): 7 passed, 1 failed."
fn gates_text(counts: [u32; 4], policy: &str) -> String {
    let words = ["passed", "failed", "inconclusive", "could not be computed"];
    let parts: Vec<String> = counts
        .iter()
        .zip(words)
        .filter(|(count, _)| **count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let policy = format::gate_policy_label(policy);
    format!(
        "Gates at training time (policy: {policy}): {}.",
        if parts.is_empty() {
            "none".to_owned()
        } else {
            parts.join(", ")
        }
    )
}

fn explained(charts: Option<Charts>) -> AnyView {
    let Some(Charts { all, fields }) = charts else {
        return view! {
            <Empty title="No explanation available"><p>"The build that trained this version did not compute model explanations. Train a new version to see them."</p></Empty>
        }
        .into_any();
    };
    let figures = |charts: Vec<Chart>| {
        charts
            .into_iter()
            .map(|chart| view! { <ChartFigure chart /> }.into_any())
            .collect::<Vec<_>>()
    };
    view! {
        <section>
            <h2>"Model explanation"</h2>
            <p class="aside">"Computed on records not used in training. This describes the model, not what causes anyone to leave or stay."</p>
            <div class="chart-grid wide">{figures(all)}</div>
        </section>
        <section>
            <h2>"Most important fields"</h2>
            <div class="chart-grid wide">{figures(fields)}</div>
        </section>
    }
    .into_any()
}
