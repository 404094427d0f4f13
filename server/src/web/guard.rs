//! Protection of every request: no cross-site request forgery, and security headers for the browser.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::RefusalCode;
use leptos::nonce::Nonce;
use tower_http::set_header::SetResponseHeaderLayer;
use workflow::Error;

use super::problem::Problem;

/// Rejects cross-site requests. `public`: the public URL, where it is set.
pub async fn no_forgery(State(public): State<Option<String>>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || is_ours(request.headers(), public.as_deref()) {
        return next.run(request).await;
    }
    tracing::warn!("cross-site request rejected");
    Problem(Error::forbidden(RefusalCode::CrossSite, "The request came from another site.")).into_response()
}

/// True when the request comes from one of our pages, or from a client that is not a browser and so holds nobody's session.
fn is_ours(headers: &HeaderMap, public: Option<&str>) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else { return headers.get(header::COOKIE).is_none() };
    let host = text(header::HOST).unwrap_or_default();
    match public {
        Some(public) => origin == public,
        None => origin.split_once("://").is_some_and(|(_, from)| from == host),
    }
}

/// Sets the content security policy of a page: scripts and styles of this site, its WebAssembly, and only those inline scripts that carry
/// the nonce of this response.
pub async fn page_policy(mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    // Bars and risk colors are drawn with `style` attributes; style sheets come from files only.
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'nonce-{nonce}'; style-src 'self'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    );
    let is_page = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if let (true, Ok(policy)) = (is_page, HeaderValue::from_str(&policy)) {
        response.headers_mut().entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    response
}

/// Sets a header unless the response already has it.
fn fixed(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}

/// Headers of every response. Anything but a page (see [`page_policy`]) may do nothing. `secure`: the public URL is https, which is enforced.
pub fn headers(secure: bool) -> Vec<SetResponseHeaderLayer<HeaderValue>> {
    let https = secure.then(|| fixed(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"));
    let always = [
        fixed(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
        fixed(header::CACHE_CONTROL, "no-cache"),
        fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        fixed(header::X_FRAME_OPTIONS, "DENY"),
        fixed(header::REFERRER_POLICY, "same-origin"),
        fixed(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        fixed(HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=()"),
    ];
    always.into_iter().chain(https).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(pairs: &[(&'static str, &'static str)], public: Option<&str>) -> bool {
        let headers = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        is_ours(&headers.collect(), public)
    }

    #[test]
    fn only_our_own_pages_and_programs_may_change_things() {
        let host = ("host", "tenure.example:3000");
        assert!(ours(&[host, ("sec-fetch-site", "same-origin")], None));
        assert!(!ours(&[host, ("sec-fetch-site", "cross-site"), ("origin", "http://tenure.example:3000")], None));
        assert!(!ours(&[host, ("sec-fetch-site", "same-site")], None));
        assert!(ours(&[host, ("origin", "http://tenure.example:3000"), ("cookie", "id=1")], None));
        assert!(!ours(&[host, ("origin", "http://evil.example"), ("cookie", "id=1")], None));
        assert!(!ours(&[host, ("origin", "null")], None));
        assert!(!ours(&[host, ("cookie", "id=1")], None), "a session without any sign of where it comes from");
        assert!(ours(&[host], None), "a program with a token");
        assert!(ours(&[("host", "inside:1"), ("origin", "https://tenure.example")], Some("https://tenure.example")));
        assert!(!ours(&[("host", "inside:1"), ("origin", "http://inside:1")], Some("https://tenure.example")));
    }
}
