//! The files of the built site, and the page of an address that leads nowhere.

use app::shell;
use axum::body::Body;
use axum::handler::HandlerWithoutStateExt;
use axum::http::{Request, StatusCode};
use axum::routing::MethodRouter;
use leptos::config::LeptosOptions;
use tower_http::services::ServeDir;

/// Serves the files of the site, compressed where the browser takes it, and else a page that says that there is nothing here (404).
///
/// Not `leptos_axum::file_and_error_handler`: it gives a file the response options of whichever page the thread is rendering, so that
/// status and headers (cookies too) of one person's page reach somebody else, and are missing on the page.
pub fn files(options: LeptosOptions, context: impl Fn() + Clone + Send + Sync + 'static) -> MethodRouter {
    let folder = options.site_root.to_string();
    let page = leptos_axum::render_app_async_with_context(context, move || shell(options.clone()));
    let nothing = move |request: Request<Body>| {
        let answer = page(request);
        async move {
            let mut answer = answer.await;
            // A page that has a status of its own, such as a redirect, keeps it.
            if answer.status() == StatusCode::OK {
                *answer.status_mut() = StatusCode::NOT_FOUND;
            }
            answer
        }
    };
    let files = ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(nothing.into_service());
    axum::routing::any_service(files)
}
