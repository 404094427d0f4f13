//! Accounts, set-up links and API tokens. Secrets come in as hashes: what a link or token carries is never stored.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Connection, Result};

/// An account. See the table `account` in `migrations/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub account_id: String,
    pub name: String,
    /// argon2id in PHC form; `None` until the set-up link was used.
    pub password_hash: Option<String>,
    /// Separated by spaces.
    pub roles: String,
    /// Unix microseconds, like all times here.
    pub disabled_at: Option<i64>,
    pub created_by: String,
    pub created_at: i64,
    pub signed_in_at: Option<i64>,
}

/// An API token without what it carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub token_id: String,
    pub account_id: String,
    pub label: String,
    /// Separated by spaces.
    pub scopes: String,
    pub expires_at: Option<i64>,
    pub revoked_at: Option<i64>,
    pub last_used_at: Option<i64>,
    pub created_by: String,
    pub created_at: i64,
}

const ACCOUNT: &str = "select account_id, name, password_hash, roles, disabled_at, created_by, created_at, signed_in_at from account";
const TOKEN: &str =
    "select token_id, account_id, label, scopes, expires_at, revoked_at, last_used_at, created_by, created_at from api_token";

fn account(row: &AnyRow) -> Account {
    Account {
        account_id: row.get(0),
        name: row.get(1),
        password_hash: row.get(2),
        roles: row.get(3),
        disabled_at: row.get(4),
        created_by: row.get(5),
        created_at: row.get(6),
        signed_in_at: row.get(7),
    }
}

fn token(row: &AnyRow) -> Token {
    Token {
        token_id: row.get(0),
        account_id: row.get(1),
        label: row.get(2),
        scopes: row.get(3),
        expires_at: row.get(4),
        revoked_at: row.get(5),
        last_used_at: row.get(6),
        created_by: row.get(7),
        created_at: row.get(8),
    }
}

/// What decides whether two names are the same.
pub fn name_key(name: &str) -> String {
    name.to_lowercase()
}

/// Adds an account.
///
/// # Errors
/// When there is one of this name, or the database fails.
pub async fn insert(connection: &mut Connection, account: &Account) -> Result<()> {
    sqlx::query(
        "insert into account (account_id, name, name_key, password_hash, roles, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&account.account_id)
    .bind(&account.name)
    .bind(name_key(&account.name))
    .bind(&account.password_hash)
    .bind(&account.roles)
    .bind(&account.created_by)
    .bind(account.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Every account, by name.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut Connection) -> Result<Vec<Account>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{ACCOUNT} order by name_key"))).fetch_all(connection).await?;
    Ok(rows.iter().map(account).collect())
}

/// True when there is any account.
///
/// # Errors
/// When the database fails.
pub async fn any(connection: &mut Connection) -> Result<bool> {
    Ok(sqlx::query("select account_id from account limit 1").fetch_optional(connection).await?.is_some())
}

/// The account of a name, in whatever case it is written.
///
/// # Errors
/// When the database fails.
pub async fn by_name(connection: &mut Connection, name: &str) -> Result<Option<Account>> {
    let query = sqlx::query(sqlx::AssertSqlSafe(format!("{ACCOUNT} where name_key = $1"))).bind(name_key(name));
    Ok(query.fetch_optional(connection).await?.as_ref().map(account))
}

/// The account of an id.
///
/// # Errors
/// When the database fails.
pub async fn by_id(connection: &mut Connection, account_id: &str) -> Result<Option<Account>> {
    let query = sqlx::query(sqlx::AssertSqlSafe(format!("{ACCOUNT} where account_id = $1"))).bind(account_id);
    Ok(query.fetch_optional(connection).await?.as_ref().map(account))
}

/// Writes what may change of an account: password, roles, disabled, last sign-in.
///
/// # Errors
/// When the database fails.
pub async fn update(connection: &mut Connection, account: &Account) -> Result<()> {
    sqlx::query("update account set password_hash = $1, roles = $2, disabled_at = $3, signed_in_at = $4 where account_id = $5")
        .bind(&account.password_hash)
        .bind(&account.roles)
        .bind(account.disabled_at)
        .bind(account.signed_in_at)
        .bind(&account.account_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Makes a set-up link the only one of its account (or the only one for the first administrator).
///
/// # Errors
/// When the database fails.
pub async fn set_link(
    connection: &mut Connection,
    link_hash: &str,
    account_id: Option<&str>,
    expires_at: i64,
    created_by: &str,
) -> Result<()> {
    remove_links(connection, account_id).await?;
    sqlx::query("insert into set_up_link (link_hash, account_id, expires_at, created_by, created_at) values ($1, $2, $3, $4, $5)")
        .bind(link_hash)
        .bind(account_id)
        .bind(expires_at)
        .bind(created_by)
        .bind(crate::now())
        .execute(connection)
        .await?;
    Ok(())
}

/// The account that a set-up link is for, unless it has expired: `Some(None)` is the first administrator's.
///
/// # Errors
/// When the database fails.
pub async fn link(connection: &mut Connection, link_hash: &str) -> Result<Option<Option<String>>> {
    let query =
        sqlx::query("select account_id from set_up_link where link_hash = $1 and expires_at > $2").bind(link_hash).bind(crate::now());
    Ok(query.fetch_optional(connection).await?.map(|row| row.get(0)))
}

/// Removes the set-up links of an account (or those for the first administrator), used or not.
///
/// # Errors
/// When the database fails.
pub async fn remove_links(connection: &mut Connection, account_id: Option<&str>) -> Result<()> {
    sqlx::query("delete from set_up_link where account_id = $1 or ($1 is null and account_id is null)")
        .bind(account_id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Adds a token under the hash of what it carries.
///
/// # Errors
/// When the database fails.
pub async fn insert_token(connection: &mut Connection, token: &Token, token_hash: &str) -> Result<()> {
    sqlx::query(
        "insert into api_token (token_id, token_hash, account_id, label, scopes, expires_at, created_by, created_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&token.token_id)
    .bind(token_hash)
    .bind(&token.account_id)
    .bind(&token.label)
    .bind(&token.scopes)
    .bind(token.expires_at)
    .bind(&token.created_by)
    .bind(token.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The tokens of an account, or of all; newest first.
///
/// # Errors
/// When the database fails.
pub async fn tokens(connection: &mut Connection, account_id: Option<&str>) -> Result<Vec<Token>> {
    let query = sqlx::query(sqlx::AssertSqlSafe(format!("{TOKEN} where account_id = $1 or $1 = '' order by token_id desc")));
    let query = query.bind(account_id.unwrap_or_default());
    Ok(query.fetch_all(connection).await?.iter().map(token).collect())
}

/// The token whose content has this hash, good or not.
///
/// # Errors
/// When the database fails.
pub async fn token_by_hash(connection: &mut Connection, token_hash: &str) -> Result<Option<Token>> {
    let query = sqlx::query(sqlx::AssertSqlSafe(format!("{TOKEN} where token_hash = $1"))).bind(token_hash);
    Ok(query.fetch_optional(connection).await?.as_ref().map(token))
}

/// Revokes a token from now on.
///
/// # Errors
/// When the database fails.
pub async fn revoke_token(connection: &mut Connection, token_id: &str) -> Result<()> {
    let query = sqlx::query("update api_token set revoked_at = $1 where token_id = $2 and revoked_at is null");
    query.bind(crate::now()).bind(token_id).execute(connection).await?;
    Ok(())
}

/// Revokes every token of an account that is still good; gives their number.
///
/// # Errors
/// When the database fails.
pub async fn revoke_tokens(connection: &mut Connection, account_id: &str) -> Result<u64> {
    let query = sqlx::query("update api_token set revoked_at = $1 where account_id = $2 and revoked_at is null");
    Ok(query.bind(crate::now()).bind(account_id).execute(connection).await?.rows_affected())
}

/// Whether somebody has signed in from a place since `since` (unix microseconds).
///
/// # Errors
/// When the database fails.
pub async fn is_place_known(connection: &mut Connection, place_hash: &str, since: i64) -> Result<bool> {
    let query = sqlx::query("select 1 from sign_in_place where place_hash = $1 and last_at >= $2").bind(place_hash).bind(since);
    Ok(query.fetch_optional(connection).await?.is_some())
}

/// Writes down that somebody signed in from a place now, and forgets the places of before `forget_before`.
///
/// # Errors
/// When the database fails.
pub async fn keep_place(connection: &mut Connection, place_hash: &str, forget_before: i64) -> Result<()> {
    sqlx::query("delete from sign_in_place where last_at < $1").bind(forget_before).execute(&mut *connection).await?;
    sqlx::query(
        "insert into sign_in_place (place_hash, last_at) values ($1, $2) on conflict (place_hash) do update set last_at = excluded.last_at",
    )
    .bind(place_hash)
    .bind(crate::now())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down that a token was used now.
///
/// # Errors
/// When the database fails.
pub async fn touch_token(connection: &mut Connection, token_id: &str) -> Result<()> {
    let query = sqlx::query("update api_token set last_used_at = $1 where token_id = $2");
    query.bind(crate::now()).bind(token_id).execute(connection).await?;
    Ok(())
}

/// Wrong passwords so far under a key, and when the last one was (unix microseconds).
///
/// # Errors
/// When the database fails.
pub async fn failures(connection: &mut Connection, key_hash: &str) -> Result<(i64, i64)> {
    let row = sqlx::query("select failures, last_at from sign_in_failure where key_hash = $1").bind(key_hash);
    Ok(row.fetch_optional(connection).await?.map_or((0, 0), |row| (row.get(0), row.get(1))))
}

/// Sets the wrong passwords under a key; zero forgets it, and with it every key not seen since `forget_before`.
///
/// # Errors
/// When the database fails.
pub async fn set_failures(connection: &mut Connection, key_hash: &str, failures: i64, forget_before: i64) -> Result<()> {
    sqlx::query("delete from sign_in_failure where key_hash = $1 or last_at < $2")
        .bind(key_hash)
        .bind(forget_before)
        .execute(&mut *connection)
        .await?;
    if failures > 0 {
        sqlx::query("insert into sign_in_failure (key_hash, failures, last_at) values ($1, $2, $3)")
            .bind(key_hash)
            .bind(failures)
            .bind(crate::now())
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Ends every session of an account.
///
/// # Errors
/// When the database fails.
pub async fn end_sessions(connection: &mut Connection, account_id: &str) -> Result<u64> {
    Ok(sqlx::query("delete from session where account_id = $1").bind(account_id).execute(connection).await?.rows_affected())
}

/// Sessions of an account that have not expired.
///
/// # Errors
/// When the database fails.
pub async fn session_count(connection: &mut Connection, account_id: &str) -> Result<i64> {
    let query = sqlx::query("select count(*) from session where account_id = $1 and expires_at > $2");
    Ok(query.bind(account_id).bind(crate::now() / 1_000_000).fetch_one(connection).await?.get(0))
}
