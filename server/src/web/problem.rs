//! Errors of routes as RFC 9457 problem details.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ProblemCode;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
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
        let mut response = answer(status, title, code(&self.0), &detail, errors);
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

/// The code of an error, for programs: it stays the same when the sentence is changed.
fn code(error: &Error) -> &'static str {
    match error {
        Error::Forbidden { code, .. } | Error::Conflict { code, .. } => code.as_str(),
        Error::NotFound(_) => "not_found",
        Error::Invalid(_) => "invalid_request",
        Error::Fields(_) => "invalid_fields",
        Error::Refused(_) => "invalid_data",
        Error::SignIn(_) => "sign_in_required",
        Error::TooMany { .. } => "too_many_attempts",
        Error::Canceled(_) => "canceled",
        Error::Unavailable(_) => "unavailable",
        Error::NotLogged(_) => "not_logged",
        Error::Store(_) | Error::Internal { .. } => "internal",
    }
}

fn answer(
    status: StatusCode,
    title: &str,
    code: &str,
    detail: &str,
    errors: Option<serde_json::Value>,
) -> Response {
    let body = json!({ "type": "about:blank", "title": title, "status": status.as_u16(), "detail": detail, "errors": errors, "code": code, "request_id": super::request_id::current() });
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (status, kind, Json(body)).into_response()
}

/// Problem details of what only HTTP knows: wrong media types, bodies that are too large, limits.
pub fn of_http(status: StatusCode, code: &'static str, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Refused");
    answer(status, title, code, detail, None)
}

/// Problem details, as they are documented.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDetails {
    /// Always `about:blank`: the code says what it is.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What is wrong and what to do, in a sentence.
    pub detail: String,
    /// Which problem it is, for programs; see the list in the documentation.
    pub code: String,
    /// The id under which it is in the server's log.
    pub request_id: Option<String>,
    /// Each field, cell or record that is wrong.
    pub errors: Option<Vec<ProblemAt>>,
}

/// One field, cell or record that is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemAt {
    /// Name of a field of the request.
    pub field: Option<String>,
    /// Which problem it is, for programs.
    pub code: Option<ProblemCode>,
    /// A sentence about the field.
    pub message: Option<String>,
    /// The file, where several were sent.
    pub file: Option<String>,
    /// Row of a file (the header is 1), or number of a record from 1.
    pub row: Option<u64>,
    /// Column of a file, or field of a record.
    pub column: Option<String>,
    /// The text as it was read.
    pub value: Option<String>,
    /// What is allowed.
    pub rule: Option<String>,
}
