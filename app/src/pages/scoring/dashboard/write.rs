//! The parts of the dashboard that the server renders.

use domain::PeopleQuery;
use leptos::prelude::*;

use super::bands::Bands;
use super::capacity::CapacityData;
use super::drivers::Drivers;
use super::headlines::Headlines;
use super::people::People;
use super::segments::Segments;
use crate::boxed::IntoBoxed;
use crate::components::chart::ChartFigure;
use crate::components::heading::PageHeading;
use crate::error::{AppError, Kind};
use crate::pages::query::{Query, use_case_of};
use crate::server_page::ServerPage;

/// Three parts: above the capacity control, beside it, and below the people table.
pub async fn dashboard(path: &str, query: &str) -> Result<ServerPage, AppError> {
    let use_case = use_case_of(path).into_string();
    let (tenure, actor) = crate::context::get()?;
    let words = tenure.status(&actor.member()?, Some(&use_case)).await?.words;
    let dashboard = tenure.dashboard(&actor.analyst()?, &use_case).await?;
    let histogram = crate::charts::histogram::scores(&dashboard.histogram, &words.many);
    let pairs = Query(domain::query::pairs(query));
    let capacity = CapacityData {
        points: dashboard.capacity,
        people: dashboard.bands.iter().map(|band| band.count).sum(),
        requested: pairs.one("capacity").parse().ok(),
        words: words.clone(),
        kept: pairs.0.into_iter().filter(|(key, value)| key != "capacity" && !value.is_empty()).collect(),
    };
    let event = format!("{}ing", words.verb.strip_suffix('e').unwrap_or(&words.verb));
    let title = format!("{} at risk of {event}", crate::format::capitalised(&words.many));
    let lead = format!("Current {}, their predicted risk of {event}, and the main drivers.", words.many);
    let top = view! {
        <PageHeading title=title.clone()>
            <p>{lead}</p>
        </PageHeading>
        <Headlines headlines=dashboard.headlines />
    };
    let bands = view! { <Bands bands=dashboard.bands use_case plural=words.many.clone() /> };
    let rest = view! {
        <Segments segments=dashboard.segments plural=words.many />
        <div class="columns">
            <Drivers drivers=dashboard.drivers />
            <ChartFigure chart=histogram />
        </div>
    };
    ServerPage::parts(title, vec![top.boxed(), bands.boxed(), rest.boxed()]).with_data(&capacity)
}

/// The people table of the address.
pub async fn people(path: &str, query: &str) -> Result<ServerPage, AppError> {
    let use_case = use_case_of(path).into_string();
    let (tenure, actor) = crate::context::get()?;
    let params = PeopleQuery::from_pairs(domain::query::pairs(query)).map_err(|sentence| AppError::new(Kind::BadRequest, sentence))?;
    let page = tenure.people(&actor.analyst()?, &use_case, &params).await?;
    Ok(ServerPage::page("", view! { <People page use_case query=params /> }))
}
