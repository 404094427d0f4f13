//! What is wrong with one field of a form, a record or a file.

use serde::{Deserialize, Serialize};

use crate::words::words;

words! {
    /// What kind of problem it is, for programs. People read the message.
    pub enum ProblemCode {
        /// There is no value, and one is needed.
        Required = "required",
        /// The value is not of the right type, for example letters for a number.
        Type = "type",
        /// The value is not one of those allowed.
        UnknownValue = "unknown_value",
        /// The value lies outside the allowed range.
        OutOfRange = "out_of_range",
        /// The text is too long.
        TooLong = "too_long",
        /// The text is not of the right form, for example a date.
        Format = "format",
        /// There is no such field.
        UnknownField = "unknown_field",
        /// Another one has this value already.
        Duplicate = "duplicate",
        /// The field does not fit the others.
        Inconsistent = "inconsistent",
        /// Refused by a rule of the organization, for example its gate policy.
        NotAllowed = "not_allowed",
    }
}

/// A problem with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// Name of the field as the caller sent it.
    pub field: String,
    pub code: ProblemCode,
    /// What is wrong and what to do, one sentence.
    pub message: String,
}

impl FieldProblem {
    pub fn new(field: impl Into<String>, code: ProblemCode, message: impl Into<String>) -> Self {
        Self { field: field.into(), code, message: message.into() }
    }

    /// A field that needs a value: "Enter a reason."
    pub fn required(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(field, ProblemCode::Required, message)
    }
}

impl std::fmt::Display for FieldProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.field, self.message)
    }
}
