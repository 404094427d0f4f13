//! Answers to requests that may be sent twice.

use domain::Timestamp;

use crate::sql::{self, row, select, sql};
use crate::{Reader, Result, Writer};

row! {
    /// What was answered under a key. See the table `idempotency_key` in `migrations/`.
    #[derive(Eq)]
    pub struct KeptAnswer in "idempotency_key" {
        pub key_hash: String,
        pub request_hash: String,
        /// `None`: the first request is still being answered.
        pub status: Option<i64>,
        pub media_type: String,
        /// JSON: names and values.
        pub headers: String,
        pub body: String,
        pub created_at: Timestamp,
    }
}

/// What is kept under a key.
///
/// # Errors
/// When the database fails.
pub async fn find(reader: &mut Reader, key_hash: &str) -> Result<Option<KeptAnswer>> {
    select("where key_hash = $1")
        .bind(key_hash)
        .optional(reader)
        .await
}

/// Keeps an answer, or that a request is being answered; and forgets those before `forget_before`.
///
/// # Errors
/// When the key is there already, or the database fails.
pub async fn insert(
    writer: &mut Writer,
    answer: &KeptAnswer,
    forget_before: Timestamp,
) -> Result<()> {
    sql("delete from idempotency_key where created_at < $1")
        .bind(forget_before)
        .execute(writer)
        .await?;
    sql::insert(writer, answer).await
}

/// Takes a key back.
///
/// # Errors
/// When the database fails.
pub async fn remove(writer: &mut Writer, key_hash: &str) -> Result<()> {
    sql("delete from idempotency_key where key_hash = $1")
        .bind(key_hash)
        .execute(writer)
        .await?;
    Ok(())
}
