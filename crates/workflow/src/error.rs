//! What can go wrong, typed: entry points map it once, to a page, to problem details or to an exit
//! code.

use data::Refusal;
use domain::format::sentence;
use domain::{FieldProblem, ProblemCode, RefusalCode};

/// An error of another crate, kept as the source of ours.
type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a command or a query could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not found; the text names it.
    #[error("{0}")]
    NotFound(String),
    /// The request is invalid; the text says what to change.
    #[error("{0}")]
    Invalid(String),
    /// Single fields of a form or a request are wrong.
    #[error("{}", sentences(.0))]
    Fields(Vec<FieldProblem>),
    /// Nobody is signed in, or name, password or token are wrong.
    #[error("{0}")]
    SignIn(String),
    /// Too many wrong passwords: nothing was checked.
    #[error("{message}")]
    TooMany {
        message: String,
        /// How long to wait.
        seconds: i64,
    },
    /// Not allowed for this person.
    #[error("{message}")]
    Forbidden { code: RefusalCode, message: String },
    /// A concurrent change, or a state that does not allow it.
    #[error("{message}")]
    Conflict { code: RefusalCode, message: String },
    /// A file breaks the rules of its use case.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// Stopped by the person who started it.
    #[error("{0}")]
    Canceled(String),
    /// The database is busy, full or away. Nothing was changed, and the same may work in a moment.
    #[error("The database is temporarily unavailable. Try again in a moment.")]
    Unavailable(#[source] Source),
    /// The prediction log could not be written, so nothing was answered.
    #[error("The prediction log cannot be written, so nothing was scored. Try again in a moment.")]
    NotLogged(#[source] Source),
    /// Something inside failed; the cause is for the log.
    #[error("The store failed: {0}.")]
    Store(#[source] store::Error),
    /// Something inside failed that has nothing to do with the request.
    #[error("{message}")]
    Internal {
        message: String,
        #[source]
        source: Option<Source>,
    },
}

/// A result of a command or a query.
pub type Result<T> = std::result::Result<T, Error>;

fn sentences(problems: &[FieldProblem]) -> String {
    problems
        .iter()
        .map(|problem| problem.message.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

impl Error {
    /// One field is wrong; `message` says what to do about it.
    pub fn field(field: impl Into<String>, code: ProblemCode, message: impl Into<String>) -> Self {
        Self::Fields(vec![FieldProblem::new(field, code, message)])
    }

    /// Not allowed for this person.
    pub fn forbidden(code: RefusalCode, message: impl Into<String>) -> Self {
        Self::Forbidden {
            code,
            message: message.into(),
        }
    }

    /// Not possible as things are now.
    pub fn conflict(code: RefusalCode, message: impl Into<String>) -> Self {
        Self::Conflict {
            code,
            message: message.into(),
        }
    }

    /// The code of a refusal, for programs and tests.
    pub fn code(&self) -> Option<RefusalCode> {
        match self {
            Self::Forbidden { code, .. } | Self::Conflict { code, .. } => Some(*code),
            Self::NotFound(_)
            | Self::Invalid(_)
            | Self::Fields(_)
            | Self::SignIn(_)
            | Self::TooMany { .. }
            | Self::Refused(_)
            | Self::Canceled(_)
            | Self::Unavailable(_)
            | Self::NotLogged(_)
            | Self::Store(_)
            | Self::Internal { .. } => None,
        }
    }

    /// The use case has no version of this number.
    pub fn no_version(use_case: &str, number: impl std::fmt::Display) -> Self {
        Self::NotFound(format!("{use_case} has no version {number}."))
    }

    /// An internal inconsistency.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal {
            message: message.into(),
            source: None,
        }
    }

    /// An entry of the prediction log could not be written.
    pub(crate) fn not_logged(source: impl Into<Source>) -> Self {
        Self::NotLogged(source.into())
    }

    /// An internal failure caused by another error.
    pub fn caused(source: impl Into<Source>) -> Self {
        let source = source.into();
        Self::Internal {
            message: source.to_string(),
            source: Some(source),
        }
    }

    /// The exit code of a command that ends with it: 2 for what the caller can mend, 3 for internal
    /// failures, 4 for what may work in a moment.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Canceled(_) => 1,
            Self::Store(store::Error::Setting(_))
            | Self::NotFound(_)
            | Self::Invalid(_)
            | Self::Fields(_)
            | Self::Refused(_)
            | Self::SignIn(_)
            | Self::TooMany { .. }
            | Self::Forbidden { .. }
            | Self::Conflict { .. } => 2,
            Self::Store(_) | Self::Internal { .. } => 3,
            Self::Unavailable(_) | Self::NotLogged(_) => 4,
        }
    }
}

/// Collects the problems of several fields, so that all of them are named at once.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<FieldProblem>);

impl Problems {
    /// The value; or `None`, and its problems are noted.
    ///
    /// # Errors
    /// What is not about a field.
    pub(crate) fn note<T>(&mut self, result: Result<T>) -> Result<Option<T>> {
        match result {
            Err(Error::Fields(problems)) => {
                self.0.extend(problems);
                Ok(None)
            }
            result => result.map(Some),
        }
    }

    /// # Errors
    /// [`Error::Fields`] with all that was noted.
    pub(crate) fn none(&mut self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Fields(std::mem::take(&mut self.0)))
        }
    }
}

impl From<domain::InvalidTime> for Error {
    fn from(invalid: domain::InvalidTime) -> Self {
        Self::Invalid(format!("{invalid}."))
    }
}

impl From<Problems> for Error {
    fn from(Problems(problems): Problems) -> Self {
        Self::Fields(problems)
    }
}

/// An error and its sources on one line, for the log.
pub fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    store::Chain(error).to_string()
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        if matches!(error, store::Error::Unavailable(_)) {
            Self::Unavailable(error.into())
        } else {
            Self::Store(error)
        }
    }
}

impl From<data::ReadError> for Error {
    fn from(error: data::ReadError) -> Self {
        Self::Invalid(sentence(&error.to_string()))
    }
}

impl From<model::FileError> for Error {
    fn from(error: model::FileError) -> Self {
        Self::Invalid(sentence(&error.to_string()))
    }
}

impl From<model::explain::ExplainError> for Error {
    fn from(error: model::explain::ExplainError) -> Self {
        Self::caused(error)
    }
}

impl From<stats::InputError> for Error {
    fn from(error: stats::InputError) -> Self {
        Self::Invalid(format!("The metrics could not be computed: {error}."))
    }
}

impl From<training::TrainingError> for Error {
    fn from(error: training::TrainingError) -> Self {
        match error {
            training::TrainingError::Canceled => Self::Canceled(sentence(&error.to_string())),
            training::TrainingError::Learner(_) => Self::caused(error),
            training::TrainingError::UnequalLengths { .. }
            | training::TrainingError::TooFewRows { .. }
            | training::TrainingError::Infinite { .. }
            | training::TrainingError::WrongType { .. }
            | training::TrainingError::NoInputs
            | training::TrainingError::Formula { .. }
            | training::TrainingError::Settings(_)
            | training::TrainingError::Split(_) => Self::Invalid(sentence(&error.to_string())),
        }
    }
}

/// Runs CPU work off the async threads.
pub(crate) async fn compute<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(Error::caused)?
}
