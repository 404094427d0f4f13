//! The web server: pages, files, health. Each route authorises by itself, through `workflow`.

mod api;
mod files;
mod health;
mod problem;
mod reports;
mod request_id;

use std::path::PathBuf;

use app::{App, shell};
use axum::Router;
use axum::extract::FromRef;
use axum::http::{HeaderValue, header};
use axum::routing::get;
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use workflow::{Actor, Error, Result, Tenure};

use crate::settings::Place;

/// What every handler may ask for.
#[derive(Clone)]
pub struct Desk {
    tenure: Tenure,
    options: LeptosOptions,
}

impl FromRef<Desk> for Tenure {
    fn from_ref(desk: &Desk) -> Self {
        desk.tenure.clone()
    }
}

impl FromRef<Desk> for LeptosOptions {
    fn from_ref(desk: &Desk) -> Self {
        desk.options.clone()
    }
}

/// Serves until the process is asked to stop.
///
/// # Errors
/// When the address is none or is taken, or the site was not built.
pub async fn serve(place: &Place, tenure: Tenure) -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TENURE_LOG").unwrap_or_else(|_| "warn,server=info,workflow=info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let address = place.addr();
    let listener = tokio::net::TcpListener::bind(address).await.map_err(|error| Error::Invalid(format!("{address}: {error}")))?;
    let bound = listener.local_addr().map_err(|error| Error::Internal(error.to_string()))?;
    let router = router(tenure, bound)?;
    println!("Tenure is at http://{bound}");
    axum::serve(listener, router).with_graceful_shutdown(stop()).await.map_err(|error| Error::Internal(error.to_string()))
}

async fn stop() {
    let terminated = async {
        if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            signal.recv().await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// The router over a store.
///
/// # Errors
/// When the site was not built.
pub fn router(tenure: Tenure, address: std::net::SocketAddr) -> Result<Router> {
    let options = LeptosOptions::builder()
        .output_name("tenure")
        .site_root(site_root()?.to_string_lossy().into_owned())
        .site_pkg_dir("pkg")
        .site_addr(address)
        .build();
    let desk = Desk { tenure: tenure.clone(), options: options.clone() };
    let context = move || {
        provide_context(tenure.clone());
        provide_context(Actor::everything());
    };
    let fixed =
        |name: header::HeaderName, value: &'static str| SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value));
    Ok(Router::new()
        .route("/healthz", get(health::alive))
        .route("/health", get(health::health))
        .route("/use-case/{id}/people.csv", get(files::people_csv))
        .route("/use-case/{id}/model.bin", get(files::live_model))
        .route("/use-case/{id}/models/{version}/fairness.html", get(reports::fairness))
        .route("/artifacts/{id}/{name}", get(files::run_file))
        .nest("/api/v1", api::router())
        .leptos_routes_with_context(&desk, generate_route_list(App), context.clone(), {
            let options = options.clone();
            move || shell(options.clone())
        })
        .fallback(leptos_axum::file_and_error_handler_with_context::<Desk, _>(context, shell))
        .layer(fixed(header::CACHE_CONTROL, "no-cache"))
        .layer(fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(fixed(header::X_FRAME_OPTIONS, "DENY"))
        .layer(fixed(header::REFERRER_POLICY, "same-origin"))
        .layer(CatchPanicLayer::new())
        .layer(axum::middleware::from_fn(request_id::name_request))
        .with_state(desk))
}

/// The built site: where `TENURE_SITE` says, beside the binary, or in its build folder.
fn site_root() -> Result<PathBuf> {
    let near_binary = std::env::current_exe().ok().and_then(|binary| Some(binary.parent()?.to_path_buf()));
    let places = [
        std::env::var_os("TENURE_SITE").map(PathBuf::from),
        near_binary.as_ref().map(|folder| folder.join("site")),
        near_binary.as_ref().and_then(|folder| Some(folder.parent()?.join("site"))),
    ];
    let found = places.into_iter().flatten().find(|folder| folder.join("pkg").is_dir());
    found.ok_or_else(|| Error::Invalid("the pages are not built: run `make build`, or name their folder in TENURE_SITE".into()))
}
