//! The purpose of access to data about people, where the installation requires one.

use domain::Route;
use leptos::prelude::*;
use workflow::{Purpose, Tenure};

use app::components::form::Field;
use app::components::heading::PageHeading;
use app::server_page::ServerPage;

/// The key of the purpose in an address.
pub const WHY: &str = "why";

/// The page that asks for a purpose of access, before anything about the person is read; `None`
/// when none is required or a valid one is given. `hidden`: pairs that stay in the address.
pub fn asked(
    tenure: &Tenure,
    use_case: &str,
    why: &str,
    page: &Route,
    hidden: &[(&str, &str)],
) -> Option<ServerPage> {
    let purposes = tenure.purposes(use_case);
    if purposes.is_empty() || purposes.iter().any(|purpose| purpose.key == why) {
        return None;
    }
    let problem = (!why.is_empty()).then(|| {
        view! { <div class="error-summary" role="alert" tabindex="-1" autofocus><h2>"There is a problem"</h2><ul><li><a href="#why" rel="external">"Choose a reason from the list."</a></li></ul></div> }
    });
    let hidden = hidden.iter().map(|(name, value)| view! { <input type="hidden" name=(*name).to_owned() value=(*value).to_owned() /> });
    let hidden = hidden.collect_view();
    let options = options(purposes);
    let dashboard = Route::Dashboard {
        use_case: use_case.into(),
    };
    let action = page.path();
    let page = view! {
        <nav class="crumbs" aria-label="Breadcrumb"><a href=dashboard.path()>"Dashboard"</a></nav>
        <PageHeading title="Reason for access">
            <p>"Choose a reason to open this page. It is stored in the audit log with your name and is visible to anyone who opens this page later."</p>
        </PageHeading>
        {problem}
        <form method="get" action=action class="sheet">
            {hidden}
            <Field id="why" label="Reason for access">
                <select id="why" name=WHY required>{options}</select>
            </Field>
            <p class="actions"><button class="button">"Continue"</button></p>
        </form>
    };
    Some(ServerPage::page("Reason for access", page))
}

fn options(purposes: &[Purpose]) -> Vec<AnyView> {
    let first = view! { <option value="">"Choose a reason"</option> }.into_any();
    let option = |purpose: &Purpose| {
        view! { <option value=purpose.key.clone()>{purpose.text.clone()}</option> }.into_any()
    };
    std::iter::once(first)
        .chain(purposes.iter().map(option))
        .collect()
}
