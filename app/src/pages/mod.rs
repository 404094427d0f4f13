//! One folder or file per page. Most are rendered by the server only (`write`); the dashboard and
//! the what-if page have parts that run in the browser.

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
mod file_format;
#[cfg(feature = "ssr")]
mod glossary;
#[cfg(feature = "ssr")]
mod jobs;
#[cfg(feature = "ssr")]
mod monitoring;
#[cfg(feature = "ssr")]
mod query;
#[cfg(feature = "ssr")]
mod refused;
#[cfg(feature = "ssr")]
mod registry;
#[cfg(feature = "ssr")]
mod review;
#[cfg(feature = "ssr")]
pub mod runs;
#[cfg(feature = "ssr")]
mod training;

#[cfg(feature = "ssr")]
use domain::{Route, query::pairs};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::hooks::use_location;
#[cfg(feature = "ssr")]
pub use monitoring::report::html as drift_report;
#[cfg(feature = "ssr")]
use query::Query;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::error::Kind;
use crate::server_page::{Address, ServerPage, server_page, show_page};

/// The kind of page at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    Dashboard,
    WhatIf,
    ServerRendered,
}

impl PageKind {
    /// By the parts of the path, since [`Route::parse`] would add every address of the site to the
    /// browser build.
    fn of_path(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["use-case", _] => Self::Dashboard,
            ["use-case", _, "what-if"] => Self::WhatIf,
            _ => Self::ServerRendered,
        }
    }
}

/// Path and query string while they are of this kind of page: a page that is being left sends no
/// more requests.
pub fn address_of(kind: PageKind) -> Memo<Address> {
    let location = use_location();
    Memo::new(move |before: Option<&Address>| {
        let path = location.pathname.get();
        match before {
            Some(before) if PageKind::of_path(&path) != kind => before.clone(),
            _ => [path, location.search.get()],
        }
    })
}

/// Any page that is rendered by the server only.
#[component]
pub fn ServerRenderedPage() -> AnyView {
    let address = address_of(PageKind::ServerRendered);
    server_page(
        move || address.get(),
        |[path, query]| Box::pin(load_page(path, query)),
        show_page,
    )
}

#[server(prefix = "/fn", endpoint = "page", input = GetUrl)]
pub async fn load_page(
    path: String,
    #[server(default)] query: String,
) -> Result<ServerPage, AppError> {
    Ok(write(&path, &query)
        .await
        .unwrap_or_else(crate::components::failure::failure))
}

/// Renders the page at a path.
#[cfg(feature = "ssr")]
async fn write(path: &str, query: &str) -> Result<ServerPage, AppError> {
    let query = Query(pairs(query));
    let route = Route::parse(path).ok_or_else(no_page)?;
    match route {
        Route::Person { use_case, person } => {
            scoring::person::write(&use_case, &person, &query).await
        }
        Route::Runs { use_case } => runs::list::write(&use_case, &query).await,
        Route::Models { use_case } => registry::list::write(&use_case).await,
        Route::Model { use_case, version } => registry::version::write(&use_case, version).await,
        Route::ModelReview { use_case, version } => review::write(&use_case, version, &query).await,
        Route::ModelCard { use_case, version } => card::write(&use_case, version).await,
        Route::ModelFairness { use_case, version } => {
            fairness::write(&use_case, version, &query).await
        }
        Route::Reviews { use_case } => review::queue::write(&use_case, &query).await,
        Route::AuditLog => audit::write(&query).await,
        Route::Glossary => glossary::write(),
        Route::Train { use_case } => training::write(&use_case, &query).await,
        Route::Jobs { use_case } => jobs::list::write(&use_case).await,
        Route::Job { job } => jobs::job::write(&job, &query).await,
        Route::Datasets { use_case } => datasets::write_list(&use_case, &query).await,
        Route::DatasetCompare { use_case } => datasets::write_compare(&use_case, &query).await,
        Route::Dataset { use_case, dataset } => datasets::write_dataset(&use_case, &dataset).await,
        Route::SignIn => Ok(accounts::sign_in::write(&query)),
        Route::SetUp { link } => accounts::sign_in::write_set_up(&link).await,
        Route::Account => accounts::account::write().await,
        Route::Users => accounts::users::write().await,
        Route::DriftHistory { use_case } => monitoring::write(&use_case, &query).await,
        Route::DriftCompare { use_case } => monitoring::write_compare(&use_case, &query).await,
        Route::DriftSimulate { use_case } => monitoring::write_simulate(&use_case, &query).await,
        Route::DriftCheck { use_case, check } => {
            monitoring::write_check(&use_case, &check, &query).await
        }
        Route::Outcomes { use_case } => monitoring::write_outcomes(&use_case, &query).await,
        Route::RunCompare => runs::compare::write(&query).await,
        Route::Run { run } => runs::run::write(&run, None).await,
        Route::RunPart { run, part } => runs::run::write(&run, Some(part)).await,
        Route::RunFile { run, name } => runs::run::write_file(&run, &name).await,
        // Pages with parts in the browser, forms and files: the router does not send them here.
        Route::Home
        | Route::Dashboard { .. }
        | Route::WhatIf { .. }
        | Route::SignOut
        | Route::ChangePassword
        | Route::SignOutEverywhere
        | Route::CreateToken
        | Route::RevokeToken
        | Route::SetRoles
        | Route::SetDisabled
        | Route::RenewSetUp
        | Route::AuditExport
        | Route::AuditCsv
        | Route::PeopleCsv { .. }
        | Route::LiveModel { .. }
        | Route::DatasetImport { .. }
        | Route::DatasetWithdraw { .. }
        | Route::OutcomesImport { .. }
        | Route::DatasetProfileHtml { .. }
        | Route::DatasetProfileJson { .. }
        | Route::RunCompareHtml
        | Route::Artifact { .. }
        | Route::ModelCardHtml { .. }
        | Route::ModelCardMarkdown { .. }
        | Route::ModelFairnessHtml { .. }
        | Route::DriftExport { .. } => Err(no_page()),
    }
}

#[cfg(feature = "ssr")]
fn no_page() -> AppError {
    AppError::new(Kind::NotFound, "This page does not exist.")
}

#[cfg(test)]
mod tests {
    use super::PageKind;

    #[test]
    fn a_path_has_one_kind_of_page() {
        assert_eq!(PageKind::of_path("/use-case/churn/"), PageKind::Dashboard);
        assert_eq!(
            PageKind::of_path("/use-case/churn/what-if"),
            PageKind::WhatIf
        );
        assert_eq!(
            [
                PageKind::of_path("/runs/1"),
                PageKind::of_path("/use-case/churn/runs"),
                PageKind::of_path("/x")
            ],
            [PageKind::ServerRendered; 3]
        );
    }
}
