//! The files of the built site, and the page of an address that leads nowhere.

use std::path::PathBuf;

use app::shell;
use axum::body::Body;
use axum::handler::HandlerWithoutStateExt;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::MethodRouter;
use leptos::config::LeptosOptions;
use tower::ServiceExt as _;
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
    let options_folder = format!("/{}/", options.site_pkg_dir);
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
    let current = options_folder;
    let files = ServeDir::new(folder)
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
        .call_fallback_on_method_not_allowed(true)
        .fallback(nothing.into_service());
    axum::routing::any(move |mut request: Request<Body>| {
        let files = files.clone();
        let is_current = request.uri().path().starts_with(&current) && current != PACKAGE;
        strip_hash(&mut request);
        async move {
            let mut response = files.oneshot(request).await.into_response();
            if is_current && response.status().is_success() {
                response.headers_mut().insert(
                    header::CACHE_CONTROL,
                    HeaderValue::from_static("public, max-age=31536000, immutable"),
                );
            }
            response
        }
    })
}

/// Digits of the hash in the address of the site's package.
const DIGITS: usize = 16;
/// Where the package lies.
const PACKAGE: &str = "/pkg/";

/// The folder of the package in addresses: with the hash of all its files, so that a browser may
/// keep them for good. Pages of an older version of the program find the files of this one.
///
/// # Errors
/// When a file cannot be read.
pub fn package_folder(root: &std::path::Path) -> Result<String> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root.join("pkg"))
        .map_err(Error::caused)?
        .map(|entry| Ok(entry?.path()))
        .collect::<std::io::Result<_>>()
        .map_err(Error::caused)?;
    files.retain(|path| path.is_file());
    files.sort();
    let mut all = String::new();
    for file in files {
        let bytes = std::fs::read(&file).map_err(Error::caused)?;
        all.push_str(&file.file_name().unwrap_or_default().to_string_lossy());
        all.push_str(&store::artifacts::hash(&bytes));
    }
    let hash = store::artifacts::hash(all.as_bytes());
    Ok(format!("pkg/{}", &hash[..DIGITS]))
}

/// `/pkg/0123456789abcdef/tenure.css` → `/pkg/tenure.css`.
fn strip_hash(request: &mut Request<Body>) {
    let is_hash =
        |hash: &str| hash.len() == DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let plain = request
        .uri()
        .path()
        .strip_prefix(PACKAGE)
        .and_then(|rest| rest.split_once('/'))
        .filter(|(hash, _)| is_hash(hash))
        .and_then(|(_, file)| format!("{PACKAGE}{file}").parse().ok());
    if let Some(plain) = plain {
        *request.uri_mut() = plain;
    }
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
