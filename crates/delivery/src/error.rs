//! Why a message did not arrive, and whether it may later.

use std::time::Duration;

/// A failed attempt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The receiver is away or busy: the same may work later.
    #[error("{message}")]
    Temporary {
        /// What happened, in a sentence.
        message: String,
        /// How long the receiver asks to wait.
        after: Option<Duration>,
    },
    /// It will not work without a change of settings.
    #[error("{0}")]
    Refused(String),
}

/// A result of an attempt.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// May work later.
    pub fn temporary(message: impl Into<String>) -> Self {
        Self::Temporary {
            message: message.into(),
            after: None,
        }
    }

    /// Will not work.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::Refused(message.into())
    }

    /// The same without a secret in its text, wherever it came from.
    #[must_use]
    pub fn without(self, secret: &str) -> Self {
        let clean = |text: String| match secret.is_empty() {
            true => text,
            false => text.replace(secret, "…"),
        };
        match self {
            Self::Temporary { message, after } => Self::Temporary {
                message: clean(message),
                after,
            },
            Self::Refused(message) => Self::Refused(clean(message)),
        }
    }
}
