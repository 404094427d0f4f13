//! The HTML document and the routes.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::SsrMode;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::components::heading::PageHeading;
use crate::layout::Frame;
use crate::pages;
use crate::server_page::PageTitle;
use crate::theme::Theme;

/// The document around the app. The theme comes from the cookie, so that nothing flashes.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let folder = options.site_pkg_dir.clone();
    let font = format!("/{folder}/inter-latin-wght-normal.woff2");
    let style = format!("/{folder}/tenure.css");
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=Theme::current().name()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="preload" href=font r#as="font" r#type="font/woff2" crossorigin="anonymous" />
                <link rel="stylesheet" href=style />
                <link rel="icon" href="/favicon.svg" r#type="image/svg+xml" />
                <HydrationScripts options />
                <script src="/copy.js" defer></script>
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The app. Every page is fully rendered on the server ([`SsrMode::Async`]): it works without
/// JavaScript.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|title| format!("{title} · Tenure") text="Tenure" />
        <Router>
            <Routes fallback=NotFound>
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("") view=pages::home::HomePage ssr=SsrMode::Async />
                    <Route path=path!("use-case/:use_case") view=pages::scoring::dashboard::DashboardPage ssr=SsrMode::Async />
                    <Route path=path!("use-case/:use_case/what-if") view=pages::scoring::what_if::WhatIfPage ssr=SsrMode::Async />
                    // Everything else is rendered by the server only: `pages::write` has the
                    // addresses.
                    <Route path=path!("use-case/:use_case/*rest") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("jobs/*rest") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("runs/*rest") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("use-cases") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("use-cases/new") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("use-cases/draft") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("audit") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("help/glossary") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("operations") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("users") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("account") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("sign-in") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                    <Route path=path!("set-up/:link") view=pages::ServerRenderedPage ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}

#[component]
fn NotFound() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::server_page::respond(use_context::<leptos_axum::ResponseOptions>().as_ref(), 404);
    view! {
        <main id="main" class="alone">
            <PageTitle title="Page not found".to_owned() />
            <PageHeading title="Page not found">
                <p>"This page does not exist. Check the address."</p>
            </PageHeading>
            <p class="actions">
                <a class="button" href="/">"Back to home"</a>
            </p>
        </main>
    }
}
