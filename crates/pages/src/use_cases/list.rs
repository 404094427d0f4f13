//! The use cases of this installation.

use app::components::heading::PageHeading;
use app::components::table::{Cell, Heading, Row, Table};
use app::server_page::ServerPage;
use domain::Route;
use leptos::prelude::*;
use workflow::Role;

use crate::components::empty::Empty;
use crate::error::PageError;

pub(crate) async fn write() -> Result<ServerPage, PageError> {
    let (tenure, actor) = crate::context::get()?;
    actor.member()?;
    tenure.refresh_use_cases().await?;
    let row = |use_case: &std::sync::Arc<model::UseCase>| {
        let definition = tenure.definition(&use_case.id)?;
        let page = Route::Definition {
            use_case: use_case.id.as_str().into(),
        };
        Ok::<_, PageError>(Row::new(vec![
            Cell::link(page.path(), use_case.title.clone()),
            Cell::code(use_case.id.clone()),
            Cell::number(domain::format::count(use_case.inputs().count() as u32)),
            Cell::code(use_case.target.column.clone()),
            Cell::text(definition.origin.to_string()),
        ]))
    };
    let rows = tenure
        .use_cases()
        .iter()
        .map(row)
        .collect::<Result<Vec<_>, _>>()?;
    let headings = vec![
        Heading::text("Use case"),
        Heading::text("ID"),
        Heading::number("Inputs"),
        Heading::text("Outcome column"),
        Heading::text("Defined in"),
    ];
    let table = if rows.is_empty() {
        view! { <Empty title="No use cases yet"><p>"A use case defines what is predicted and for whom."</p></Empty> }.into_any()
    } else {
        view! { <Table headings rows class="list" scroll="Use cases" /> }.into_any()
    };
    let new = actor.is(Role::Admin).then(|| view! { <p class="actions"><a class="button" href=Route::NewUseCase.path()>"New use case from a file"</a></p> });
    Ok(ServerPage::page(
        "Use cases",
        view! {
            <PageHeading title="Use cases"><p>"What is predicted, for whom, and how files are read."</p></PageHeading>
            {table}
            {new}
        },
    ))
}
