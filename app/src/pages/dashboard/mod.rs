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
use views::{Dashboard, PeopleQuery};

use crate::answer::{Answer, page_data};
use crate::components::chart::{Chart, ChartFigure};
use crate::components::failure::loaded;
use crate::components::heading::PageHeading;
#[cfg(feature = "ssr")]
use crate::error::{AppError, Kind};
use crate::pages::path_parameter;

/// The dashboard with its drawing and the words of its use case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DashboardData {
    dashboard: Dashboard,
    words: Words,
    histogram: Chart,
}

#[server(prefix = "/fn", endpoint = "dashboard", input = GetUrl)]
pub async fn load_dashboard(use_case: String) -> Answer {
    let (tenure, actor) = crate::desk::desk()?;
    let words = tenure.status(&actor, Some(&use_case)).await.map_err(crate::desk::refuse)?.words;
    let dashboard = tenure.dashboard(&actor, &use_case).await.map_err(crate::desk::refuse)?;
    let histogram = crate::charts::histogram::scores(&dashboard.histogram, &words.many);
    crate::answer::Packed::new(&DashboardData { dashboard, words, histogram })
}

/// `query`: the query string of the address.
#[server(prefix = "/fn", endpoint = "people", input = GetUrl)]
pub async fn load_people(use_case: String, #[server(default)] query: String) -> Answer {
    let (tenure, actor) = crate::desk::desk()?;
    let query = PeopleQuery::from_pairs(views::address::pairs(&query))
        .map_err(|sentence| crate::desk::answer(AppError::new(Kind::BadRequest, sentence)))?;
    crate::answer::Packed::new(&tenure.people(&actor, &use_case, &query).await.map_err(crate::desk::refuse)?)
}

#[component]
pub fn DashboardPage() -> AnyView {
    let id = path_parameter("id");
    let address = use_query_map();
    let query = Memo::new(move |_| PeopleQuery::from_pairs(address.read().latest_values()).unwrap_or_default());
    let asked = Memo::new(move |_| {
        let pairs: Vec<_> = address.read().latest_values().map(|(key, value)| (key.to_string(), value.to_owned())).collect();
        views::address::query_string(&pairs)
    });
    let figures = page_data(move || [id.get(), String::new(), String::new()], |[id, ..]| Box::pin(load_dashboard(id)));
    let table = page_data(move || [id.get(), asked.get(), String::new()], |[id, query, _]| Box::pin(load_people(id, query)));
    let capacity = move || address.read_untracked().get("capacity").and_then(|text| text.parse().ok());
    loaded(figures, move |data: DashboardData| {
        let DashboardData { dashboard, words, histogram } = data;
        let people = dashboard.bands.iter().map(|band| band.count).sum();
        let lead = format!("Every {} of today with the risk that the live model sees, and why it sees it.", words.one);
        // The people table loads by itself: a filter asks for nothing but the table.
        let people_table = loaded(table, move |page| {
            view! { <people::People page use_case=id.get_untracked() query=query.get_untracked() /> }
        });
        view! {
            <PageHeading title=format!("Who is likely to {}", words.verb)>
                <p>{lead}</p>
            </PageHeading>
            <headlines::Headlines headlines=dashboard.headlines />
            <div class="columns">
                <bands::Bands bands=dashboard.bands use_case=id.get_untracked() many=words.many.clone() />
                <capacity::Capacity
                    points=dashboard.capacity
                    people=people
                    asked=capacity()
                    words=words.clone()
                    query=query.get_untracked()
                />
            </div>
            <section id="people" class="people">{people_table}</section>
            <segments::Segments segments=dashboard.segments many=words.many.clone() />
            <div class="columns">
                <drivers::Drivers drivers=dashboard.drivers />
                <ChartFigure chart=histogram />
            </div>
        }
    })
}
