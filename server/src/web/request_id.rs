//! Each request has a name: in the answer's header, in the body of a problem, on an error page, and in the log.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

tokio::task_local! {
    static REQUEST_ID: String;
}

/// Names the request while it is answered. A name from outside is not taken over.
pub async fn name_request(mut request: Request, next: Next) -> Response {
    let id: String = workflow::new_id();
    let header = HeaderValue::from_str(&id).ok();
    if let Some(header) = header.clone() {
        request.headers_mut().insert("x-request-id", header);
    }
    // The first part of the path only: what follows may name a person or hold the secret of a set-up link.
    let place = request.uri().path().split('/').nth(1).unwrap_or_default().to_owned();
    let span = tracing::info_span!("request", %id, method = %request.method(), place);
    let mut response = REQUEST_ID.scope(id, next.run(request)).instrument(span).await;
    if let Some(header) = header {
        response.headers_mut().insert("x-request-id", header);
    }
    response
}

/// The name of the request that is being answered; empty outside of one.
pub fn current() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}
