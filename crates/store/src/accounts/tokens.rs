//! API tokens.

use domain::{AccountName, Scope, Timestamp};

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// An API token without what it carries.
    #[derive(Eq)]
    pub struct Token in "api_token" {
        pub token_id: String,
        pub account_id: String,
        pub label: String,
        pub scopes: Vec<Scope>,
        pub expires_at: Option<Timestamp>,
        pub revoked_at: Option<Timestamp>,
        pub last_used_at: Option<Timestamp>,
        pub created_by: AccountName,
        pub created_at: Timestamp,
    }
}

/// Adds a token under the hash of what it carries.
///
/// # Errors
/// When the database fails.
pub async fn insert_token(writer: &mut Writer, token: &Token, token_hash: &str) -> Result<()> {
    sql::insert_with(
        writer,
        &[("token_hash", token_hash.cell())],
        std::slice::from_ref(token),
        "",
    )
    .await
}

/// The tokens of an account, or of all; newest first.
///
/// # Errors
/// When the database fails.
pub async fn tokens(reader: &mut Reader, account_id: Option<&str>) -> Result<Vec<Token>> {
    select("where account_id = $1 or $1 = '' order by token_id desc")
        .bind(account_id.unwrap_or_default())
        .all(reader)
        .await
}

/// The token whose content has this hash, good or not.
///
/// # Errors
/// When the database fails.
pub async fn token_by_hash(reader: &mut Reader, token_hash: &str) -> Result<Option<Token>> {
    select("where token_hash = $1")
        .bind(token_hash)
        .optional(reader)
        .await
}

/// Revokes a token from now on.
///
/// # Errors
/// When the database fails.
pub async fn revoke_token(writer: &mut Writer, token_id: &str) -> Result<()> {
    let statement =
        sql("update api_token set revoked_at = $1 where token_id = $2 and revoked_at is null");
    statement.bind(now()).bind(token_id).execute(writer).await?;
    Ok(())
}

/// Revokes every token of an account that is still good; gives their number.
///
/// # Errors
/// When the database fails.
pub async fn revoke_tokens(writer: &mut Writer, account_id: &str) -> Result<u64> {
    let statement =
        sql("update api_token set revoked_at = $1 where account_id = $2 and revoked_at is null");
    statement.bind(now()).bind(account_id).execute(writer).await
}

/// Writes down that a token was used now.
///
/// # Errors
/// When the database fails.
pub async fn touch_token(writer: &mut Writer, token_id: &str) -> Result<()> {
    sql("update api_token set last_used_at = $1 where token_id = $2")
        .bind(now())
        .bind(token_id)
        .execute(writer)
        .await?;
    Ok(())
}
