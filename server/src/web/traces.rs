//! Traces of requests, where the environment names a collector (`OTEL_EXPORTER_OTLP_ENDPOINT`).
//! Only routes and statuses: no address, no person, no account.

use std::time::SystemTime;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use delivery::{Span, TraceExporter};
use workflow::{Error, Result};

/// The exporter of the environment; `None` where none is named, or it is turned off.
///
/// # Errors
/// When the settings are not valid.
pub fn from_environment() -> Result<Option<TraceExporter>> {
    let get = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    };
    let is_off = get("OTEL_SDK_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true"))
        || get("OTEL_TRACES_EXPORTER").is_some_and(|name| name == "none");
    let address = get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT").or_else(|| {
        let base = get("OTEL_EXPORTER_OTLP_ENDPOINT")?;
        Some(format!("{}/v1/traces", base.trim_end_matches('/')))
    });
    let Some(address) = address.filter(|_| !is_off) else {
        return Ok(None);
    };
    let headers = get("OTEL_EXPORTER_OTLP_TRACES_HEADERS")
        .or_else(|| get("OTEL_EXPORTER_OTLP_HEADERS"))
        .unwrap_or_default();
    let service = get("OTEL_SERVICE_NAME").unwrap_or_else(|| "tenure".to_owned());
    TraceExporter::start(&address, &headers, &service)
        .map(Some)
        .map_err(|error| Error::Invalid(error.to_string()))
}

/// Trace and span of the caller (W3C Trace Context).
fn caller(text: &str) -> Option<([u8; 16], [u8; 8])> {
    let mut parts = text.split('-');
    let (version, trace, span, flags) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if version.len() != 2 || version == "ff" || flags.len() != 2 {
        return None;
    }
    let (trace, span) = (bytes(trace)?, bytes(span)?);
    (trace != [0; 16] && span != [0; 8]).then_some((trace, span))
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut all = [0; N];
    for (place, byte) in all.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(all)
}

/// Random parts of two ids.
fn ids() -> ([u8; 16], [u8; 8]) {
    let digits = || {
        let id: String = workflow::new_id();
        id.replace('-', "")
    };
    let trace = bytes(&digits()).unwrap_or([1; 16]);
    // The last half of an id is random.
    let span = digits().get(16..).and_then(bytes).unwrap_or([1; 8]);
    (trace, span)
}

fn now() -> u64 {
    let elapsed = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
}

/// Sends a span of the request.
pub async fn record(
    State(exporter): State<Option<TraceExporter>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(exporter) = exporter else {
        return next.run(request).await;
    };
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("other", MatchedPath::as_str)
        .to_owned();
    let method = request.method().as_str().to_owned();
    let parent = request
        .headers()
        .get("traceparent")
        .and_then(|value| caller(value.to_str().ok()?));
    let (trace, span) = ids();
    let start = now();
    let response = next.run(request).await;
    exporter.send(Span {
        trace_id: parent.map_or(trace, |(trace, _)| trace),
        span_id: span,
        parent: parent.map(|(_, span)| span),
        name: format!("{method} {route}"),
        start,
        end: now(),
        attributes: vec![("http.request.method", method), ("http.route", route)],
        status: response.status().as_u16(),
    });
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_valid_caller_is_a_parent() {
        let trace = "0af7651916cd43dd8448eb211c80319c";
        let span = "b7ad6b7169203331";
        let found = caller(&format!("00-{trace}-{span}-01"));
        assert_eq!(
            found.map(|(trace, span)| (trace[0], span[7])),
            Some((0x0a, 0x31))
        );
        for text in [
            "",
            "00",
            &format!("ff-{trace}-{span}-01"),
            &format!("00-{}-{span}-01", "0".repeat(32)),
            &format!("00-{trace}-{}-01", "0".repeat(16)),
            &format!("00-{trace}-{span}"),
            &format!("00-{}-{span}-01", "g".repeat(32)),
            &format!("00-{}é-{span}-01", &trace[2..]),
        ] {
            assert_eq!(caller(text), None, "{text}");
        }
    }
}
