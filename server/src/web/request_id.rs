//! Each request has an id: in the response header, in problem details, on error pages and in the
//! log.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// Assigns an id to the request. An id from outside is not used.
pub async fn name_request(mut request: Request, next: Next) -> Response {
    let id: String = workflow::new_id();
    let header = HeaderValue::from_str(&id).ok();
    if let Some(header) = header.clone() {
        request.headers_mut().insert("x-request-id", header);
    }
    // Only the first part of the path: the rest may identify a person or contain the secret of a
    // set-up link.
    let place = request
        .uri()
        .path()
        .split('/')
        .nth(1)
        .unwrap_or_default()
        .to_owned();
    let span = tracing::info_span!("request", %id, method = %request.method(), place);
    let mut response = REQUEST_ID
        .scope(id, next.run(request))
        .instrument(span)
        .await;
    if let Some(header) = header {
        response.headers_mut().insert("x-request-id", header);
    }
    response
}

/// The id of the current request; empty outside of one.
pub fn current() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}
