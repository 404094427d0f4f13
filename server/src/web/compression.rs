//! Compression of pages and answers, where it tells nobody anything.
//!
//! The length of a compressed answer tells who can read it on the wire whether a text that they made
//! the browser send stands in it too (BREACH). So only requests are answered compressed that no
//! other site can have caused: those with a token, which a browser adds to no request by itself,
//! and those that the browser says are from pages of this site or from its user (`Sec-Fetch-Site`).

use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{And, DefaultPredicate, Predicate as _, SizeAbove};

/// Answers that fit into a packet gain nothing.
const LEAST: u16 = 1400;

/// Compresses what is neither an image nor compressed already.
pub fn layer() -> CompressionLayer<And<DefaultPredicate, SizeAbove>> {
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(DefaultPredicate::new().and(SizeAbove::new(LEAST)))
}

/// Takes away the wish for compression where it is not safe. Files of the site are the same for
/// everybody.
pub async fn only_where_safe(mut request: Request, next: Next) -> Response {
    let headers = request.headers();
    let has_token = headers.contains_key(header::AUTHORIZATION);
    let is_own = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "same-origin" || site == "none");
    if !has_token && !is_own && !request.uri().path().starts_with("/pkg/") {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}
