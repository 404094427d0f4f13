//! Accounts, set-up links, API tokens, sign-ins and sessions. Secrets come in as hashes: what a
//! link or token carries is never stored.

pub mod sessions;
mod sign_in;
mod tokens;

use domain::{AccountName, Role, Timestamp};

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer, now};

pub use sign_in::{Failures, failures, insert_place, is_place_known, set_failures};
pub use tokens::{
    Token, insert_token, revoke_token, revoke_tokens, token_by_hash, tokens, touch_token,
};

row! {
    /// An account. See the table `account` in `migrations/`.
    #[derive(Eq)]
    pub struct Account in "account" {
        pub account_id: String,
        pub name: AccountName,
        /// argon2id in PHC form; `None` until the set-up link was used.
        pub password_hash: Option<String>,
        pub roles: Vec<Role>,
        pub disabled_at: Option<Timestamp>,
        pub created_by: AccountName,
        pub created_at: Timestamp,
        pub signed_in_at: Option<Timestamp>,
    }
}

/// Adds an account.
///
/// # Errors
/// When there is one of this name, or the database fails.
pub async fn insert(writer: &mut Writer, account: &Account) -> Result<()> {
    sql::insert_with(
        writer,
        &[("name_key", account.name.key().cell())],
        std::slice::from_ref(account),
        "",
    )
    .await
}

/// Every account, by name.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader) -> Result<Vec<Account>> {
    select("order by name_key").all(reader).await
}

/// True when there is any account.
///
/// # Errors
/// When the database fails.
pub async fn any(reader: &mut Reader) -> Result<bool> {
    Ok(sql("select account_id from account limit 1")
        .optional_scalar::<String>(reader)
        .await?
        .is_some())
}

/// The account of a name, in whatever case it is written.
///
/// # Errors
/// When the database fails.
pub async fn by_name(reader: &mut Reader, name: &AccountName) -> Result<Option<Account>> {
    select("where name_key = $1")
        .bind(name.key())
        .optional(reader)
        .await
}

/// The account of an id.
///
/// # Errors
/// When the database fails.
pub async fn by_id(reader: &mut Reader, account_id: &str) -> Result<Option<Account>> {
    select("where account_id = $1")
        .bind(account_id)
        .optional(reader)
        .await
}

/// Writes what may change of an account: password, roles, disabled, last sign-in.
///
/// # Errors
/// When the database fails.
pub async fn update(writer: &mut Writer, account: &Account) -> Result<()> {
    let statement = sql(
        "update account set password_hash = $1, roles = $2, disabled_at = $3, signed_in_at = $4 where account_id = $5",
    );
    let statement = statement
        .bind(&account.password_hash)
        .bind(&account.roles)
        .bind(account.disabled_at);
    statement
        .bind(account.signed_in_at)
        .bind(&account.account_id)
        .execute(writer)
        .await?;
    Ok(())
}

row! {
    /// For whom a set-up link is.
    #[derive(Eq)]
    pub struct Link in "set_up_link" {
        /// `None`: it makes the first administrator.
        pub account_id: Option<String>,
    }
}

/// Makes a set-up link the only one of its account (or the only one for the first administrator).
///
/// # Errors
/// When the database fails.
pub async fn set_link(
    writer: &mut Writer,
    link_hash: &str,
    account_id: Option<&str>,
    expires_at: Timestamp,
    created_by: &AccountName,
) -> Result<()> {
    remove_links(writer, account_id).await?;
    let text = "insert into set_up_link (link_hash, account_id, expires_at, created_by, created_at) values ($1, $2, $3, $4, $5)";
    sql(text)
        .bind(link_hash)
        .bind(account_id)
        .bind(expires_at)
        .bind(created_by)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// The set-up link of this hash, unless it has expired.
///
/// # Errors
/// When the database fails.
pub async fn link(reader: &mut Reader, link_hash: &str) -> Result<Option<Link>> {
    select("where link_hash = $1 and expires_at > $2")
        .bind(link_hash)
        .bind(now())
        .optional(reader)
        .await
}

/// Removes the set-up links of an account (or those for the first administrator), used or not.
///
/// # Errors
/// When the database fails.
pub async fn remove_links(writer: &mut Writer, account_id: Option<&str>) -> Result<()> {
    let statement =
        sql("delete from set_up_link where account_id = $1 or ($1 is null and account_id is null)");
    statement.bind(account_id).execute(writer).await?;
    Ok(())
}

/// Ends every session of an account; gives their number.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions(writer: &mut Writer, account_id: &str) -> Result<u64> {
    sql("delete from session where account_id = $1")
        .bind(account_id)
        .execute(writer)
        .await
}

/// Number of the sessions of an account that have not expired.
///
/// # Errors
/// When the database fails.
pub async fn session_count(reader: &mut Reader, account_id: &str) -> Result<i64> {
    let statement = sql("select count(*) from session where account_id = $1 and expires_at > $2");
    statement.bind(account_id).bind(now()).scalar(reader).await
}
