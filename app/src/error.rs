//! The error that a user sees: what is wrong and what to do, never an internal cause.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// The kind of an error: decides the HTTP status and the heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// 400: the address or the form is not valid.
    BadRequest,
    /// 401: not signed in.
    SignIn,
    /// 403: the user does not have the required role.
    Forbidden,
    /// 404
    NotFound,
    /// 422: single fields are not valid.
    Fields,
    /// 409: the state has changed, or a previous step is missing.
    Conflict,
    /// 500: the cause is in the server log.
    Internal,
    /// 503: the database is busy, full or not reachable.
    Unavailable,
    /// The browser could not reach the server.
    Offline,
}

/// An error with its message for the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppError {
    pub kind: Kind,
    pub message: String,
}

impl AppError {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

impl Kind {
    /// HTTP status code.
    pub fn status(self) -> u16 {
        match self {
            Kind::BadRequest => 400,
            Kind::SignIn => 401,
            Kind::Forbidden => 403,
            Kind::NotFound => 404,
            Kind::Fields => 422,
            Kind::Conflict => 409,
            Kind::Internal | Kind::Offline => 500,
            Kind::Unavailable => 503,
        }
    }

    /// Heading of the error page.
    pub fn heading(self) -> &'static str {
        match self {
            Kind::BadRequest => "Invalid request",
            Kind::SignIn => "Please sign in",
            Kind::Forbidden => "Access denied",
            Kind::NotFound => "Not found",
            Kind::Fields => "Some fields are invalid",
            Kind::Conflict => "Conflict",
            Kind::Internal => "Something went wrong",
            Kind::Unavailable => "Temporarily unavailable",
            Kind::Offline => "Server not reachable",
        }
    }

    /// What the user can do next.
    pub fn advice(self) -> &'static str {
        match self {
            Kind::BadRequest => "Check the address or go back to the dashboard.",
            Kind::SignIn => "Your session may have ended. Sign in again.",
            Kind::Forbidden => "Ask an administrator for the required role.",
            Kind::Fields => "Go back and correct the fields.",
            Kind::NotFound => "The link may be out of date, or the item may have been removed.",
            Kind::Conflict => "Reload the page to see the current state.",
            Kind::Internal => {
                "Nothing was changed. Try again. If the problem continues, ask the administrator to check the server log."
            }
            Kind::Unavailable => "Nothing was changed. Try again in a moment.",
            Kind::Offline => "Check the connection and try again.",
        }
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::new(
                Kind::BadRequest,
                "The form is incomplete. Fill in all required fields.",
            ),
            ServerFnErrorErr::Request(_) => {
                Self::new(Kind::Offline, "The request did not reach the server.")
            }
            ServerFnErrorErr::Registration(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_)
            | ServerFnErrorErr::ServerError(_)
            | ServerFnErrorErr::MiddlewareError(_)
            | ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::Serialization(_)
            | ServerFnErrorErr::Response(_) => Self::new(
                Kind::Internal,
                "The answer of the server could not be read.",
            ),
        }
    }
}
