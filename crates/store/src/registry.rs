//! Model versions, and the one pointer that says which of them serves.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Connection, Result, now};

/// A trained model under its number. See the table `model_version` in `migrations/`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Version {
    pub use_case: String,
    pub version: i64,
    pub run_id: String,
    pub dataset_id: String,
    pub model_hash: String,
    pub candidate: String,
    /// `None`, `Staging`, `Production`, `Archived`
    pub stage: String,
    pub author: String,
    pub note: String,
    pub created_at: i64,
    /// What people say about it.
    pub description: String,
}

/// A change of what is live.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LiveChange {
    pub sequence: i64,
    /// `None`: taken out of service.
    pub version: Option<i64>,
    pub changed_by: String,
    pub reason: String,
    pub changed_at: i64,
    /// `promotion`, `rollback`, `stop`
    pub kind: String,
}

const COLUMNS: &str = "select use_case, version, run_id, dataset_id, model_hash, candidate, stage, author, note, created_at, description \
                       from model_version";

fn version(row: &AnyRow) -> Version {
    Version {
        use_case: row.get(0),
        version: row.get(1),
        run_id: row.get(2),
        dataset_id: row.get(3),
        model_hash: row.get(4),
        candidate: row.get(5),
        stage: row.get(6),
        author: row.get(7),
        note: row.get(8),
        created_at: row.get(9),
        description: row.get(10),
    }
}

/// Adds a version under the next number, which is returned; `version.version` does not count.
///
/// # Errors
/// When the database fails.
pub async fn insert(connection: &mut Connection, version: &Version) -> Result<i64> {
    let newest: Option<i64> = sqlx::query("select max(version) from model_version where use_case = $1")
        .bind(&version.use_case)
        .fetch_one(&mut *connection)
        .await?
        .get(0);
    let number = newest.unwrap_or(0) + 1;
    sqlx::query(
        "insert into model_version (use_case, version, run_id, dataset_id, model_hash, candidate, stage, author, note, created_at, description) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&version.use_case)
    .bind(number)
    .bind(&version.run_id)
    .bind(&version.dataset_id)
    .bind(&version.model_hash)
    .bind(&version.candidate)
    .bind(&version.stage)
    .bind(&version.author)
    .bind(&version.note)
    .bind(version.created_at)
    .bind(&version.description)
    .execute(connection)
    .await?;
    Ok(number)
}

/// One version.
///
/// # Errors
/// When the database fails.
pub async fn find(connection: &mut Connection, use_case: &str, number: i64) -> Result<Option<Version>> {
    let text = format!("{COLUMNS} where use_case = $1 and version = $2");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).bind(number).fetch_optional(connection).await?;
    Ok(row.as_ref().map(version))
}

/// Versions of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut Connection, use_case: &str) -> Result<Vec<Version>> {
    let text = format!("{COLUMNS} where use_case = $1 order by version desc");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).fetch_all(connection).await?;
    Ok(rows.iter().map(version).collect())
}

/// The version that a run made.
///
/// # Errors
/// When the database fails.
pub async fn of_run(connection: &mut Connection, run_id: &str) -> Result<Option<Version>> {
    let text = format!("{COLUMNS} where run_id = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(run_id).fetch_optional(connection).await?;
    Ok(row.as_ref().map(version))
}

/// Sets a version's stage. Production and the pointer go together: the pointer first.
///
/// # Errors
/// When the database fails, or refuses the stage.
pub async fn set_stage(connection: &mut Connection, use_case: &str, number: i64, stage: &str) -> Result<()> {
    sqlx::query("update model_version set stage = $3 where use_case = $1 and version = $2")
        .bind(use_case)
        .bind(number)
        .bind(stage)
        .execute(connection)
        .await?;
    Ok(())
}

/// The newest change of what is live; `None` when nothing ever was.
///
/// # Errors
/// When the database fails.
pub async fn live(connection: &mut Connection, use_case: &str) -> Result<Option<LiveChange>> {
    let row = sqlx::query(
        "select h.sequence, h.version, h.changed_by, h.reason, h.changed_at, h.kind from live_model l \
         join live_history h on h.use_case = l.use_case and h.sequence = l.sequence where l.use_case = $1",
    )
    .bind(use_case)
    .fetch_optional(connection)
    .await?;
    Ok(row.as_ref().map(live_change))
}

const CHANGES: &str = "select sequence, version, changed_by, reason, changed_at, kind from live_history where use_case = $1";

/// The change that was in force at a moment of the past (unix microseconds); `None` when nothing had ever been live by then.
///
/// # Errors
/// When the database fails.
pub async fn live_as_of(connection: &mut Connection, use_case: &str, moment: i64) -> Result<Option<LiveChange>> {
    let text = format!("{CHANGES} and changed_at <= $2 order by sequence desc limit 1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).bind(moment).fetch_optional(connection).await?;
    Ok(row.as_ref().map(live_change))
}

/// Every change of what was live, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn live_history(connection: &mut Connection, use_case: &str) -> Result<Vec<LiveChange>> {
    let text = format!("{CHANGES} order by sequence");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).fetch_all(connection).await?;
    Ok(rows.iter().map(live_change).collect())
}

fn live_change(row: &AnyRow) -> LiveChange {
    LiveChange {
        sequence: row.get(0),
        version: row.get(1),
        changed_by: row.get(2),
        reason: row.get(3),
        changed_at: row.get(4),
        kind: row.get(5),
    }
}

/// Moves the pointer and the stages that go with it, within the caller's writing transaction: the old version is archived, the new one is
/// in Production. `kind` is `promotion`, `rollback` or `stop`. Gives the number of the change.
///
/// # Errors
/// When the database fails, or refuses: the version is not approved, or its author rolls back to it.
pub async fn set_live(
    connection: &mut Connection,
    use_case: &str,
    version: Option<i64>,
    by: &str,
    reason: &str,
    kind: &str,
) -> Result<i64> {
    let before = live(&mut *connection, use_case).await?;
    let sequence = before.as_ref().map_or(0, |change| change.sequence) + 1;
    // A clock that was set back must not make the history run backwards.
    let moment = now().max(before.as_ref().map_or(0, |change| change.changed_at));
    sqlx::query(
        "insert into live_history (use_case, sequence, version, changed_by, reason, changed_at, kind) values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(use_case)
    .bind(sequence)
    .bind(version)
    .bind(by)
    .bind(reason)
    .bind(moment)
    .bind(kind)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "insert into live_model (use_case, version, sequence) values ($1, $2, $3) \
         on conflict (use_case) do update set version = excluded.version, sequence = excluded.sequence",
    )
    .bind(use_case)
    .bind(version)
    .bind(sequence)
    .execute(&mut *connection)
    .await?;
    let old = before.and_then(|change| change.version).filter(|old| Some(*old) != version);
    if let Some(old) = old {
        set_stage(&mut *connection, use_case, old, "Archived").await?;
    }
    if let Some(new) = version {
        set_stage(connection, use_case, new, "Production").await?;
    }
    Ok(sequence)
}

/// Sets what people say about a version.
///
/// # Errors
/// When the database fails.
pub async fn describe(connection: &mut Connection, use_case: &str, number: i64, description: &str) -> Result<()> {
    sqlx::query("update model_version set description = $3 where use_case = $1 and version = $2")
        .bind(use_case)
        .bind(number)
        .bind(description)
        .execute(connection)
        .await?;
    Ok(())
}

/// Sets a tag of a version; an empty value removes it.
///
/// # Errors
/// When the database fails.
pub async fn set_tag(connection: &mut Connection, use_case: &str, number: i64, name: &str, value: &str) -> Result<()> {
    let text = if value.is_empty() {
        "delete from model_tag where use_case = $1 and version = $2 and name = $3 and value <> $4"
    } else {
        "insert into model_tag (use_case, version, name, value) values ($1, $2, $3, $4) \
         on conflict (use_case, version, name) do update set value = excluded.value"
    };
    sqlx::query(text).bind(use_case).bind(number).bind(name).bind(value).execute(connection).await?;
    Ok(())
}

/// Tags of a version, by name.
///
/// # Errors
/// When the database fails.
pub async fn tags(connection: &mut Connection, use_case: &str, number: i64) -> Result<Vec<(String, String)>> {
    let rows = sqlx::query("select name, value from model_tag where use_case = $1 and version = $2 order by name")
        .bind(use_case)
        .bind(number)
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Removes a name; true when there was one.
///
/// # Errors
/// When the database fails.
pub async fn remove_alias(connection: &mut Connection, use_case: &str, alias: &str) -> Result<bool> {
    let done =
        sqlx::query("delete from model_alias where use_case = $1 and alias = $2").bind(use_case).bind(alias).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

/// Gives a version a name, taking it from the version that had it.
///
/// # Errors
/// When the database fails.
pub async fn set_alias(connection: &mut Connection, use_case: &str, alias: &str, number: i64) -> Result<()> {
    sqlx::query(
        "insert into model_alias (use_case, alias, version) values ($1, $2, $3) \
         on conflict (use_case, alias) do update set version = excluded.version",
    )
    .bind(use_case)
    .bind(alias)
    .bind(number)
    .execute(connection)
    .await?;
    Ok(())
}

/// Aliases of a use case with the version that each names, by alias.
///
/// # Errors
/// When the database fails.
pub async fn aliases(connection: &mut Connection, use_case: &str) -> Result<Vec<(String, i64)>> {
    let rows = sqlx::query("select alias, version from model_alias where use_case = $1 order by alias")
        .bind(use_case)
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
