//! The dashboard of a use case: how many, who, where, and how far the conversations that one can hold would reach.

mod bands;
mod capacity;
mod drivers;
mod headlines;
mod people;
mod segments;

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::hooks::use_query_map;
use model::use_case::Words;
use serde::{Deserialize, Serialize};
use views::{Dashboard, PeoplePage, PeopleQuery};

use crate::components::chart::{Chart, ChartFigure};
use crate::components::failure::Loaded;
use crate::components::heading::PageHeading;
use crate::error::AppError;
use crate::pages::{bad_request, path_parameter};

/// The dashboard with its drawing and the words of its use case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DashboardData {
    dashboard: Dashboard,
    words: Words,
    histogram: Chart,
}

#[server(prefix = "/fn", endpoint = "dashboard", input = GetUrl)]
pub async fn load_dashboard(use_case: String) -> Result<DashboardData, AppError> {
    let (tenure, actor) = crate::desk::desk()?;
    let words = tenure.status(&actor, Some(&use_case)).await.map_err(crate::desk::refuse)?.words;
    let dashboard = tenure.dashboard(&actor, &use_case).await.map_err(crate::desk::refuse)?;
    let histogram = crate::charts::histogram::scores(&dashboard.histogram, &words.many);
    Ok(DashboardData { dashboard, words, histogram })
}

#[server(prefix = "/fn", endpoint = "people", input = GetUrl)]
pub async fn load_people(use_case: String, query: PeopleQuery) -> Result<PeoplePage, AppError> {
    let (tenure, actor) = crate::desk::desk()?;
    tenure.people(&actor, &use_case, &query).await.map_err(crate::desk::refuse)
}

#[component]
pub fn DashboardPage() -> impl IntoView {
    let id = path_parameter("id");
    let address = use_query_map();
    let query = Memo::new(move |_| PeopleQuery::from_pairs(address.read().latest_values()));
    let figures = Resource::new(move || id.get(), load_dashboard);
    let table =
        Resource::new(move || (id.get(), query.get()), |(id, query)| async move { load_people(id, query.map_err(bad_request)?).await });
    let capacity = move || address.read().get("capacity").and_then(|text| text.parse().ok());
    view! {
        <Loaded resource=figures view=move |data: DashboardData| {
            let DashboardData { dashboard, words, histogram } = data;
            let people = dashboard.bands.iter().map(|band| band.count).sum();
            let lead = format!("Every {} of today with the risk that the live model sees, and why it sees it.", words.one);
            view! {
                <PageHeading title=format!("Who is likely to {}", words.verb)>
                    <p>{lead}</p>
                </PageHeading>
                <headlines::Headlines headlines=dashboard.headlines />
                <div class="columns">
                    <bands::Bands bands=dashboard.bands use_case=id.get() many=words.many.clone() />
                    <capacity::Capacity
                        points=dashboard.capacity
                        people=people
                        asked=capacity()
                        words=words.clone()
                        query=query.get().unwrap_or_default()
                    />
                </div>
                <PeopleSection table id query />
                <segments::Segments segments=dashboard.segments many=words.many.clone() />
                <div class="columns">
                    <drivers::Drivers drivers=dashboard.drivers />
                    <ChartFigure chart=histogram />
                </div>
            }
        } />
    }
}

/// The people table loads by itself: a filter asks for nothing but the table.
#[component]
fn PeopleSection(
    table: Resource<Result<PeoplePage, AppError>>,
    id: Memo<String>,
    query: Memo<Result<PeopleQuery, String>>,
) -> impl IntoView {
    view! {
        <section id="people" class="people">
            <Loaded resource=table view=move |page| {
                view! { <people::People page use_case=id.get() query=query.get().unwrap_or_default() /> }
            } />
        </section>
    }
}
