//! The web server: pages, files, health checks. Each route authorizes through `workflow`.

mod accounts;
mod api;
mod auth;
mod compression;
mod csrf;
mod downloads;
mod events;
mod health;
mod http_metrics;
mod import_form;
mod metrics;
mod mlflow;
mod problem;
mod rate_limit;
mod request_id;
mod security_headers;
mod site;
mod state;
#[cfg(test)]
mod tests;
mod traces;
mod use_cases;

use std::sync::OnceLock;

use app::{App, shell};
use axum::Router;
use axum::http::request::Parts;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use domain::Route;
use domain::route::pattern;
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{AxumRouteListing, LeptosRoutes, generate_route_list};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_sessions::cookie::SameSite;
use tower_sessions::{Expiry, SessionManagerLayer};
use workflow::{Error, Result, Role, Tenure};

use self::state::AppState;
use crate::serving::Serving;
use crate::settings::{Config, LogFormat};

/// Serves until the process is asked to stop. `vacant`: the roles that nobody has.
///
/// # Errors
/// When the address is invalid or in use, or the site was not built.
pub async fn serve(config: &Config, tenure: Tenure, vacant: &[Role]) -> Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TENURE_LOG")
        .unwrap_or_else(|_| "warn,tower_sessions_core=error".into());
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match config.log_format() {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    for file in tenure.skipped_use_cases() {
        tracing::warn!(file = %file.path.display(), "use-case file skipped: {}", file.problem);
    }
    let address = config.addr();
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .map_err(|error| {
            Error::Invalid(format!(
                "The server could not listen on {address}: {error}."
            ))
        })?;
    let bound = listener.local_addr().map_err(Error::caused)?;
    let link = tenure.first_set_up().await?;
    let (stopped, stopping) = tokio::sync::watch::channel(false);
    let mut state = AppState::new(config, tenure, bound, stopping)?;
    state.tenure = state.tenure.at_address(&state.public_url);
    let serving = Serving {
        url: state.public_url.clone(),
        bound,
    };
    // Removed when the server has stopped.
    let _note = serving.note(&config.data_dir())?;
    println!("Tenure is running at {}", state.public_url);
    if config.behind_proxy && config.public_url().is_none() {
        eprintln!(
            "warning: Behind a proxy, set --public-url to the address that people use; links begin with {} now.",
            state.public_url
        );
    }
    if let Some(link) = link {
        let page = Route::SetUp { link };
        println!(
            "No administrator yet. Set up the first one within three days at\n{}{page}",
            state.public_url
        );
    }
    for (role, what) in [
        (Role::Analyst, "nobody can see people and their scores"),
        (Role::Reviewer, "nobody can approve a model"),
    ] {
        if vacant.contains(&role) {
            println!("No {role} yet, so {what}. Add one: tenure user add NAME --role {role}");
        }
    }
    // Ends with the process: a cycle that is cut goes on with the next one.
    tokio::spawn(state.tenure.clone().keep_cycles());
    // A message that is cut is sent again by the next one.
    tokio::spawn(state.tenure.clone().keep_alerts());
    // Entries that a process left behind are moved first.
    tokio::spawn(state.tenure.clone().keep_predictions());
    tokio::spawn(http_metrics::keep_days(
        state.metrics.clone(),
        state.tenure.clone(),
    ));
    let (tenure, counted) = (state.tenure.clone(), state.metrics.clone());
    let traces = state.traces.clone();
    let service = router(state).into_make_service_with_connect_info::<std::net::SocketAddr>();
    // Small answers are sent at once, instead of waiting for the acknowledgement of the last one.
    let listener = listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY could not be set");
        }
    });
    let served = axum::serve(listener, service)
        .with_graceful_shutdown(async move {
            stop().await;
            // Streams of events would keep their connections open.
            stopped.send_replace(true);
        })
        .await
        .map_err(Error::caused);
    tenure.close_prediction_log().await;
    http_metrics::add_to_day(&counted, &tenure).await;
    if let Some(traces) = traces {
        traces.flush().await;
    }
    served
}

async fn stop() {
    let terminated = async {
        if let Ok(mut signal) =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        {
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

/// The routes of the pages, listed once per process: while Leptos lists them, a page that is being
/// rendered on any thread waits for its data forever (a flag of the whole process, `leptos_server`
/// 0.8.8, `SuppressResourceLoad`). No router exists, and so no page is rendered, before this is done.
fn page_routes() -> &'static [AxumRouteListing] {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    ROUTES.get_or_init(|| generate_route_list(App))
}

/// All routes with their middleware.
fn router(state: AppState) -> Router {
    let (tenure, secure) = (state.tenure.clone(), state.secure);
    let context = move || {
        provide_context(tenure.clone());
        provide_context(pages::RENDERER);
        provide_context(pages::context::SecureCookies(secure));
        // The nonce in the policy of the response, instead of the one that Leptos generates.
        if let Some(nonce) =
            use_context::<Parts>().and_then(|request| request.extensions.get::<Nonce>().cloned())
        {
            provide_context(nonce);
        }
    };
    let options = state.options.clone();
    let sessions = SessionManagerLayer::new(state.tenure.store().clone())
        .with_name(if state.secure {
            "__Host-session"
        } else {
            "session"
        })
        .with_same_site(SameSite::Lax)
        .with_secure(state.secure)
        .with_expiry(Expiry::OnInactivity(auth::IDLE));
    // Behind a proxy, our own host name is not the public one.
    let public = state.secure.then(|| state.public_url.clone());
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/health", get(health::health))
        .route("/metrics", get(metrics::metrics))
        .route(pattern::PeopleCsv, get(downloads::files::people_csv))
        .route(pattern::PeopleExcel, get(downloads::files::people_excel))
        .route(
            pattern::PeopleParquet,
            get(downloads::files::people_parquet),
        )
        .route(pattern::SourceAdd, post(downloads::sources::add))
        .route(pattern::SourceTest, post(downloads::sources::test))
        .route(pattern::SourceImport, post(downloads::sources::import))
        .route(pattern::SourceRemove, post(downloads::sources::remove))
        .route(
            pattern::AlertAcknowledge,
            post(downloads::alerts::acknowledge),
        )
        .route(pattern::AlertSnooze, post(downloads::alerts::snooze))
        .route(pattern::AlertAssign, post(downloads::alerts::assign))
        .route(pattern::ChannelTest, post(downloads::alerts::test))
        .route(pattern::ChannelSwitch, post(downloads::alerts::switch))
        .route(pattern::CycleRun, post(downloads::cycles::run))
        .route(pattern::CycleRetry, post(downloads::cycles::retry))
        .route(pattern::CycleCancel, post(downloads::cycles::cancel))
        .route(pattern::CycleFile, get(downloads::cycles::file))
        .route(
            pattern::FairnessInUseCsv,
            get(downloads::monitoring::fairness),
        )
        .route(
            pattern::MonitoringPolicySave,
            post(downloads::monitoring::set_policy),
        )
        .route(pattern::ScheduleSet, post(downloads::cycles::set_schedule))
        .route(
            pattern::ScheduleRemove,
            post(downloads::cycles::remove_schedule),
        )
        .route(pattern::JobEvents, get(events::job))
        .route(pattern::CycleEvents, get(events::cycle))
        .route(pattern::LiveModel, get(downloads::files::live_model))
        .route(
            pattern::WhatIfSave,
            post(downloads::predictions::save_scenario),
        )
        .route(
            pattern::PredictionExport,
            get(downloads::predictions::export),
        )
        .route(
            pattern::PredictionPolicySave,
            post(downloads::predictions::set_policy),
        )
        .route(pattern::PredictionHold, post(downloads::predictions::hold))
        .route(
            pattern::PredictionRelease,
            post(downloads::predictions::release),
        )
        .route(
            pattern::PredictionPurge,
            post(downloads::predictions::purge),
        )
        .route(
            pattern::ModelFairnessHtml,
            get(downloads::reports::fairness),
        )
        .route(pattern::ModelCardHtml, get(downloads::reports::card_page))
        .route(
            pattern::ModelCardMarkdown,
            get(downloads::reports::card_markdown),
        )
        .route(pattern::ModelOnnx, get(downloads::models::onnx))
        .route(pattern::ModelImport, downloads::models::import_route())
        .route(pattern::RunRegister, post(downloads::models::register))
        .route(pattern::RunCompareHtml, get(downloads::reports::comparison))
        .route(
            pattern::DatasetProfileHtml,
            get(downloads::reports::profile_page),
        )
        .route(
            pattern::DatasetProfileJson,
            get(downloads::reports::profile_json),
        )
        .route(pattern::DatasetImport, downloads::datasets::import_route())
        .route(
            pattern::TrainingSet,
            post(downloads::datasets::training_set),
        )
        .route(
            pattern::DatasetWithdraw,
            post(downloads::datasets::withdraw),
        )
        .route(
            pattern::ImportPreviewAnswer,
            post(downloads::datasets::answer_preview),
        )
        .route(
            pattern::PerformanceCsv,
            get(downloads::monitoring::performance),
        )
        .route(pattern::OutcomesImport, downloads::outcomes::import_route())
        .route(
            pattern::OutcomesWithdraw,
            post(downloads::outcomes::withdraw),
        )
        .route(pattern::AuditExport, get(downloads::files::record))
        .route(pattern::AuditCsv, get(downloads::files::record_csv))
        .route(pattern::Artifact, get(downloads::files::run_file))
        .route(pattern::DriftExport, get(downloads::monitoring::check))
        .merge(api::router(&state.tenure))
        .nest("/api/2.0/mlflow", mlflow::router())
        .nest("/api/3.0/mlflow", mlflow::router_3())
        .nest("/api/2.0/mlflow-artifacts", mlflow::artifact_router())
        .merge(accounts::routes())
        .merge(use_cases::routes())
        .leptos_routes_with_context(&state, page_routes().to_vec(), context.clone(), {
            let options = options.clone();
            move || shell(options.clone())
        })
        .fallback_service(site::files(options, context))
        // One set, from the outside in: each layer of the router's own would be a box for every
        // request, and a copy of all below it.
        .layer(
            ServiceBuilder::new()
                .layer(from_fn(request_id::name_request))
                .layer(from_fn_with_state(
                    state.metrics.clone(),
                    http_metrics::record,
                ))
                .layer(from_fn_with_state(state.traces.clone(), traces::record))
                .layer(from_fn(compression::only_where_safe))
                .layer(compression::layer())
                .layer(from_fn_with_state(secure, security_headers::fixed))
                .layer(CatchPanicLayer::new())
                .layer(from_fn(security_headers::page_policy))
                .layer(from_fn(mlflow::in_mlflow_shape))
                .layer(from_fn_with_state(public, csrf::reject_cross_site))
                .layer(sessions)
                .layer(from_fn_with_state(state.clone(), auth::identify)),
        )
        .with_state(state)
}
