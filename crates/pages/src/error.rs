//! The error of a page: what is wrong and what to do, never an internal cause.

pub use app::error::Kind;
use axum::http::request::Parts;
use domain::FieldProblem;
use leptos::prelude::use_context;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// An error with its message for the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageError {
    pub kind: Kind,
    pub message: String,
    /// Problems by field; empty for other kinds than [`Kind::Fields`].
    pub fields: Vec<FieldProblem>,
}

impl PageError {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            fields: Vec::new(),
        }
    }

    /// The first field of the form with a problem; empty when there is none.
    pub fn field(&self) -> &str {
        if self.kind == Kind::SignIn {
            return "password";
        }
        self.fields
            .first()
            .map_or("", |problem| problem.field.as_str())
    }
}

impl std::fmt::Display for PageError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for PageError {}

impl From<app::AppError> for PageError {
    fn from(error: app::AppError) -> Self {
        Self::new(error.kind, error.message)
    }
}

impl FromServerFnError for PageError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        app::AppError::from_server_fn_error(error).into()
    }
}

/// The only mapping of `workflow` errors to what the user sees.
impl From<workflow::Error> for PageError {
    fn from(error: workflow::Error) -> Self {
        let (kind, message) = match error {
            workflow::Error::NotFound(message) => (Kind::NotFound, message),
            workflow::Error::Invalid(message) | workflow::Error::TooMany { message, .. } => {
                (Kind::BadRequest, message)
            }
            workflow::Error::Refused(refusal) => (Kind::BadRequest, refusal.to_string()),
            workflow::Error::SignIn(message) => (Kind::SignIn, message),
            workflow::Error::Forbidden { message, .. } => (Kind::Forbidden, message),
            workflow::Error::Conflict { message, .. } | workflow::Error::Canceled(message) => {
                (Kind::Conflict, message)
            }
            workflow::Error::Fields(fields) => {
                let message = fields
                    .iter()
                    .map(|problem| problem.message.as_str())
                    .collect::<Vec<_>>()
                    .join(" ");
                return Self {
                    kind: Kind::Fields,
                    message,
                    fields,
                };
            }
            error @ workflow::Error::Unavailable(_) => {
                tracing::error!(
                    error = workflow::causes(&error),
                    request_id = request_id(),
                    "the database is not available"
                );
                (
                    Kind::Unavailable,
                    "The database is busy or cannot be reached.".to_owned(),
                )
            }
            error @ workflow::Error::NotLogged(_) => {
                tracing::error!(
                    error = workflow::causes(&error),
                    request_id = request_id(),
                    "the prediction log cannot be written"
                );
                (
                    Kind::Unavailable,
                    "The prediction log cannot be written, so nothing was scored.".to_owned(),
                )
            }
            error @ (workflow::Error::Store(_) | workflow::Error::Internal { .. }) => {
                tracing::error!(
                    error = workflow::causes(&error),
                    request_id = request_id(),
                    "a request failed"
                );
                (
                    Kind::Internal,
                    "The server could not complete the request.".to_owned(),
                )
            }
        };
        Self::new(kind, message)
    }
}

/// The ID of the current request, as in the log; empty outside of a request.
pub fn request_id() -> String {
    let request = use_context::<Parts>();
    let name = request
        .as_ref()
        .and_then(|request| request.headers.get("x-request-id")?.to_str().ok());
    name.unwrap_or_default().to_owned()
}
