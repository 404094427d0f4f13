//! The dashboard of a use case: key figures, risk bands, conversation capacity, risk by group,
//! people and drivers.

pub mod capacity;

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use crate::boxed::IntoBoxed;
use crate::error::AppError;
use crate::pages::{PageKind, address_of};
use crate::server_page::{PageTitle, ServerPage, ask, server_page, show_answer, show_page};
use capacity::{Capacity, CapacityData};

/// Everything but the people table. `query`: the query string of the address.
#[server(prefix = "/fn", endpoint = "dashboard", input = GetUrl)]
pub async fn load_dashboard(
    path: String,
    #[server(default)] query: String,
) -> Result<ServerPage, AppError> {
    crate::renderer::rendered(|renderer| renderer.dashboard, [path, query]).await
}

/// The people table. `query`: the query string of the address.
#[server(prefix = "/fn", endpoint = "people", input = GetUrl)]
pub async fn load_people(
    path: String,
    #[server(default)] query: String,
) -> Result<ServerPage, AppError> {
    crate::renderer::rendered(|renderer| renderer.people, [path, query]).await
}

#[component]
pub fn DashboardPage() -> AnyView {
    let address = address_of(PageKind::Dashboard);
    // The figures do not depend on the filters: a filter reloads the table only.
    let path = Memo::new(move |_| address.with(|[path, _]| path.clone()));
    let people = ask(
        move || address.get(),
        |[path, query]| Box::pin(load_people(path, query)),
    );
    server_page(
        move || {
            [
                path.get(),
                address.with_untracked(|[_, query]| query.clone()),
            ]
        },
        |[path, query]| Box::pin(load_dashboard(path, query)),
        move |figures| match figures.open::<CapacityData>() {
            None => show_page(figures),
            Some(data) => {
                let people = show_answer(people, |table| table.part(0));
                let (top, bands, groups, rest) = (
                    figures.part(0),
                    figures.part(1),
                    figures.part(2),
                    figures.part(3),
                );
                view! {
                    <PageTitle title=figures.title />
                    {top}
                    <div class="columns">
                        {bands}
                        <Capacity data />
                    </div>
                    {groups}
                    <section id="people" class="people">
                        {people}
                    </section>
                    {rest}
                }
                .boxed()
            }
        },
    )
}
