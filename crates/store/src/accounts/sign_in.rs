//! Wrong passwords, and the places from which names have signed in.

use domain::Timestamp;

use crate::sql::{row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// Wrong passwords under a key.
    #[derive(Eq, Copy)]
    pub struct Failures in "sign_in_failure" {
        pub failures: i64,
        pub last_at: Timestamp,
    }
}

/// Whether somebody has signed in from a place since `since`.
///
/// # Errors
/// When the database fails.
pub async fn is_place_known(
    reader: &mut Reader,
    place_hash: &str,
    since: Timestamp,
) -> Result<bool> {
    let statement =
        sql("select place_hash from sign_in_place where place_hash = $1 and last_at >= $2");
    Ok(statement
        .bind(place_hash)
        .bind(since)
        .optional_scalar::<String>(reader)
        .await?
        .is_some())
}

/// Records that somebody signed in from a place now, and forgets the places seen last before
/// `forget_before`.
///
/// # Errors
/// When the database fails.
pub async fn insert_place(
    writer: &mut Writer,
    place_hash: &str,
    forget_before: Timestamp,
) -> Result<()> {
    sql("delete from sign_in_place where last_at < $1")
        .bind(forget_before)
        .execute(writer)
        .await?;
    let statement = sql(
        "insert into sign_in_place (place_hash, last_at) values ($1, $2) on conflict (place_hash) do update set last_at = excluded.last_at",
    );
    statement
        .bind(place_hash)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// Wrong passwords so far under a key; `None` when there were none.
///
/// # Errors
/// When the database fails.
pub async fn failures(reader: &mut Reader, key_hash: &str) -> Result<Option<Failures>> {
    select("where key_hash = $1")
        .bind(key_hash)
        .optional(reader)
        .await
}

/// Sets the wrong passwords under a key; zero forgets it, and with it every key not seen since
/// `forget_before`.
///
/// # Errors
/// When the database fails.
pub async fn set_failures(
    writer: &mut Writer,
    key_hash: &str,
    failures: i64,
    forget_before: Timestamp,
) -> Result<()> {
    let statement = sql("delete from sign_in_failure where key_hash = $1 or last_at < $2");
    statement
        .bind(key_hash)
        .bind(forget_before)
        .execute(writer)
        .await?;
    if failures > 0 {
        let statement =
            sql("insert into sign_in_failure (key_hash, failures, last_at) values ($1, $2, $3)");
        statement
            .bind(key_hash)
            .bind(failures)
            .bind(now())
            .execute(writer)
            .await?;
    }
    Ok(())
}
