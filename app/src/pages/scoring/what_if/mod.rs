//! What-if: the live model in the browser. The form scores as the slider moves; without a script it
//! is submitted, and the server answers with the same numbers.

mod address;
mod browser;
mod curve;
mod data;
mod form;
#[cfg(feature = "ssr")]
mod form_of;
mod judge;
mod outcome;
mod scenario;
mod scenarios;

#[cfg(feature = "ssr")]
use domain::Route;
use domain::query::encode;
use domain::route::{fill, pattern};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::boxed::IntoBoxed;
use crate::components::form::ErrorSummary;
use crate::components::heading::PageHeading;
use crate::error::AppError;
use crate::pages::{PageKind, address_of};
use crate::server_page::{PageTitle, ServerPage, server_page, show_page};
use data::WhatIfData;
use scenario::Scenario;

/// `query`: the query string of the address.
#[server(prefix = "/fn", endpoint = "what-if", input = GetUrl)]
pub async fn load_what_if(
    path: String,
    #[server(default)] query: String,
) -> Result<ServerPage, AppError> {
    Ok(write(&path, &query)
        .await
        .unwrap_or_else(crate::components::failure::failure))
}

#[cfg(feature = "ssr")]
async fn write(path: &str, query: &str) -> Result<ServerPage, AppError> {
    let use_case = crate::pages::query::use_case_of(path).into_string();
    let (tenure, actor) = crate::context::get()?;
    let params = address::Asked::from_pairs(domain::query::pairs(query));
    let analyst = actor.analyst()?;
    let live = match tenure.live_model(&analyst, &use_case).await {
        Ok(live) => live,
        Err(error) => {
            return crate::pages::scoring::first_steps::instead_of(
                error, "What-if", &tenure, &actor, &use_case,
            )
            .await;
        }
    };
    let (explainer, model_hash) = (
        std::sync::Arc::clone(&live.explainer),
        live.version.model_hash.clone(),
    );
    if let Some(person) = &params.person
        && let Some(question) = crate::pages::scoring::purpose::asked(
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
    let base = match &params.person {
        Some(person) => {
            tenure
                .what_if_start(&analyst, &use_case, person, &params.why)
                .await?
        }
        None => form_of::typical(explainer.model()),
    };
    let (start, values) = params.over(base);
    let person = params.person.map(|person| [person, params.why]);
    let work = move || WhatIfData::new(&explainer, use_case, model_hash, person, start, values);
    let data = tokio::task::spawn_blocking(work)
        .await
        .map_err(crate::context::broken)?;
    ServerPage {
        status: 200,
        title: "What-if".to_owned(),
        ..ServerPage::default()
    }
    .with_data(&data)
}

#[component]
pub fn WhatIfPage() -> AnyView {
    let address = address_of(PageKind::WhatIf);
    server_page(
        move || address.get(),
        |[path, query]| Box::pin(load_what_if(path, query)),
        |answer: ServerPage| match answer.open() {
            Some(data) => view! { <PageTitle title=answer.title /><WhatIf data /> }.boxed(),
            None => show_page(answer),
        },
    )
}

#[component]
fn WhatIf(data: WhatIfData) -> AnyView {
    let use_case = data.use_case.clone();
    let (person, hash) = (data.person.clone(), data.model_hash.clone());
    let problems = data.judged.as_ref().err().cloned().unwrap_or_default();
    let summary = problems
        .into_iter()
        .map(|problem| (address::control_name(&problem.column), problem.to_string()))
        .collect();
    let subject = data.subject.clone();
    let scenario = Scenario::new(data, &use_case);
    browser::bring_model(scenario, &use_case, &hash);
    let back = person.as_ref().map(|[person, why]| {
        let page = fill(pattern::Person, &[&use_case, person]);
        let why = if why.is_empty() {
            String::new()
        } else {
            format!("?why={}", encode(why))
        };
        (format!("{page}{why}"), person.clone())
    });
    let one = scenario.words.with_value(|words| words.one.clone());
    let (href, from) = match back {
        Some((href, person)) => (
            href,
            format!("{} {person}", crate::format::capitalized(&one)),
        ),
        None => (
            fill(pattern::Dashboard, &[&use_case]),
            "Dashboard".to_owned(),
        ),
    };
    let typical = if person.is_none() {
        "Typical profile: the median of each number and the most frequent category in the training data. Its score is not an average. "
    } else {
        ""
    };
    let lead = format!(
        "{typical}This shows how the model responds, not what causes an outcome. It may reflect spurious patterns in past data and is not advice \
         about an individual."
    );
    let title = format!(
        "Explore changes for {} {one}",
        if person.is_some() {
            "this"
        } else {
            "a typical"
        }
    );
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=href>{from}</a></nav>
        <PageHeading title=title>
            <p>{lead}</p>
        </PageHeading>
        <ErrorSummary errors=summary />
        <div class="what-if" data-ready=scenario.ready>
            <form::ScenarioForm scenario person />
            <outcome::Outcome scenario subject />
        </div>
        <scenarios::Scenarios scenario />
    }
    .boxed()
}
