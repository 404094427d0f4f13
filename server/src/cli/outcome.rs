//! The outcome of a command, which decides the exit code.

use std::process::ExitCode;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Negative result (drift found, gate failed, verification failed): exit code 1.
    Negative,
    /// The input would be refused: exit code 2.
    Refused,
    /// Could not compute: exit code 3.
    Unknown,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done => Self::SUCCESS,
            Outcome::Negative => Self::from(1),
            Outcome::Refused => Self::from(2),
            Outcome::Unknown => Self::from(3),
        }
    }
}
