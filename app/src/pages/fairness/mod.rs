//! The fairness of a version: what its decisions do to the groups of each protected attribute. The report is one view, on the page and as
//! a file of its own.

mod attribute;
mod experiments;
mod local_law_144;
mod report;
#[cfg(test)]
mod tests;

use domain::{Route, UseCaseId, VersionNumber};
use leptos::prelude::*;
use workflow::fairness::FairnessReport;

use crate::boxed::Erase;
use crate::components::form::Field;
use crate::components::heading::PageHeading;
use crate::error::{AppError, Kind};
use crate::format;
use crate::pages::Query;
use crate::server_page::Written;

/// Writes the page. `cutoff` in the address is the score from which people are listed.
pub(super) async fn write(use_case: &str, version: VersionNumber, query: &Query) -> Result<Written, AppError> {
    let (tenure, actor) = crate::context::get()?;
    let number = version;
    let page = tenure.fairness(&actor.member()?, use_case, number, cutoff(query.one("cutoff"))?).await?;
    let may = actor.is(workflow::Role::Admin);
    let crossed = query.one("intersections") == "show";
    Ok(Written::page(format!("Fairness of version {number}"), view! { <Fairness page may crossed /> }))
}

/// The report as one file that needs nothing but itself.
pub fn file(page: &FairnessReport, made_at: &str) -> String {
    let title = format!("{}: fairness of version {}", page.title, page.version);
    let source = format!("Made by Tenure on {made_at} from version {} of {}.", page.version, page.use_case);
    crate::standalone::document(&title, &source, || {
        let heading = format!("Fairness of version {}", page.version);
        let lead = lead(page);
        let tried = experiments::results(page, usize::MAX);
        view! {
            <PageHeading title=heading>{lead}</PageHeading>
            {report::report(page, None)}
            <section><h2>"What was tried to mitigate it"</h2>{tried}</section>
            {report::not_shown(page)}
        }
        .erase()
    })
}

/// A cut-off of an address: nothing is that of the use case.
pub fn cutoff(text: &str) -> Result<Option<f64>, AppError> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || AppError::new(Kind::BadRequest, format!("\"{text}\" is no cut-off: write a number such as 0.25."));
    text.replace(',', ".").parse().map(Some).map_err(|_| wrong())
}

fn lead(page: &FairnessReport) -> AnyView {
    let simulated = if page.simulated { " The people are simulated." } else { "" };
    let people = format!(
        "{}: {} {} of {} (as of {}), {} of whom {}, each scored by models that had not seen them (out of fold). Listed from a score of {}.{simulated}",
        page.title,
        format::count(page.rows),
        page.words.many,
        page.data_name,
        page.data_as_of.long(),
        format::count(page.positives),
        "left",
        format::number(page.cutoff, 2),
    );
    view! { <p>{people}</p> }.erase()
}

#[component]
fn Fairness(page: FairnessReport, may: bool, crossed: bool) -> AnyView {
    let (use_case, version, cutoff) = (UseCaseId::from(&page.use_case), page.version, page.cutoff.to_string());
    let overview = Route::Model { use_case: use_case.clone(), version };
    let route = Route::ModelFairness { use_case: use_case.clone(), version };
    let download = Route::ModelFairnessHtml { use_case, version }.with_query(&[("cutoff", &cutoff)]);
    let usual = format!("From 0.01 to 0.99; usually {}", format::number(page.usual_cutoff, 2));
    let more = (!crossed).then(|| format!("{}#intersections", route.with_query(&[("cutoff", cutoff.as_str()), ("intersections", "show")])));
    let lead = lead(&page);
    let file = view! { <a class="button quiet" href=download rel="external" download="">"Download as one HTML file"</a> };
    let choice = match page.least_people {
        None => view! {
            <form method="get" action=route.path() class="cutoff-form">
                <Field id="cutoff" label="Cut-off" help=usual>
                    <input id="cutoff" name="cutoff" r#type="number" min="0.01" max="0.99" step="0.01" required=true value=page.cutoff aria-describedby="cutoff-help" />
                </Field>
                <button class="button">"Show"</button>
                {file}
            </form>
        }
        .erase(),
        Some(least) => view! {
            <p class="note">
                {format!(
                    "Rounded to protect people: {least} people or more stand behind every figure, counts are multiples of {least}, and the \
                     cut-off is the version's own. Other cut-offs require the role analyst."
                )}
            </p>
            <p class="actions">{file}</p>
        }
        .erase(),
    };
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=overview.path()>{format!("Version {}", page.version)}</a></nav>
        <PageHeading title=format!("Fairness of version {}", page.version)>{lead}</PageHeading>
        {choice}
        {report::report(&page, more)}
        {experiments::section(&page, may)}
        {report::not_shown(&page)}
    }
    .erase()
}
