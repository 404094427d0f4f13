//! Files about the same people as one, before there is a use case that says what is read.

use model::UseCase;
use model::use_case::{Policies, Target, Terminology};

use crate::check::Refusal;
use crate::join::{JoinOptions, Joined, join};
use crate::read::Raw;

/// Puts files together by a key. Of a column that several files have, that of the first is kept and
/// the report names it: a use case that reads it is refused when the files are imported.
///
/// # Errors
/// As [`join`].
pub fn join_for_draft(files: Vec<(String, Raw)>, options: &JoinOptions) -> Result<Joined, Refusal> {
    join(files, &reads_nothing(&options.key), options)
}

fn reads_nothing(key: &str) -> UseCase {
    UseCase {
        id: String::new(),
        title: String::new(),
        description: String::new(),
        words: Terminology {
            one: String::new(),
            many: String::new(),
            event_one: String::new(),
            event_many: String::new(),
            verb: String::new(),
        },
        id_column: Some(key.to_owned()),
        time_column: None,
        horizon_days: None,
        segments: Vec::new(),
        audited: Vec::new(),
        include_protected: false,
        target: Target {
            // Every use case has one; the key is read anyway.
            column: key.to_owned(),
            label: String::new(),
            positive: Vec::new(),
            negative: Vec::new(),
            aliases: Vec::new(),
        },
        policies: Policies {
            gates: String::new(),
            drift: String::new(),
            cutoff: 0.5,
        },
        bands: Vec::new(),
        fields: Vec::new(),
        derived: Vec::new(),
    }
}
