//! What a door may tell.

use data::Refusal;

/// Why a use case could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing; the text says which.
    #[error("{0}")]
    NotFound(String),
    /// The request makes no sense as it is; the text says what to change.
    #[error("{0}")]
    Invalid(String),
    /// Nobody is signed in, or name, password or token are not good.
    #[error("{0}")]
    SignIn(String),
    /// Too many wrong passwords: nothing was looked at.
    #[error("{message}")]
    TooMany {
        message: String,
        /// How long to wait.
        seconds: i64,
    },
    /// Not allowed for this person.
    #[error("{0}")]
    Forbidden(String),
    /// Somebody else was faster, or the state does not allow it now.
    #[error("{0}")]
    Conflict(String),
    /// A file breaks the rules of its use case.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Stopped by the person who started it.
    #[error("{0}")]
    Cancelled(String),
    /// Something inside failed; the cause is for the log.
    #[error("the store failed: {0}")]
    Store(#[from] store::Error),
    #[error("{0}")]
    Internal(String),
}

/// A result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The exit code of a command that ends with it: 2 for bad input, 3 for internal failures.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Store(store::Error::Setting(_)) => 2,
            Self::Store(_) | Self::Internal(_) => 3,
            Self::Cancelled(_) | Self::SignIn(_) | Self::TooMany { .. } | Self::Forbidden(_) | Self::Conflict(_) => 1,
            Self::NotFound(_) | Self::Invalid(_) | Self::Refused(_) => 2,
        }
    }
}

impl From<data::ReadError> for Error {
    fn from(error: data::ReadError) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl From<model::FileError> for Error {
    fn from(error: model::FileError) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl From<model::explain::ExplainError> for Error {
    fn from(error: model::explain::ExplainError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<stats::InputError> for Error {
    fn from(error: stats::InputError) -> Self {
        Self::Invalid(format!("the figures could not be computed: {error}"))
    }
}

impl From<training::TrainingError> for Error {
    fn from(error: training::TrainingError) -> Self {
        match error {
            training::TrainingError::Cancelled { .. } => Self::Cancelled(error.to_string()),
            training::TrainingError::Learner(_) => Self::Internal(error.to_string()),
            _ => Self::Invalid(error.to_string()),
        }
    }
}

/// Runs CPU work off the async threads.
pub(crate) async fn compute<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(format!("a computation stopped: {error}")))?
}
