//! The start: goes to the dashboard of the first use case.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::components::empty::Empty;
use crate::components::failure::Loaded;
use crate::components::heading::PageHeading;
use crate::frame::load_status;

#[component]
pub fn HomePage() -> impl IntoView {
    let status = Resource::new(|| (), |()| load_status(String::new()));
    view! {
        <Loaded resource=status view=|status| match status.use_cases.first() {
            Some((id, _)) => view! { <Redirect path=format!("/use-case/{id}") /> }.into_any(),
            None => view! {
                <PageHeading title="Tenure" />
                <Empty title="There is no use case yet">
                    <p>"A use case says what is predicted, and for whom. See " <code>"tenure use-case --help"</code> "."</p>
                </Empty>
            }
            .into_any(),
        } />
    }
}
