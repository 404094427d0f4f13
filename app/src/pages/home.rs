//! The start: goes to the dashboard of the first use case.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::erase::Erase;
use views::Status;

use crate::answer::page_data;
use crate::components::empty::Empty;
use crate::components::failure::loaded;
use crate::components::heading::PageHeading;
use crate::frame::load_status;

#[component]
pub fn HomePage() -> AnyView {
    let status = page_data(Default::default, |_| Box::pin(load_status(String::new())));
    loaded(status, |status: Status| match status.use_cases.first() {
        Some((id, _)) => view! { <Redirect path=format!("/use-case/{id}") /> }.erase(),
        None => view! {
            <PageHeading title="Tenure" />
            <Empty title="There is no use case yet">
                <p>"A use case says what is predicted, and for whom. See " <code>"tenure use-case --help"</code> "."</p>
            </Empty>
        }
        .erase(),
    })
}
