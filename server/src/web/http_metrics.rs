//! Requests as this process has answered them: how many, with which status, and how long it took.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper ends of the bins of latencies, in seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// A route by its pattern: no id of a person gets into a label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: String,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AnswerLabels {
    method: String,
    route: String,
    status: u16,
}

/// What this process counts.
#[derive(Clone)]
pub struct HttpMetrics {
    registry: Arc<Registry>,
    requests: Family<AnswerLabels, Counter>,
    seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
}

impl Default for HttpMetrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tenure");
        let requests = Family::default();
        let bins: fn() -> Histogram = || Histogram::new(SECONDS);
        let seconds = Family::new_with_constructor(bins);
        registry.register(
            "http_requests",
            "Requests answered, by route and status",
            requests.clone(),
        );
        registry.register(
            "http_request_duration_seconds",
            "Time to the head of the answer, by route",
            seconds.clone(),
        );
        Self {
            registry: Arc::new(registry),
            requests,
            seconds,
        }
    }
}

impl HttpMetrics {
    /// The metrics, to be written down.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}

/// Counts a request and its time.
pub async fn record(State(metrics): State<HttpMetrics>, request: Request, next: Next) -> Response {
    // What has no route is one label: addresses that somebody makes up must not fill the memory.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("other", MatchedPath::as_str)
        .to_owned();
    let method = if request.method().as_str().len() < 8 {
        request.method().to_string()
    } else {
        "other".to_owned()
    };
    let started = Instant::now();
    let response = next.run(request).await;
    let own = RouteLabels {
        method: method.clone(),
        route: route.clone(),
    };
    metrics
        .seconds
        .get_or_create(&own)
        .observe(started.elapsed().as_secs_f64());
    let answer = AnswerLabels {
        method,
        route,
        status: response.status().as_u16(),
    };
    metrics.requests.get_or_create(&answer).inc();
    response
}
