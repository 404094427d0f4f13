//! The error page.

use domain::Route;
use leptos::prelude::*;

use crate::error::{Kind, PageError};
use app::components::heading::PageHeading;
use app::server_page::ServerPage;

/// The page of an error, with its status.
pub fn failure(error: PageError) -> ServerPage {
    let title = error.kind.heading();
    ServerPage {
        status: error.kind.status(),
        ..ServerPage::page(title, view! { <Failure error /> })
    }
}

#[component]
fn Failure(error: PageError) -> AnyView {
    let again = matches!(
        error.kind,
        Kind::Internal | Kind::Unavailable | Kind::Offline | Kind::Conflict
    );
    let (heading, advice) = (error.kind.heading(), error.kind.advice());
    let way = if error.kind == Kind::SignIn {
        view! { <a class="button" href=Route::SignIn.path() rel="external">"Sign in"</a> }
            .into_any()
    } else {
        view! { <a class="button" href=Route::Home.path()>"Back to home"</a> }.into_any()
    };
    // The administrator finds the request in the log by this ID.
    let id = crate::error::request_id();
    let id = (!id.is_empty()).then(|| view! { <p class="aside">"Request "<code>{id}</code></p> });
    view! {
        <PageHeading title=heading>
            <p>{error.message}</p>
        </PageHeading>
        <p>{advice}</p>
        {id}
        <p class="actions">
            {way}
            {again.then(|| view! { <a class="button quiet" href="" rel="external">"Try again"</a> })}
        </p>
    }
    .into_any()
}
