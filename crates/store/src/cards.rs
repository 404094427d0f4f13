//! What belongs to the documentation of data and versions: profiles, limitations in people's words, experiments.

use sqlx::Row;

use crate::{Connection, Result};

/// A revision of the known limitations. See the table `card_revision` in `migrations/`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Revision {
    pub use_case: String,
    pub version: i64,
    /// From 1.
    pub revision: i64,
    pub text: String,
    pub written_by: String,
    pub written_at: i64,
}

/// An experiment. See the table `experiment` in `migrations/`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Experiment {
    pub run_id: String,
    pub use_case: String,
    pub version: i64,
    pub title: String,
    pub effect_hash: String,
    pub created_by: String,
    pub created_at: i64,
}

/// Hash of the file with the profile of a dataset; `None` when it was not computed yet.
///
/// # Errors
/// When the database fails.
pub async fn profile(connection: &mut Connection, dataset_id: &str) -> Result<Option<String>> {
    let row = sqlx::query("select profile_hash from dataset_profile where dataset_id = $1").bind(dataset_id).fetch_optional(connection);
    Ok(row.await?.map(|row| row.get(0)))
}

/// Keeps the profile of a dataset; the first one stays.
///
/// # Errors
/// When the database fails.
pub async fn keep_profile(connection: &mut Connection, dataset_id: &str, hash: &str, at: i64) -> Result<()> {
    let text = "insert into dataset_profile (dataset_id, profile_hash, created_at) values ($1, $2, $3) on conflict (dataset_id) do nothing";
    sqlx::query(text).bind(dataset_id).bind(hash).bind(at).execute(connection).await?;
    Ok(())
}

/// Every revision of a version's limitations, newest first.
///
/// # Errors
/// When the database fails.
pub async fn revisions(connection: &mut Connection, use_case: &str, version: i64) -> Result<Vec<Revision>> {
    let text = "select use_case, version, revision, text, written_by, written_at from card_revision \
                where use_case = $1 and version = $2 order by revision desc";
    let rows = sqlx::query(text).bind(use_case).bind(version).fetch_all(connection).await?;
    let revision = |row: &sqlx::any::AnyRow| Revision {
        use_case: row.get(0),
        version: row.get(1),
        revision: row.get(2),
        text: row.get(3),
        written_by: row.get(4),
        written_at: row.get(5),
    };
    Ok(rows.iter().map(revision).collect())
}

/// Adds a revision, within the caller's transaction.
///
/// # Errors
/// When the database fails, or the version has a revision of this number.
pub async fn add_revision(connection: &mut Connection, revision: &Revision) -> Result<()> {
    let text = "insert into card_revision (use_case, version, revision, text, written_by, written_at) values ($1, $2, $3, $4, $5, $6)";
    sqlx::query(text)
        .bind(&revision.use_case)
        .bind(revision.version)
        .bind(revision.revision)
        .bind(&revision.text)
        .bind(&revision.written_by)
        .bind(revision.written_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Adds an experiment, within the caller's transaction.
///
/// # Errors
/// When the database fails.
pub async fn add_experiment(connection: &mut Connection, experiment: &Experiment) -> Result<()> {
    let text = "insert into experiment (run_id, use_case, version, title, effect_hash, created_by, created_at) \
                values ($1, $2, $3, $4, $5, $6, $7)";
    sqlx::query(text)
        .bind(&experiment.run_id)
        .bind(&experiment.use_case)
        .bind(experiment.version)
        .bind(&experiment.title)
        .bind(&experiment.effect_hash)
        .bind(&experiment.created_by)
        .bind(experiment.created_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// The experiments that were made from a version, newest first.
///
/// # Errors
/// When the database fails.
pub async fn experiments(connection: &mut Connection, use_case: &str, version: i64) -> Result<Vec<Experiment>> {
    let text = "select run_id, use_case, version, title, effect_hash, created_by, created_at from experiment \
                where use_case = $1 and version = $2 order by created_at desc";
    let rows = sqlx::query(text).bind(use_case).bind(version).fetch_all(connection).await?;
    let experiment = |row: &sqlx::any::AnyRow| Experiment {
        run_id: row.get(0),
        use_case: row.get(1),
        version: row.get(2),
        title: row.get(3),
        effect_hash: row.get(4),
        created_by: row.get(5),
        created_at: row.get(6),
    };
    Ok(rows.iter().map(experiment).collect())
}
