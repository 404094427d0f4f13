//! The parts of the dashboard that the server renders.

use domain::query::FILTER_PREFIX;
use domain::{FieldProblem, PeopleQuery};
use leptos::prelude::*;
use workflow::Error;

use super::bands::Bands;
use super::drivers::Drivers;
use super::headlines::Headlines;
use super::people::People;
use super::segments::Segments;
use crate::components::chart::ChartFigure;
use crate::error::{Kind, PageError};
use crate::query::{Query, use_case_of};
use crate::scoring::first_steps;
use app::components::heading::PageHeading;
use app::pages::scoring::dashboard::capacity::CapacityData;
use app::server_page::ServerPage;

/// Four parts: above the capacity control, beside it, above the people table, and below it.
pub async fn dashboard(path: &str, query: &str) -> Result<ServerPage, PageError> {
    let use_case = use_case_of(path).into_string();
    let (tenure, actor) = crate::context::get()?;
    let words = tenure
        .status(&actor.member()?, Some(&use_case))
        .await?
        .words;
    let analyst = actor.analyst()?;
    let event = words.gerund();
    let title = format!(
        "{} at risk of {event}",
        domain::format::capitalized(&words.many)
    );
    let dashboard = match tenure.dashboard(&analyst, &use_case).await {
        Ok(dashboard) => dashboard,
        Err(error) => {
            return first_steps::instead_of(error, &title, &tenure, &actor, &use_case).await;
        }
    };
    let histogram = crate::charts::histogram::scores(&dashboard.histogram, &words.many);
    let pairs = Query(domain::query::pairs(query));
    let capacity = CapacityData {
        points: dashboard.capacity,
        people: dashboard.bands.iter().map(|band| band.count).sum(),
        requested: pairs.one("capacity").parse().ok(),
        words: words.clone(),
        kept: pairs
            .0
            .into_iter()
            .filter(|(key, value)| key != "capacity" && !value.is_empty())
            .collect(),
    };
    let lead = format!(
        "Current {}, their predicted risk of {event} ({}), and the main drivers.",
        words.many, dashboard.horizon
    );
    let top = view! {
        <PageHeading title=title.clone()>
            <p>{lead}</p>
        </PageHeading>
        <Headlines headlines=dashboard.headlines />
    };
    let bands = view! { <Bands bands=dashboard.bands use_case plural=words.many.clone() /> };
    let groups = view! { <Segments segments=dashboard.segments plural=words.many /> };
    let rest = view! {
        <div class="columns">
            <Drivers drivers=dashboard.drivers />
            <ChartFigure chart=histogram />
        </div>
    };
    Ok(ServerPage::parts(
        title,
        vec![
            top.into_any(),
            bands.into_any(),
            groups.into_any(),
            rest.into_any(),
        ],
    )
    .with_data(&capacity)?)
}

/// The people table of the address.
pub async fn people(path: &str, query: &str) -> Result<ServerPage, PageError> {
    let use_case = use_case_of(path).into_string();
    let (tenure, actor) = crate::context::get()?;
    let params = PeopleQuery::from_pairs(domain::query::pairs(query))
        .map_err(|sentence| PageError::new(Kind::BadRequest, sentence))?;
    let analyst = actor.analyst()?;
    let (page, query, problems) = match tenure.people(&analyst, &use_case, &params).await {
        Err(Error::Fields(problems)) => {
            // Filters that the use case does not have are named and left out; the others stay.
            let field = |problem: &FieldProblem| {
                problem
                    .field
                    .strip_prefix(FILTER_PREFIX)
                    .unwrap_or(&problem.field)
                    .to_owned()
            };
            let query = problems
                .iter()
                .map(field)
                .fold(params, |query, field| query.without(&field));
            (
                tenure.people(&analyst, &use_case, &query).await?,
                query,
                problems,
            )
        }
        found => (found?, params, Vec::new()),
    };
    let status = if problems.is_empty() { 200 } else { 422 };
    Ok(ServerPage {
        status,
        ..ServerPage::page("", view! { <People page use_case query problems /> })
    })
}
