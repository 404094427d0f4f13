//! Errors of routes as RFC 9457 problem details.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use workflow::Error;

/// Seconds after which somebody who was told to come back should do so.
pub const RETRY_AFTER: u32 = 5;

/// An error on its way out.
pub struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, title) = match &self.0 {
            Error::NotFound(_) => (StatusCode::NOT_FOUND, "Not found"),
            Error::Invalid(_) => (StatusCode::BAD_REQUEST, "The request makes no sense as it is"),
            Error::Fields(_) => (StatusCode::UNPROCESSABLE_ENTITY, "Some fields are not valid"),
            Error::Refused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "The data breaks the rules of the use case"),
            Error::SignIn(_) => (StatusCode::UNAUTHORIZED, "Nobody is signed in"),
            Error::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "Too many wrong passwords"),
            Error::Forbidden { .. } => (StatusCode::FORBIDDEN, "Not allowed"),
            Error::Conflict { .. } | Error::Cancelled(_) => (StatusCode::CONFLICT, "Not possible now"),
            Error::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "Not available at the moment"),
            Error::Store(_) | Error::Internal { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "The server failed"),
        };
        let detail = if status == StatusCode::SERVICE_UNAVAILABLE {
            tracing::error!(error = workflow::causes(&self.0), request_id = super::request_id::current(), "the database is not available");
            "The database is busy or cannot be reached. Nothing was changed. Try again in a moment.".to_owned()
        } else if status.is_server_error() {
            tracing::error!(error = workflow::causes(&self.0), request_id = super::request_id::current(), "a route failed");
            "Try again; if it fails again, ask the administrator to look at the log.".to_owned()
        } else {
            self.0.to_string()
        };
        let errors = match &self.0 {
            Error::Refused(refusal) => Some(json!(refusal.problems)),
            Error::Fields(problems) => Some(json!(problems)),
            _ => None,
        };
        let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail, "errors": errors, "code": self.0.code(), "request_id": super::request_id::current() });
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(body)).into_response();
        match &self.0 {
            Error::SignIn(_) => {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Error::TooMany { seconds, .. } => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            Error::Unavailable(_) => {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
            }
            _ => {}
        }
        response
    }
}
