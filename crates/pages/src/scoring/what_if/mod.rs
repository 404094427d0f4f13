//! What-if: what the server sends for the page.

mod form_of;

use app::pages::scoring::what_if::address;
use app::pages::scoring::what_if::data::WhatIfData;
use app::pages::scoring::what_if::judge;
use app::server_page::ServerPage;
use domain::Route;
use model::{ModelExplainer, Record};

use crate::error::PageError;

/// The page of a scenario, or the question for a purpose before it.
pub async fn write(path: &str, query: &str) -> Result<ServerPage, PageError> {
    let use_case = crate::query::use_case_of(path).into_string();
    let (tenure, actor) = crate::context::get()?;
    let params = address::Asked::from_pairs(domain::query::pairs(query));
    let analyst = actor.analyst()?;
    let live = match tenure.live_model(&analyst, &use_case).await {
        Ok(live) => live,
        Err(error) => {
            return crate::scoring::first_steps::instead_of(
                error, "What-if", &tenure, &actor, &use_case,
            )
            .await;
        }
    };
    if let Some(person) = &params.person
        && let Some(question) = crate::scoring::purpose::asked(
            &tenure,
            &use_case,
            &params.why,
            &Route::WhatIf {
                use_case: (&use_case).into(),
            },
            &[("person", person)],
        )
    {
        return Ok(question);
    }
    // A person whom the version has learned from is scored by the one of its models that has not.
    let (base, fold) = match &params.person {
        Some(person) => {
            tenure
                .what_if_start(&analyst, &use_case, person, &params.why)
                .await?
        }
        None => (form_of::typical(live.model()), None),
    };
    let (start, values) = params.over(base);
    let person = params.person.map(|person| [person, params.why]);
    let work = move || {
        let (explainer, model) = (live.scorer.explainer(fold)?, live.model_name(fold));
        Ok::<_, workflow::Error>(data(explainer, use_case, model, person, start, values))
    };
    let made = tokio::task::spawn_blocking(work)
        .await
        .map_err(crate::context::broken)??;
    Ok(ServerPage {
        status: 200,
        title: "What-if".to_owned(),
        ..ServerPage::default()
    }
    .with_data(&made)?)
}

/// The page of a scenario: `values` beside `start`, on the model of `explainer`.
fn data(
    explainer: &ModelExplainer,
    use_case: String,
    model: String,
    person: Option<[String; 2]>,
    start: Record,
    values: Record,
) -> WhatIfData {
    let (started, judged) = (
        judge::judge(explainer, &start),
        judge::judge(explainer, &values),
    );
    let changes = judged
        .as_ref()
        .ok()
        .and_then(|judged| judge::smallest_changes(explainer, &values, judged.probability));
    let entries = form_of::entries(explainer.model());
    let strongest = judged
        .as_ref()
        .ok()
        .and_then(|judged| judged.reasons.first())
        .map(|reason| reason.field.clone());
    let focused = strongest
        .or_else(|| entries.first().map(|entry| entry.name.clone()))
        .unwrap_or_default();
    let response = judge::response(explainer, &values, &focused);
    let definition = &explainer.model().use_case;
    WhatIfData {
        use_case,
        subject: format!(
            "Risk of {} ({})",
            definition.words.gerund(),
            definition.horizon_text()
        ),
        words: definition.words.clone(),
        model,
        entries,
        person,
        start,
        values,
        started,
        judged,
        changes,
        focused,
        response,
    }
}
