//! The one error that reaches a person: what happened and what can be done, never a cause from inside.

#[cfg(feature = "ssr")]
use domain::FieldProblem;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// What kind of "no" it is; decides the HTTP status and the heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// 400: the address or form asks for something that makes no sense.
    BadRequest,
    /// 401: nobody is signed in.
    SignIn,
    /// 403: the signed-in person may not do this.
    Forbidden,
    /// 404
    NotFound,
    /// 422: single fields are not valid.
    Fields,
    /// 409: someone else was faster, or the order of things is wrong.
    Conflict,
    /// 500; the cause is in the server's log.
    Internal,
    /// 503: the database is busy, full or away.
    Unavailable,
    /// The browser could not reach the server.
    Offline,
}

/// An error with its sentence for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppError {
    pub kind: Kind,
    pub message: String,
    /// What is wrong, field by field; empty for other kinds than [`Kind::Fields`]. The server alone shows forms.
    #[cfg(feature = "ssr")]
    #[serde(default)]
    pub fields: Vec<FieldProblem>,
}

impl AppError {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            #[cfg(feature = "ssr")]
            fields: Vec::new(),
        }
    }

    /// The field of the form that is wrong first; empty when it is none.
    #[cfg(feature = "ssr")]
    pub fn field(&self) -> &str {
        match self.kind {
            Kind::SignIn => "password",
            _ => self.fields.first().map_or("", |problem| problem.field.as_str()),
        }
    }

    /// HTTP status code.
    pub fn status(&self) -> u16 {
        match self.kind {
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
    pub fn heading(&self) -> &'static str {
        match self.kind {
            Kind::BadRequest => "That cannot be asked",
            Kind::SignIn => "Please sign in",
            Kind::Forbidden => "You may not see this",
            Kind::NotFound => "Nothing here",
            Kind::Fields => "Some fields are not valid",
            Kind::Conflict => "Someone was here before you",
            Kind::Internal => "Something went wrong",
            Kind::Unavailable => "Not available at the moment",
            Kind::Offline => "The server cannot be reached",
        }
    }

    /// What the person can do next.
    pub fn advice(&self) -> &'static str {
        match self.kind {
            Kind::BadRequest => "Check the address, or start again from the dashboard.",
            Kind::SignIn => "Your session may have ended.",
            Kind::Forbidden => "Ask an administrator for the role that this needs.",
            Kind::Fields => "Go back and correct the fields.",
            Kind::NotFound => "The link may be old, or what it named was removed.",
            Kind::Conflict => "Load the page again to see how things stand.",
            Kind::Internal => "Nothing was changed. Try again; if it stays, the server's log names the cause.",
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
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Self::new(Kind::BadRequest, "The form did not say all that is needed.")
            }
            ServerFnErrorErr::Request(_) => Self::new(Kind::Offline, "The request did not reach the server."),
            _ => Self::new(Kind::Internal, "The server's answer could not be used."),
        }
    }
}
