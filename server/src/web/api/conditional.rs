//! Strong ETags: the hash of what is answered. Who has it already is answered with 304.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use workflow::Error;

use crate::web::auth::KEPT_BY_PROGRAMS;
use crate::web::problem::Problem;

/// Tags the answer of a GET, or leaves it away where the caller has it.
pub async fn tag(request: Request, next: Next) -> Response {
    let is_get = *request.method() == Method::GET;
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let response = next.run(request).await;
    if !is_get || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return Problem(Error::caused(error)).into_response(),
    };
    let tag = format!("\"{}\"", store::artifacts::hash(&bytes));
    if known.is_some_and(|known| has(&known, &tag)) {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        insert(response.headers_mut(), &tag);
        return response;
    }
    insert(&mut parts.headers, &tag);
    Response::from_parts(parts, Body::from(bytes))
}

fn insert(headers: &mut HeaderMap, tag: &str) {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static(KEPT_BY_PROGRAMS),
    );
}

/// Whether `If-None-Match` names the tag.
fn has(known: &HeaderValue, tag: &str) -> bool {
    let known = known.to_str().unwrap_or_default();
    known.trim() == "*"
        || known
            .split(',')
            .any(|own| own.trim().trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_read() {
        let has = |known: &'static str| has(&HeaderValue::from_static(known), "\"a\"");
        assert!(has("\"a\"") && has("\"b\", \"a\"") && has("W/\"a\"") && has("*"));
        assert!(!has("a") && !has("\"b\"") && !has(""));
    }
}
