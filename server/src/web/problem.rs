//! Errors of routes as RFC 9457 problem details.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use workflow::Error;

/// Seconds after which a client should retry.
pub const RETRY_AFTER: u32 = 5;

/// An error as a response.
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
            Error::Invalid(_) => (StatusCode::BAD_REQUEST, "Invalid request"),
            Error::Fields(_) => (StatusCode::UNPROCESSABLE_ENTITY, "Invalid fields"),
            Error::Refused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "Invalid data"),
            Error::SignIn(_) => (StatusCode::UNAUTHORIZED, "Sign-in required"),
            Error::TooMany { .. } => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many failed sign-in attempts",
            ),
            Error::Forbidden { .. } => (StatusCode::FORBIDDEN, "Access denied"),
            Error::Conflict { .. } | Error::Canceled(_) => (StatusCode::CONFLICT, "Conflict"),
            Error::Unavailable(_) | Error::NotLogged(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "Service unavailable")
            }
            Error::Store(_) | Error::Internal { .. } => {
                (StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
            }
        };
        let detail = if status == StatusCode::SERVICE_UNAVAILABLE {
            tracing::error!(
                error = workflow::causes(&self.0),
                request_id = super::request_id::current(),
                "service unavailable"
            );
            if let error @ Error::NotLogged(_) = &self.0 {
                error.to_string()
            } else {
                "The database is busy or unreachable. Nothing was changed. Try again in a moment."
                    .to_owned()
            }
        } else if status.is_server_error() {
            tracing::error!(
                error = workflow::causes(&self.0),
                request_id = super::request_id::current(),
                "request failed"
            );
            "Try again. If the error persists, ask an administrator to check the server log for this request id.".to_owned()
        } else {
            self.0.to_string()
        };
        let errors = match &self.0 {
            Error::Refused(refusal) => Some(json!(refusal.problems)),
            Error::Fields(problems) => Some(json!(problems)),
            Error::NotFound(_)
            | Error::Invalid(_)
            | Error::SignIn(_)
            | Error::TooMany { .. }
            | Error::Forbidden { .. }
            | Error::Conflict { .. }
            | Error::Canceled(_)
            | Error::Unavailable(_)
            | Error::NotLogged(_)
            | Error::Store(_)
            | Error::Internal { .. } => None,
        };
        let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail, "errors": errors, "code": self.0.code(), "request_id": super::request_id::current() });
        let mut response = (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            Json(body),
        )
            .into_response();
        match &self.0 {
            Error::SignIn(_) => {
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Error::TooMany { seconds, .. } => {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            Error::Unavailable(_) | Error::NotLogged(_) => {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
            }
            Error::NotFound(_)
            | Error::Invalid(_)
            | Error::Fields(_)
            | Error::Forbidden { .. }
            | Error::Conflict { .. }
            | Error::Refused(_)
            | Error::Canceled(_)
            | Error::Store(_)
            | Error::Internal { .. } => {}
        }
        response
    }
}
