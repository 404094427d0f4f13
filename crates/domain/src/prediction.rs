//! The words of the prediction log: what was scored, what of it is kept, and for how long.

use crate::words::words;

words! {
    /// What led to an entry of the prediction log.
    pub enum PredictionKind {
        /// One record of a program.
        Single = "single",
        /// Many records of a program: one entry, with a file.
        Batch = "batch",
        /// A person was opened on the what-if page.
        WhatIf = "what_if",
        /// A scenario was saved on the what-if page.
        Scenario = "scenario",
    }
}

words! {
    /// What is kept of the values that were scored.
    pub enum InputPolicy {
        /// All of them, without the identifier.
        Full = "full",
        /// A keyed hash: it tells whether given values are the same.
        Hashed = "hashed",
        /// Nothing.
        None = "none",
    }
}

words! {
    /// What happens while the prediction log cannot be written.
    pub enum LogFailure {
        /// Requests are refused.
        Refuse = "refuse",
        /// Requests are answered without an entry, and counted.
        Continue = "continue",
    }
}

words! {
    /// How long an entry is kept, from when it was written.
    pub enum RetentionClass {
        Days30 = "30_days",
        Days90 = "90_days",
        Year = "1_year",
        ThreeYears = "3_years",
        SixYears = "6_years",
    }
}

impl PredictionKind {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Single => "API, one record",
            Self::Batch => "API, batch",
            Self::WhatIf => "What-if, person opened",
            Self::Scenario => "What-if, saved scenario",
        }
    }
}

impl InputPolicy {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Full => "All values, without the identifier",
            Self::Hashed => "A keyed hash of the values",
            Self::None => "No values",
        }
    }
}

impl LogFailure {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Refuse => "Refuse requests",
            Self::Continue => "Answer without an entry, and count it",
        }
    }
}

impl RetentionClass {
    /// Days that an entry is kept.
    pub fn days(self) -> u32 {
        match self {
            Self::Days30 => 30,
            Self::Days90 => 90,
            Self::Year => 365,
            Self::ThreeYears => 3 * 365,
            Self::SixYears => 6 * 365,
        }
    }

    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Days30 => "30 days",
            Self::Days90 => "90 days",
            Self::Year => "1 year",
            Self::ThreeYears => "3 years",
            Self::SixYears => "6 years",
        }
    }
}
