//! The review of a version: evidence, decision and history. It prints as the review record.

mod actions;
mod checklist;
mod data;
mod decide;
mod explanation;
mod fairness;
mod gates;
mod lineage;
mod performance;
mod query;
pub mod queue;
mod record;
mod shadow;

use domain::{Decision, ReviewState, Route, VersionNumber};
use leptos::prelude::*;
use model::use_case::Terminology;
use workflow::ReviewPage;

use crate::charts::{beeswarm, importance};
use crate::components::chart::Chart;
use crate::error::PageError;
use crate::glossary;
use crate::query::Query;
use crate::registry::list::review_word;
use app::components::badge::{StateBadge, Tone};
use app::components::heading::PageHeading;
use app::server_page::ServerPage;
use query::Asked;

/// Writes the page.
pub async fn write(
    use_case: &str,
    version: VersionNumber,
    query: &Query,
) -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    let member = actor.member()?;
    let number = version;
    let page = tenure.review_page(&member, use_case, number).await?;
    let words = tenure.use_case(use_case)?.words.clone();
    let flash = Query(crate::context::take_flash(&Route::ModelReview {
        use_case: use_case.into(),
        version,
    }));
    let problem = flash.one("problem");
    let params = Asked {
        doing: query.one("doing").to_owned(),
        gate: query.one("gate").to_owned(),
        done: flash.one("done").to_owned(),
        problem: (!problem.is_empty()).then(|| (flash.one("field").to_owned(), problem.to_owned())),
        owner: flash.one("owner").to_owned(),
        expires_on: flash.one("expires_on").to_owned(),
    };
    let plural = words.many.clone();
    let (page, charts) = tokio::task::spawn_blocking(move || {
        let charts = Charts::of(&page, &plural);
        (page, charts)
    })
    .await
    .map_err(crate::context::broken)?;
    let label = |name: &str| {
        tenure
            .use_case(use_case)
            .map_or_else(|_| name.to_owned(), |definition| definition.label(name))
    };
    let proxies = fairness::strong_proxies(&page.package, &label);
    let fairness = fairness::section(&page.package, &label);
    let data = data::section(&page, &label);
    let title = format!("Review of version {number}");
    Ok(ServerPage::page(
        title,
        view! { <Review page params charts fairness proxies data words /> },
    ))
}

/// The charts, drawn off the async threads.
struct Charts {
    performance: Vec<Vec<Chart>>,
    explanation: Vec<Chart>,
}

impl Charts {
    fn of(page: &ReviewPage, plural: &str) -> Self {
        let explanation = page.explanation.as_ref().map(|explanation| {
            let change = page
                .live_explanation
                .as_ref()
                .and_then(|live| performance::importance_change(explanation, live));
            [
                importance::shap(explanation, plural),
                beeswarm::summary(explanation, plural),
                change,
            ]
            .into_iter()
            .flatten()
            .collect()
        });
        Self {
            performance: performance::charts(&page.package),
            explanation: explanation.unwrap_or_default(),
        }
    }
}

#[component]
fn Review(
    page: ReviewPage,
    params: Asked,
    charts: Charts,
    fairness: AnyView,
    proxies: AnyView,
    data: AnyView,
    words: Terminology,
) -> AnyView {
    let number = page.version.version;
    let (use_case, version) = (page.version.use_case.clone(), number);
    let reviews = Route::Reviews {
        use_case: use_case.clone(),
    };
    let overview = Route::Model {
        use_case: use_case.clone(),
        version,
    };
    let fairness_page = Route::ModelFairness {
        use_case: use_case.clone(),
        version,
    };
    let card = Route::ModelCard { use_case, version };
    let problem = params
        .problem
        .as_ref()
        .map(|(field, sentence)| decide::problem(field, sentence));
    let text = done_text(&params.done, number);
    let (here, below) = if query::anchor(&params.done).is_empty() {
        (text, String::new())
    } else {
        (String::new(), text)
    };
    let done = (!here.is_empty()).then(|| view! { <p class="note" role="status">{here}</p> });
    let panel = decide::panel(&page, &params);
    let package = &page.package;
    let standing = standing(&page);
    let contents = [
        ("gates", "Gates"),
        ("performance", "Comparison with live model"),
        ("explanation", "Model explanation"),
        ("shadow", "Shadow scoring"),
        ("fairness", "Fairness"),
        ("data", "Training data"),
        ("lineage", "Lineage and model card"),
        ("decide", "Checklist and decision"),
        ("record", "Decision history"),
    ];
    let contents = contents.map(|(id, text)| {
        view! { <li><a href=format!("#{id}") rel="external">{text}</a></li> }.into_any()
    });
    let contents: Vec<AnyView> = contents.into_iter().collect();
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=reviews.path()>"Reviews"</a></nav>
        <PageHeading title=format!("Review of version {number}")>
            {standing}
        </PageHeading>
        {glossary::see(&["gate", "waiver", "inconclusive", "confidence-interval", "hold-out", "roc-auc", "brier-score", "proxy"])}
        {proxies}
        <p class="actions">
            <a class="button quiet" href=overview.path()>"Version overview"</a>
            <a class="button quiet" href=fairness_page.path()>"Full fairness report"</a>
            <a class="button quiet" href=card.path()>"Model card"</a>
        </p>
        {problem}
        {done}
        {panel}
        <nav class="contents" aria-label="On this page"><ul>{contents}</ul></nav>
        {gates::section(&page)}
        {performance::section(package, charts.performance, &words)}
        {explanation::section(package, charts.explanation)}
        {shadow::section(&page, (params.done.as_str(), below.as_str()))}
        {fairness}
        {data}
        {lineage::section(&page)}
        {checklist::section(&page, (params.done.as_str(), below.as_str()))}
        {record::section(&page)}
    }
    .into_any()
}

/// Stage and review state of the version.
fn standing(page: &ReviewPage) -> AnyView {
    let stage = match page.version.stage.as_str() {
        _ if page.live => "Live",
        "None" => "Not submitted",
        stage => stage,
    };
    let tone = if page.live { Tone::Good } else { Tone::Neutral };
    let stage = view! { <StateBadge tone word=stage /> };
    let Some(request) = &page.request else {
        return view! { <p>{stage}" No review requested yet. This is the evidence that would be reviewed now."</p> }.into_any();
    };
    let tone = match request.state {
        ReviewState::Pending => Tone::Watch,
        ReviewState::Approved => Tone::Good,
        ReviewState::Rejected => Tone::Bad,
        ReviewState::ChangesRequested | ReviewState::Void => Tone::Neutral,
    };
    let requested = format!(
        "Requested by {} on {}. Approvals: {} of {} required.",
        request.requested_by,
        request.requested_at.long(),
        page.decisions
            .iter()
            .filter(|decision| decision.decision == Decision::Approve)
            .count(),
        request.approvals_needed
    );
    let note = (!request.note.is_empty()).then(|| view! { <p>"“"{request.note.clone()}"”"</p> });
    let next = page.remedy.sentence();
    let stale = (!page.stale.is_empty())
        .then(|| view! { <p class="note warn">{format!("The request can no longer be decided: {}. {next}", page.stale)}</p> });
    let void = (request.state == ReviewState::Void)
        .then(|| view! { <p class="note warn">{format!("The request is void: {}. {next}", request.closed_because)}</p> });
    view! {
        <p>{stage}" "<StateBadge tone word=review_word(request.state.as_str()) />" "{requested}</p>
        {note}
        {stale}
        {void}
    }
    .into_any()
}

fn done_text(done: &str, number: VersionNumber) -> String {
    match done {
        "request" => format!(
            "Review requested for version {number}. The request is bound to the evidence below."
        ),
        "approve" => format!("Version {number} is approved and live."),
        "not_live" => format!("You already approved version {number}, which is no longer live."),
        "approval" => format!(
            "You approved version {number}. Another approval is required before it goes live."
        ),
        "reject" => format!("Version {number} is rejected."),
        "request_changes" => format!("Changes requested for version {number}."),
        "rollback" => format!("Version {number} is live again."),
        "undeploy" => format!(
            "Version {number} is undeployed. No one will be scored until a version is restored."
        ),
        "recertify" => format!("Version {number} is re-certified."),
        "waive" => "The gate is waived.".to_owned(),
        "comment" => "Comment added.".to_owned(),
        "checklist" => "Checklist saved.".to_owned(),
        "shadow_on" => format!("Version {number} scores in shadow from the next batch on."),
        "shadow_off" => format!("Version {number} no longer scores in shadow."),
        _ => String::new(),
    }
}
