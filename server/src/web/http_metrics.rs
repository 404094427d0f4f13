//! Requests as this process has answered them: how many, with which status, and how long it took.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use workflow::Tenure;
use workflow::request_days::RequestCounts;

/// Upper ends of the bins of latencies, in seconds.
const SECONDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// How often requests are added to the day.
const EVERY: Duration = Duration::from_secs(60);

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
    /// Since they were last added to the day, by method and route.
    day: Arc<Mutex<BTreeMap<String, RequestCounts>>>,
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
            day: Arc::default(),
        }
    }
}

impl HttpMetrics {
    fn count(&self, method: &str, route: &str, seconds: f64, status: u16) {
        let mut day = self.day.lock().unwrap_or_else(PoisonError::into_inner);
        day.entry(format!("{method} {route}"))
            .or_default()
            .count(seconds, status);
    }

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
    let (seconds, status) = (started.elapsed().as_secs_f64(), response.status().as_u16());
    metrics.count(&method, &route, seconds, status);
    let own = RouteLabels {
        method: method.clone(),
        route: route.clone(),
    };
    metrics.seconds.get_or_create(&own).observe(seconds);
    let answer = AnswerLabels {
        method,
        route,
        status,
    };
    metrics.requests.get_or_create(&answer).inc();
    response
}

/// Adds what was counted to the day, for as long as the server runs: a process that is killed loses
/// a minute.
pub async fn keep_days(metrics: HttpMetrics, tenure: Tenure) {
    loop {
        tokio::time::sleep(EVERY).await;
        add_to_day(&metrics, &tenure).await;
    }
}

/// Adds what was counted to the day; what cannot be added is tried again the next time.
pub async fn add_to_day(metrics: &HttpMetrics, tenure: &Tenure) {
    let held = || metrics.day.lock().unwrap_or_else(PoisonError::into_inner);
    let counted = std::mem::take(&mut *held());
    if let Err(error) = tenure.add_requests(&counted).await {
        tracing::warn!(
            error = workflow::causes(&error),
            "requests could not be added to the day"
        );
        let mut held = held();
        for (route, counts) in counted {
            held.entry(route).or_default().add(&counts);
        }
    }
}
