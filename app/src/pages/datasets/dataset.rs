//! One dataset version: where it comes from, and its profile.

use domain::{Route, UseCaseId};
use leptos::prelude::*;
use workflow::data_profile::DataProfile;
use workflow::datasets::DatasetRow;

use super::{list, profile};
use crate::boxed::Erase;
use crate::components::heading::PageHeading;
use crate::components::table::Facts;
use crate::error::AppError;
use crate::format;
use crate::server_page::Written;

/// Writes the page.
pub(super) async fn write(use_case: &str, prefix: &str) -> Result<Written, AppError> {
    let (tenure, actor) = crate::context::get()?;
    let (dataset, found) = tenure.data_profile(&actor.member()?, Some(use_case), prefix).await?;
    let use_case = UseCaseId::from(use_case);
    let page = tokio::task::spawn_blocking(move || {
        let title = dataset.name.clone();
        Written::page(title, view! { {heading(&dataset, &use_case)}{profile::profile(&found)} })
    });
    page.await.map_err(crate::context::broken)
}

/// The profile of a dataset version as one file that needs nothing but itself.
pub fn file(dataset: &DatasetRow, found: &DataProfile, made_at: &str) -> String {
    let source = format!("Made by Tenure on {made_at} from dataset {} (SHA-256 {}).", dataset.id, dataset.hash);
    let facts = list::facts(dataset);
    crate::standalone::document(&format!("Data profile: {}", dataset.name), &source, || {
        let (title, summary) = (dataset.name.clone(), summary(found));
        view! { <PageHeading title><p>{summary}</p></PageHeading><Facts facts class="facts" />{profile::profile(found)} }.erase()
    })
}

/// The profile of any table as one file that needs nothing but itself.
pub fn file_of(title: &str, found: &DataProfile, made_at: &str) -> String {
    crate::standalone::document(&format!("Data profile: {title}"), &format!("Made by Tenure on {made_at}."), || {
        let (title, summary) = (title.to_owned(), summary(found));
        view! { <PageHeading title><p>{summary}</p></PageHeading>{profile::profile(found)} }.erase()
    })
}

fn heading(dataset: &DatasetRow, use_case: &UseCaseId) -> AnyView {
    let list = Route::Datasets { use_case: use_case.clone() };
    let html = Route::DatasetProfileHtml { use_case: use_case.clone(), dataset: (&dataset.id).into() };
    let json = Route::DatasetProfileJson { use_case: use_case.clone(), dataset: (&dataset.id).into() };
    let facts = list::facts(dataset);
    view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=list.path()>"Data"</a></nav>
        <PageHeading title=dataset.name.clone()>
            <p>"What is in this version, column by column."</p>
        </PageHeading>
        <Facts facts class="facts" />
        <p class="actions">
            <a class="button quiet" href=html.path() rel="external" download="">"Download as one HTML file"</a>
            <a class="button quiet" href=json.path() rel="external" download="">"Download as JSON"</a>
        </p>
    }
    .erase()
}

fn summary(found: &DataProfile) -> String {
    format!("{} rows, {} columns.", format::count(found.rows as u32), found.columns.len())
}
