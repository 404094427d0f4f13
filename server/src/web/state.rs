//! State of all handlers.

use axum::extract::FromRef;
use delivery::TraceExporter;
use leptos::config::LeptosOptions;
use workflow::{Result, Tenure};

use super::http_metrics::HttpMetrics;
use super::rate_limit::{self, RateLimit};
use super::{site, traces};
use crate::serving::url_of;
use crate::settings::Config;

#[derive(Clone)]
pub struct AppState {
    pub tenure: Tenure,
    pub options: LeptosOptions,
    /// Public URL, without a trailing slash.
    pub public_url: String,
    /// The public URL is https: cookies are sent over TLS only.
    pub secure: bool,
    pub behind_proxy: bool,
    pub metrics: HttpMetrics,
    /// Changes when the server is asked to stop.
    pub stopping: tokio::sync::watch::Receiver<bool>,
    /// Sends traces, where the environment names a collector.
    pub traces: Option<TraceExporter>,
    /// Of API tokens.
    pub rate_limit: RateLimit,
}

impl AppState {
    /// `bound`: the address that the server listens on.
    ///
    /// # Errors
    /// When the site was not built, or the settings of traces are not valid.
    pub fn new(
        config: &Config,
        tenure: Tenure,
        bound: std::net::SocketAddr,
        stopping: tokio::sync::watch::Receiver<bool>,
    ) -> Result<Self> {
        let root = site::root()?;
        let options = LeptosOptions::builder()
            .output_name("tenure")
            .site_root(root.to_string_lossy().into_owned())
            .site_pkg_dir(site::package_folder(&root)?)
            .site_addr(bound)
            .build();
        let public_url = config
            .public_url()
            .map_or_else(|| url_of(bound), str::to_owned);
        Ok(Self {
            tenure,
            options,
            secure: public_url.starts_with("https://"),
            public_url,
            behind_proxy: config.behind_proxy,
            metrics: HttpMetrics::default(),
            stopping,
            traces: traces::from_environment()?,
            rate_limit: RateLimit::new(config.rate_limit.unwrap_or(rate_limit::USUAL)),
        })
    }
}

impl FromRef<AppState> for Tenure {
    fn from_ref(state: &AppState) -> Self {
        state.tenure.clone()
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.options.clone()
    }
}
