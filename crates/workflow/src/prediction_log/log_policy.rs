//! What the log keeps.

use domain::{InputPolicy, LogFailure, RetentionClass};
use serde::Serialize;

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LogPolicy {
    pub input: InputPolicy,
    pub on_failure: LogFailure,
    pub retention: RetentionClass,
}

impl Default for LogPolicy {
    fn default() -> Self {
        Self {
            input: InputPolicy::Full,
            on_failure: LogFailure::Refuse,
            retention: RetentionClass::Year,
        }
    }
}
