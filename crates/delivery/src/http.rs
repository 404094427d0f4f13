//! One request over HTTP: bounded in time and size, to allowed addresses, without following
//! redirects.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, Url, redirect};

use crate::address::{Guard, Inside};
use crate::{AllowedHosts, Error, Result, check_address};

/// A receiver that takes longer is away.
const TIME: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
/// What is read of an answer.
const LARGEST_ANSWER: usize = 64 << 10;
/// The longest wait that a receiver may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// The software, as servers see it.
const AGENT: &str = concat!("Tenure/", env!("CARGO_PKG_VERSION"));

/// Sends a JSON text and gives the answer's body.
pub(crate) async fn send(
    method: Method,
    address: &str,
    headers: &[(&'static str, String)],
    body: String,
    allowed: &AllowedHosts,
) -> Result<String> {
    let url = check_address(address, allowed)?;
    let client = client(&url, allowed)?;
    let mut all = HeaderMap::new();
    all.insert(
        HeaderName::from_static("content-type"),
        HeaderValue::from_static("application/json"),
    );
    for (name, value) in headers {
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| Error::refused(format!("The value of the header {name} is not valid.")))?;
        value.set_sensitive(true);
        all.insert(HeaderName::from_static(name), value);
    }
    let sent = client.request(method, url).headers(all).body(body).send();
    let mut answer = sent.await.map_err(told)?;
    let status = answer.status();
    if !status.is_success() {
        return Err(refusal(status.as_u16(), answer.headers()));
    }
    let mut text = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(told)? {
        let room = LARGEST_ANSWER - text.len();
        text.extend_from_slice(&part[..part.len().min(room)]);
        if text.len() == LARGEST_ANSWER {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn client(url: &Url, allowed: &AllowedHosts) -> Result<Client> {
    Client::builder()
        .user_agent(AGENT)
        .timeout(TIME)
        .connect_timeout(CONNECT)
        .redirect(redirect::Policy::none())
        // A proxy of the environment would look up names by itself.
        .no_proxy()
        .pool_max_idle_per_host(0)
        .dns_resolver(Guard::of(url, allowed))
        .build()
        .map_err(|error| Error::temporary(format!("TLS could not be set up: {}.", kind(&error))))
}

/// What a status other than success means.
fn refusal(status: u16, headers: &HeaderMap) -> Error {
    match status {
        300..=399 => Error::refused(format!(
            "The server answered with a redirect ({status}), which is not followed. Use the final address."
        )),
        401 | 403 => Error::refused(format!(
            "The server refused the credentials ({status}). Check the secret of the channel."
        )),
        408 | 425 | 429 | 500.. => Error::Temporary {
            message: format!("The server answered {status}."),
            after: headers
                .get(RETRY_AFTER)
                .and_then(|value| value.to_str().ok()?.trim().parse().ok())
                .map(|seconds| Duration::from_secs(seconds).min(LONGEST_WAIT)),
        },
        _ => Error::refused(format!("The server answered {status}.")),
    }
}

/// What went wrong on the way. The address is not repeated: it may be a secret.
fn told(error: reqwest::Error) -> Error {
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        if let Some(inside) = inner.downcast_ref::<Inside>() {
            return Error::refused(inside.to_string());
        }
        source = inner.source();
    }
    Error::temporary(format!("{}.", kind(&error)))
}

fn kind(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "The server did not answer in time"
    } else if error.is_connect() {
        "The connection could not be made"
    } else {
        "The connection was cut"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_whether_it_may_work_later() {
        let mut headers = HeaderMap::new();
        for status in [301, 302, 307, 400, 401, 403, 404, 410, 422] {
            let error = refusal(status, &headers);
            assert!(matches!(error, Error::Refused(_)), "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503, 504] {
            let error = refusal(status, &headers);
            assert!(
                matches!(error, Error::Temporary { after: None, .. }),
                "{status}"
            );
        }
        for (value, seconds) in [("120", Some(120)), ("999999", Some(3600)), ("soon", None)] {
            headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
            let error = refusal(429, &headers);
            let wanted = seconds.map(Duration::from_secs);
            assert!(matches!(error, Error::Temporary { after, .. } if after == wanted));
        }
    }
}
