//! The HTTP client of sources: it looks up and follows only what [`Hosts`] allow.

use std::error::Error as _;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use object_store::client::{HttpClient, HttpConnector};
use object_store::{ClientOptions, RetryConfig};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::{Attempt, Policy};

use super::error::SourceError;
use super::hosts::{Hosts, private};
use super::limits::Limits;

const CONNECT: Duration = Duration::from_secs(10);
/// Without a byte from the server.
const SILENCE: Duration = Duration::from_secs(60);
const MOST_REDIRECTS: usize = 5;

/// Makes the client for a store of files.
#[derive(Debug)]
pub(super) struct Connector {
    pub(super) hosts: Hosts,
    /// An answer may send the client to another address.
    pub(super) may_redirect: bool,
}

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let headers = options.get_default_headers().cloned().unwrap_or_default();
        let client = client(&self.hosts, self.may_redirect, headers).map_err(|error| {
            object_store::Error::Generic {
                store: "HTTP",
                source: error.into(),
            }
        })?;
        Ok(HttpClient::new(client))
    }
}

/// A client that reaches only what `hosts` allow.
pub(crate) fn client(
    hosts: &Hosts,
    may_redirect: bool,
    headers: reqwest::header::HeaderMap,
) -> reqwest::Result<reqwest::Client> {
    let policy = if may_redirect {
        let hosts = hosts.clone();
        Policy::custom(move |attempt| follow(&hosts, attempt))
    } else {
        Policy::none()
    };
    reqwest::Client::builder()
        .user_agent(concat!("tenure/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .redirect(policy)
        // A proxy would look names up itself.
        .no_proxy()
        .dns_resolver(std::sync::Arc::new(Lookup(hosts.clone())))
        .build()
}

/// Requests are repeated when the server cannot be reached or fails, not when it refuses.
pub(super) fn retry(limits: &Limits) -> RetryConfig {
    RetryConfig {
        max_retries: limits.attempts.saturating_sub(1) as usize,
        retry_timeout: limits.time,
        ..RetryConfig::default()
    }
}

fn follow(hosts: &Hosts, attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let is_plain = attempt.url().scheme() == "http";
    let was_plain = attempt
        .previous()
        .last()
        .is_some_and(|url| url.scheme() == "http");
    let host = attempt.url().host_str().unwrap_or_default();
    let checked = match attempt.previous().len() {
        ..=MOST_REDIRECTS if is_plain && !was_plain => Err(SourceError::Address(
            "the server redirects from https:// to http://, which is not followed".to_owned(),
        )),
        ..=MOST_REDIRECTS => hosts.check(host, is_plain).map_err(|error| {
            SourceError::Address(format!("the server redirects to another address: {error}"))
        }),
        _ => Err(SourceError::Address(
            "the server redirects too many times".to_owned(),
        )),
    };
    match checked {
        Ok(()) => attempt.follow(),
        Err(error) => attempt.error(error),
    }
}

/// Looks names up and gives only addresses that may be read.
struct Lookup(Hosts);

impl Resolve for Lookup {
    fn resolve(&self, name: Name) -> Resolving {
        let hosts = self.0.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found
                .filter(|address| hosts.reaches(name.as_str(), address.ip()))
                .collect();
            if allowed.is_empty() {
                return Err(SourceError::Address(private(name.as_str())).into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// What a failure means: [`SourceError`]s of the client first, then what the server said.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the kinds of this error may become more"
)]
pub(super) fn failed(error: &object_store::Error) -> SourceError {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref::<SourceError>() {
            return refused.clone();
        }
        // An I/O error does not expose its inner error as its source.
        let hidden = inner
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
            .and_then(|inner| inner.downcast_ref::<SourceError>());
        if let Some(refused) = hidden {
            return refused.clone();
        }
        cause = inner.source();
    }
    match error {
        object_store::Error::NotFound { .. } => {
            SourceError::File("no file was found at this address".to_owned())
        }
        object_store::Error::PermissionDenied { .. }
        | object_store::Error::Unauthenticated { .. } => SourceError::Denied,
        object_store::Error::Precondition { .. } => {
            SourceError::Unsettled("the newest file".to_owned())
        }
        other => SourceError::File(format!(
            "the server does not give the file: {}",
            plain(other)
        )),
    }
}

/// The innermost cause, which says nothing of addresses and tokens.
fn plain(error: &object_store::Error) -> String {
    const LONGEST: usize = 200;
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(LONGEST).collect()
}
