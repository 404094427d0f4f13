//! One folder or file a page. Most are written by the server alone ([`write()`]); the dashboard and the what-if form have parts that run
//! in the browser.

pub mod home;
pub mod scoring;

#[cfg(feature = "ssr")]
mod accounts;
#[cfg(feature = "ssr")]
mod audit;
#[cfg(feature = "ssr")]
pub mod card;
#[cfg(feature = "ssr")]
pub mod datasets;
#[cfg(feature = "ssr")]
pub mod fairness;
#[cfg(feature = "ssr")]
mod jobs;
#[cfg(feature = "ssr")]
mod monitoring;
#[cfg(feature = "ssr")]
mod registry;
#[cfg(feature = "ssr")]
mod review;
#[cfg(feature = "ssr")]
pub mod runs;
#[cfg(feature = "ssr")]
mod training;

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::hooks::use_location;
#[cfg(feature = "ssr")]
pub use monitoring::report::html as drift_report;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::error::Kind;
use crate::server_page::{Address, Written, show_page, written};

/// What kind of page stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Dashboard,
    WhatIf,
    Written,
}

impl Place {
    fn of_path(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["use-case", _] => Self::Dashboard,
            ["use-case", _, "what-if"] => Self::WhatIf,
            _ => Self::Written,
        }
    }
}

/// Path and query string while they are of this kind of page: a page that is being left asks for nothing more.
pub fn address_of(place: Place) -> Memo<Address> {
    let location = use_location();
    Memo::new(move |before: Option<&Address>| {
        let path = location.pathname.get();
        match before {
            Some(before) if Place::of_path(&path) != place => before.clone(),
            _ => [path, location.search.get()],
        }
    })
}

/// Any page that is only written.
#[component]
pub fn WrittenPage() -> AnyView {
    let address = address_of(Place::Written);
    written(move || address.get(), |[path, query]| Box::pin(load_page(path, query)), show_page)
}

#[server(prefix = "/fn", endpoint = "page", input = GetUrl)]
pub async fn load_page(path: String, #[server(default)] query: String) -> Result<Written, AppError> {
    Ok(write(&path, &query).await.unwrap_or_else(crate::components::failure::failure))
}

/// Writes the page at a path.
#[cfg(feature = "ssr")]
async fn write(path: &str, query: &str) -> Result<Written, AppError> {
    let parts: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(domain::query::decode).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let query = Query(domain::query::pairs(query));
    match parts.as_slice() {
        ["use-case", id, "person", person] => scoring::person::write(id, person, &query).await,
        ["use-case", id, "runs"] => runs::list::write(id, &query).await,
        ["use-case", id, "models"] => registry::list::write(id).await,
        ["use-case", id, "models", version] => registry::version::write(id, version).await,
        ["use-case", id, "models", version, "review"] => review::write(id, version, &query).await,
        ["use-case", id, "review"] => review::queue::write(id, &query).await,
        ["audit"] => audit::write(&query).await,
        ["use-case", id, "train"] => training::write(id, &query).await,
        ["use-case", id, "jobs"] => jobs::list::write(id).await,
        ["jobs", id] => jobs::job::write(id, &query).await,
        ["use-case", id, "data"] => datasets::write_list(id, &query).await,
        ["use-case", id, "data", "compare"] => datasets::write_compare(id, &query).await,
        ["use-case", id, "data", dataset] => datasets::write_dataset(id, dataset).await,
        ["use-case", id, "models", version, "card"] => card::write(id, version).await,
        ["use-case", id, "models", version, "fairness"] => fairness::write(id, version, &query).await,
        ["sign-in"] => Ok(accounts::sign_in::write(&query)),
        ["set-up", link] => accounts::sign_in::write_set_up(link).await,
        ["account"] => accounts::account::write().await,
        ["users"] => accounts::users::write().await,
        ["use-case", id, "drift"] => monitoring::write(id, &query).await,
        ["use-case", id, "drift", "compare"] => monitoring::write_compare(id, &query).await,
        ["use-case", id, "drift", "simulate"] => monitoring::write_simulate(id, &query).await,
        ["use-case", id, "drift", check] => monitoring::write_check(id, check, &query).await,
        ["use-case", id, "outcomes"] => monitoring::write_outcomes(id, &query).await,
        ["runs", "compare"] => runs::compare::write(&query).await,
        ["runs", run, part @ ..] => runs::run::write(run, part).await,
        _ => Err(AppError::new(Kind::NotFound, "There is no page at this address.")),
    }
}

/// The decoded pairs of a query string.
#[cfg(feature = "ssr")]
struct Query(Vec<(String, String)>);

#[cfg(feature = "ssr")]
impl Query {
    /// The last value of a key, without spaces around it; empty when there is none.
    fn one(&self, key: &str) -> &str {
        self.0.iter().rev().find(|(known, _)| known == key).map_or("", |(_, value)| value.trim())
    }

    /// Every value of a key that is not empty.
    fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, value)| known == key && !value.is_empty()).map(|(_, value)| value.as_str())
    }
}

/// The use case that a path is about.
#[cfg(feature = "ssr")]
fn use_case_of(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty()).nth(1).map(domain::query::decode).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_path_has_one_kind_of_page() {
        assert_eq!(Place::of_path("/use-case/churn/"), Place::Dashboard);
        assert_eq!(Place::of_path("/use-case/churn/what-if"), Place::WhatIf);
        assert_eq!([Place::of_path("/runs/1"), Place::of_path("/use-case/churn/runs"), Place::of_path("/x")], [Place::Written; 3]);
    }
}
