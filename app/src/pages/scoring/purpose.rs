//! Why somebody looks at people, where the policy of the installation asks for it.

use domain::Route;
use leptos::prelude::*;
use workflow::{Purpose, Tenure};

use crate::boxed::Erase;
use crate::components::form::Field;
use crate::components::heading::PageHeading;
use crate::server_page::Written;

/// The key of the purpose in an address.
pub const WHY: &str = "why";

/// The page that asks for a purpose, before anything about the person is looked up; `None` when none is needed, or a good one is named.
/// `hidden` are the pairs that the address must keep.
pub fn asked(tenure: &Tenure, use_case: &str, why: &str, page: &Route, hidden: &[(&str, &str)]) -> Option<Written> {
    let purposes = tenure.purposes(use_case);
    if purposes.is_empty() || purposes.iter().any(|purpose| purpose.key == why) {
        return None;
    }
    let problem = (!why.is_empty()).then(|| {
        view! { <div class="error-summary" role="alert" tabindex="-1" autofocus><h2>"There is a problem"</h2><ul><li><a href="#why" rel="external">"Choose one of the reasons."</a></li></ul></div> }
    });
    let hidden = hidden.iter().map(|(name, value)| view! { <input type="hidden" name=(*name).to_owned() value=(*value).to_owned() /> });
    let hidden = hidden.collect_view();
    let options = options(purposes);
    let dashboard = Route::Dashboard { use_case: use_case.into() };
    let action = page.path();
    let page = view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=dashboard.path()>"Dashboard"</a></nav>
        <PageHeading title="Why do you look?">
            <p>"What is said about one person is for a purpose. Choose yours: it is written to the record with your name, and shown to everybody who looks after you."</p>
        </PageHeading>
        {problem}
        <form method="get" action=action class="sheet">
            {hidden}
            <Field id="why" label="Reason">
                <select id="why" name=WHY required>{options}</select>
            </Field>
            <p class="actions"><button class="button">"Show"</button></p>
        </form>
    };
    Some(Written::page("Why do you look?", page))
}

fn options(purposes: &[Purpose]) -> Vec<AnyView> {
    let first = view! { <option value="">"Choose a reason"</option> }.erase();
    let option = |purpose: &Purpose| view! { <option value=purpose.key.clone()>{purpose.text.clone()}</option> }.erase();
    std::iter::once(first).chain(purposes.iter().map(option)).collect()
}
