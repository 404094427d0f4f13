//! The error page.

use domain::Route;
use leptos::prelude::*;

use super::heading::PageHeading;
use crate::boxed::IntoBoxed;
use crate::error::{AppError, Kind};
use crate::server_page::ServerPage;

/// The page of an error, with its status.
pub fn failure(error: AppError) -> ServerPage {
    let title = error.heading();
    ServerPage {
        status: error.status(),
        ..ServerPage::page(title, view! { <Failure error /> })
    }
}

#[component]
fn Failure(error: AppError) -> AnyView {
    let again = matches!(
        error.kind,
        Kind::Internal | Kind::Unavailable | Kind::Offline | Kind::Conflict
    );
    let (heading, advice) = (error.heading(), error.advice());
    let way = if error.kind == Kind::SignIn {
        view! { <a class="button" href=Route::SignIn.path() rel="external">"Sign in"</a> }.boxed()
    } else {
        view! { <a class="button" href=Route::Home.path()>"Back to home"</a> }.boxed()
    };
    // The administrator finds the request in the log by this ID.
    let id = crate::context::request_id();
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
    .boxed()
}
