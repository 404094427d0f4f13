//! The files of the built site, and the page of an address that leads nowhere.

use std::path::PathBuf;

use app::shell;
use axum::body::Body;
use axum::handler::HandlerWithoutStateExt;
use axum::http::{Request, StatusCode};
use axum::routing::MethodRouter;
use leptos::config::LeptosOptions;
use tower_http::services::ServeDir;
use workflow::{Error, Result};

/// Serves the files of the site, compressed where the browser takes it, and else a page that says
/// that there is nothing here (404).
///
/// Not `leptos_axum::file_and_error_handler`: it gives a file the response options of whichever
/// page the thread is rendering, so that status and headers (cookies too) of one person's page
/// reach somebody else, and are missing on the page.
pub fn files(
    options: LeptosOptions,
    context: impl Fn() + Clone + Send + Sync + 'static,
) -> MethodRouter {
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

/// The built site: in `TENURE_SITE`, beside the binary, or in its build folder.
///
/// # Errors
/// When the site was not built.
pub fn root() -> Result<PathBuf> {
    let near_binary = std::env::current_exe()
        .ok()
        .and_then(|binary| Some(binary.parent()?.to_path_buf()));
    let places = [
        std::env::var_os("TENURE_SITE").map(PathBuf::from),
        near_binary.as_ref().map(|folder| folder.join("site")),
        near_binary
            .as_ref()
            .and_then(|folder| Some(folder.parent()?.join("site"))),
    ];
    let found = places
        .into_iter()
        .flatten()
        .find(|folder| folder.join("pkg").is_dir());
    found.ok_or_else(|| {
        Error::Invalid(
            "The web pages are not built. Run `make build`, or set TENURE_SITE to their folder."
                .into(),
        )
    })
}
