//! One entry of the log, and the newest one as it is kept beside the chain.

use domain::{AuditAction, Timestamp, UnknownWord};
use serde::Deserialize;

use crate::artifacts;
use crate::sql::row;

row! {
    /// One entry, as it is hashed. Texts are as they stand in the database: also what somebody
    /// changed there can be told.
    #[derive(Eq, Deserialize)]
    pub struct Entry in "audit" {
        pub sequence: i64,
        pub at: Timestamp,
        /// The actor's pseudonym.
        pub actor: String,
        /// An [`AuditAction`].
        pub action: String,
        /// What it was done to; a person or an account by its pseudonym.
        pub subject: String,
        /// JSON with sorted keys.
        pub detail: String,
        pub previous_hash: String,
        pub hash: String,
    }
}

impl Entry {
    /// What was done.
    ///
    /// # Errors
    /// When nothing of this name can be done: the entry was changed, or is of a newer version of
    /// the program.
    pub fn action(&self) -> std::result::Result<AuditAction, UnknownWord> {
        self.action.parse()
    }

    /// The hash that this entry should carry: SHA-256 over its fields as a JSON array, the time in
    /// unix microseconds.
    pub fn expected_hash(&self) -> String {
        self.hash_as(self.sequence)
    }

    /// The hash that this entry would carry under another number.
    pub(super) fn hash_as(&self, sequence: i64) -> String {
        let fields = (
            sequence,
            self.at.micros(),
            &self.actor,
            &self.action,
            &self.subject,
            &self.detail,
            &self.previous_hash,
        );
        // A tuple of numbers and texts always has a JSON form.
        artifacts::hash(
            serde_json::to_string(&fields)
                .unwrap_or_default()
                .as_bytes(),
        )
    }
}

row! {
    /// The newest entry, kept beside the chain: an end that was cut off is noticed by it.
    #[derive(Eq, Deserialize)]
    pub struct Head in "audit_head" {
        pub sequence: i64,
        pub hash: String,
    }
}
