//! Cross-site request forgery: what changes something must come from one of our pages, or from a
//! client without a session.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::RefusalCode;
use workflow::Error;

use super::problem::Problem;

/// Rejects cross-site requests. `public`: the public URL, where it is set.
pub async fn reject_cross_site(
    State(public): State<Option<String>>,
    request: Request,
    next: Next,
) -> Response {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if safe || is_ours(request.headers(), public.as_deref()) {
        return next.run(request).await;
    }
    tracing::warn!("cross-site request rejected");
    Problem(Error::forbidden(
        RefusalCode::CrossSite,
        "The request came from another site.",
    ))
    .into_response()
}

/// True when the request comes from one of our pages, or from a client that is not a browser and so
/// holds nobody's session.
fn is_ours(headers: &HeaderMap, public: Option<&str>) -> bool {
    let text = |name: HeaderName| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else {
        return headers.get(header::COOKIE).is_none();
    };
    let host = text(header::HOST).unwrap_or_default();
    match public {
        Some(public) => origin == public,
        None => origin
            .split_once("://")
            .is_some_and(|(_, from)| from == host),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn ours(pairs: &[(&'static str, &'static str)], public: Option<&str>) -> bool {
        let headers = pairs.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        is_ours(&headers.collect(), public)
    }

    #[test]
    fn only_our_own_pages_and_programs_may_change_things() {
        let host = ("host", "tenure.example:3000");
        assert!(ours(&[host, ("sec-fetch-site", "same-origin")], None));
        assert!(!ours(
            &[
                host,
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://tenure.example:3000")
            ],
            None
        ));
        assert!(!ours(&[host, ("sec-fetch-site", "same-site")], None));
        assert!(ours(
            &[
                host,
                ("origin", "http://tenure.example:3000"),
                ("cookie", "id=1")
            ],
            None
        ));
        assert!(!ours(
            &[host, ("origin", "http://evil.example"), ("cookie", "id=1")],
            None
        ));
        assert!(!ours(&[host, ("origin", "null")], None));
        assert!(
            !ours(&[host, ("cookie", "id=1")], None),
            "a session without any sign of where it comes from"
        );
        assert!(ours(&[host], None), "a program with a token");
        assert!(ours(
            &[("host", "inside:1"), ("origin", "https://tenure.example")],
            Some("https://tenure.example")
        ));
        assert!(!ours(
            &[("host", "inside:1"), ("origin", "http://inside:1")],
            Some("https://tenure.example")
        ));
    }
}
