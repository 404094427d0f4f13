//! `/metrics` for Prometheus, in the OpenMetrics text format: requests as this process has answered
//! them, and how the installation is doing at the moment of the scrape.

use std::sync::atomic::AtomicU64;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::HealthLevel;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use workflow::operations::Operations;
use workflow::prediction_log::LogState;
use workflow::{Error, Tenure};

use super::auth::AuthUser;
use super::problem::Problem;
use super::state::AppState;

const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct UseCaseLabels {
    use_case: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BandLabels {
    use_case: String,
    band: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobLabels {
    kind: &'static str,
    status: &'static str,
}

/// All metrics. A token with the scope `read` is enough.
pub async fn metrics(
    State(state): State<AppState>,
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
) -> Result<Response, Problem> {
    let operations = tenure.operations(&actor.member()?).await?;
    let mut body = String::new();
    let failed = |error: std::fmt::Error| Problem(Error::caused(error));
    // The registries are one text with one end.
    text::encode_registry(&mut body, state.metrics.registry()).map_err(failed)?;
    text::encode_registry(&mut body, &gauges(&operations)).map_err(failed)?;
    text::encode_registry(&mut body, &log_gauges(&tenure.prediction_log_state()))
        .map_err(failed)?;
    text::encode_eof(&mut body).map_err(failed)?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response())
}

/// The prediction log of this process.
fn log_gauges(state: &LogState) -> Registry {
    let mut registry = Registry::with_prefix("tenure");
    let mut gauge = |name: &str, help: &str, value: u64| {
        let own = Real::default();
        own.set(value as f64);
        registry.register(name, help, own);
    };
    gauge(
        "prediction_log_queue",
        "Entries that wait to be written to disk",
        state.queue as u64,
    );
    gauge(
        "prediction_log_waiting_bytes",
        "Bytes on disk that wait for the database",
        state.waiting_bytes,
    );
    let mut counter = |name: &str, help: &str, value: u64| {
        let own = Counter::<u64>::default();
        own.inc_by(value);
        registry.register(name, help, own);
    };
    counter(
        "prediction_log_written",
        "Entries that were written to disk",
        state.written,
    );
    counter(
        "prediction_log_refused",
        "Requests that were refused because no entry could be written",
        state.refused,
    );
    counter(
        "prediction_log_dropped",
        "Requests that were answered without an entry, as the policy allows",
        state.dropped,
    );
    counter(
        "prediction_log_moved",
        "Entries that were moved to the database",
        state.moved,
    );
    counter(
        "prediction_log_damaged",
        "Lines of files that could not be read",
        state.damaged,
    );
    let scores = Family::<BandLabels, Counter>::default();
    for ((use_case, band), count) in &state.scores {
        let labels = BandLabels {
            use_case: use_case.to_string(),
            band: band.clone(),
        };
        scores.get_or_create(&labels).inc_by(*count);
    }
    registry.register(
        "predictions",
        "Scores of programs and of the what-if page by band",
        scores,
    );
    registry
}

type Real = Gauge<f64, AtomicU64>;

fn gauges(operations: &Operations) -> Registry {
    let mut registry = Registry::with_prefix("tenure");
    let mut by_use_case = |name: &str, help: &str, of: &dyn Fn(usize) -> Option<f64>| {
        let family = Family::<UseCaseLabels, Real>::default();
        for (place, own) in operations.use_cases.iter().enumerate() {
            if let Some(value) = of(place) {
                let labels = UseCaseLabels {
                    use_case: own.use_case.clone(),
                };
                family.get_or_create(&labels).set(value);
            }
        }
        registry.register(name, help, family);
    };
    let all = &operations.use_cases;
    by_use_case("live_version", "Version that is live", &|own| {
        all[own].live_version.map(f64::from)
    });
    by_use_case(
        "model_age_seconds",
        "Time since the live version was trained",
        &|own| all[own].model_age,
    );
    by_use_case("model_health", "0 healthy, 1 warning, 2 critical", &|own| {
        all[own].health.map(|health| match health {
            HealthLevel::Healthy => 0.0,
            HealthLevel::Warning => 1.0,
            HealthLevel::Critical => 2.0,
        })
    });
    by_use_case(
        "drift_check_age_seconds",
        "Time since the newest drift check of the live version",
        &|own| all[own].check_age,
    );
    by_use_case(
        "drifted_features_ratio",
        "Share of features that drifted in the newest check",
        &|own| all[own].share_drifted,
    );
    by_use_case(
        "calibration_ratio",
        "Observed for each expected event in the newest check",
        &|own| all[own].calibration_ratio,
    );
    by_use_case(
        "roc_auc",
        "ROC AUC on outcomes in the newest check",
        &|own| all[own].roc_auc,
    );
    by_use_case(
        "pending_reviews",
        "Review requests that wait for a decision",
        &|own| Some(all[own].pending_reviews as f64),
    );
    let people = Family::<BandLabels, Real>::default();
    for own in all {
        for (band, count) in &own.people {
            let labels = BandLabels {
                use_case: own.use_case.clone(),
                band: band.clone(),
            };
            people.get_or_create(&labels).set(*count as f64);
        }
    }
    registry.register("people", "People of the newest scores by risk band", people);
    let jobs = Family::<JobLabels, Real>::default();
    for ((kind, status), count) in &operations.jobs {
        let labels = JobLabels {
            kind: kind.as_str(),
            status: status.as_str(),
        };
        jobs.get_or_create(&labels).set(*count as f64);
    }
    registry.register("jobs", "Jobs of all time by kind and status", jobs);
    registry
}
