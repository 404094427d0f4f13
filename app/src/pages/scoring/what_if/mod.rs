//! What-if: the live model in the browser. The form scores as the slider moves; without a script it
//! is submitted, and the server answers with the same numbers.

pub mod address;
mod browser;
mod curve;
pub mod data;
mod form;
pub mod judge;
mod outcome;
mod scenario;
mod scenarios;

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
    crate::renderer::rendered(|renderer| renderer.what_if, [path, query]).await
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
    let (person, model) = (data.person.clone(), data.model.clone());
    let problems = data.judged.as_ref().err().cloned().unwrap_or_default();
    let summary = problems
        .into_iter()
        .map(|problem| (address::control_name(&problem.column), problem.to_string()))
        .collect();
    let subject = data.subject.clone();
    let scenario = Scenario::new(data, &use_case);
    browser::bring_model(scenario, &use_case, &model);
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
         about an individual. Opening a person and saving a scenario are logged; moving a slider is not."
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
