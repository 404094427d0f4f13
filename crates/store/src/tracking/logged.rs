//! Logged models: files that a client saved as a model, with parameters and tags.

use domain::{AccountName, RunId, Timestamp};

use crate::runs::Artifact;
use crate::sql::{self, Value as _, pairs, places, row, select, sql};
use crate::{Reader, Result, Writer, now};

use super::runs::Point;

row! {
    /// A logged model. See the table `logged_model` in `migrations/`.
    #[derive(Eq)]
    pub struct LoggedModel in "logged_model" {
        pub model_id: String,
        pub experiment_id: String,
        pub name: String,
        pub model_type: String,
        /// `PENDING`, `READY`, `UPLOAD_FAILED`
        pub status: String,
        pub source_run_id: Option<RunId>,
        pub author: AccountName,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
        pub archived_at: Option<Timestamp>,
    }
}

/// Adds a logged model.
///
/// # Errors
/// When the database fails, or the id is taken.
pub async fn insert_logged_model(writer: &mut Writer, model: &LoggedModel) -> Result<()> {
    sql::insert(writer, model).await
}

/// A logged model, archived or not.
///
/// # Errors
/// When the database fails.
pub async fn logged_model(reader: &mut Reader, model_id: &str) -> Result<Option<LoggedModel>> {
    select("where model_id = $1")
        .bind(model_id)
        .optional(reader)
        .await
}

/// Logged models of these experiments that are not archived, newest first.
///
/// # Errors
/// When the database fails.
pub async fn logged_models(
    reader: &mut Reader,
    experiments: &[String],
) -> Result<Vec<LoggedModel>> {
    if experiments.is_empty() {
        return Ok(Vec::new());
    }
    let rest = format!(
        "where archived_at is null and experiment_id in ({}) order by created_at desc, model_id desc",
        places(0, experiments.len())
    );
    select(&rest).bind_all(experiments).all(reader).await
}

/// Parameters (`parameter`) or tags (`tag`) of a logged model, by name.
///
/// # Errors
/// When the database fails.
pub async fn logged_model_labels(
    reader: &mut Reader,
    model_id: &str,
    kind: &str,
) -> Result<Vec<(String, String)>> {
    let statement = sql(
        "select name, value from logged_model_label where model_id = $1 and kind = $2 order by name",
    );
    pairs(statement.bind(model_id).bind(kind), reader).await
}

/// Sets what became of a logged model.
///
/// # Errors
/// When the database fails.
pub async fn set_logged_model_status(
    writer: &mut Writer,
    model_id: &str,
    status: &str,
) -> Result<()> {
    let statement = sql("update logged_model set status = $2, updated_at = $3 where model_id = $1");
    statement
        .bind(model_id)
        .bind(status)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// Archives a logged model.
///
/// # Errors
/// When the database fails.
pub async fn set_logged_model_state(
    writer: &mut Writer,
    model_id: &str,
    archived: bool,
) -> Result<()> {
    let statement =
        sql("update logged_model set archived_at = $2, updated_at = $3 where model_id = $1");
    statement
        .bind(model_id)
        .bind(archived.then(now))
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// Values of metrics that are about a logged model, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn points_of_model(reader: &mut Reader, model_id: &str) -> Result<Vec<(RunId, Point)>> {
    let text = format!(
        "select run_id, {} from run_metric_point where model_id = $1 and model_id <> '' order by recorded_at, step",
        <Point as sql::Record>::columns().join(", ")
    );
    let rows = sql(text).bind(model_id).rows(reader).await?;
    let read = |row: &sqlx::any::AnyRow| {
        Ok((
            <RunId as sql::Field>::read(row, "run_id")?,
            <Point as sqlx::FromRow<'_, _>>::from_row(row)?,
        ))
    };
    Ok(rows.iter().map(read).collect::<sqlx::Result<_>>()?)
}

row! {
    struct ModelArtifact in "logged_model_artifact" {
        name: String,
        hash: String,
        byte_count: i64,
        media_type: String,
    }
}

impl From<ModelArtifact> for Artifact {
    fn from(file: ModelArtifact) -> Self {
        Self {
            name: file.name,
            hash: file.hash,
            byte_count: file.byte_count,
            media_type: file.media_type,
        }
    }
}

/// Files of a logged model, by name.
///
/// # Errors
/// When the database fails.
pub async fn logged_model_artifacts(reader: &mut Reader, model_id: &str) -> Result<Vec<Artifact>> {
    let found: Vec<ModelArtifact> = select("where model_id = $1 order by name")
        .bind(model_id)
        .all(reader)
        .await?;
    Ok(found.into_iter().map(Artifact::from).collect())
}

/// A file of a logged model.
///
/// # Errors
/// When the database fails.
pub async fn logged_model_artifact(
    reader: &mut Reader,
    model_id: &str,
    name: &str,
) -> Result<Option<Artifact>> {
    let found: Option<ModelArtifact> = select("where model_id = $1 and name = $2")
        .bind(model_id)
        .bind(name)
        .optional(reader)
        .await?;
    Ok(found.map(Artifact::from))
}

/// Adds a file to a logged model, in place of one of that name.
///
/// # Errors
/// When the database fails.
pub async fn insert_logged_model_artifact(
    writer: &mut Writer,
    model_id: &str,
    file: &Artifact,
) -> Result<()> {
    let row = ModelArtifact {
        name: file.name.clone(),
        hash: file.hash.clone(),
        byte_count: file.byte_count,
        media_type: file.media_type.clone(),
    };
    let rest = "on conflict (model_id, name) do update set hash = excluded.hash, byte_count = excluded.byte_count, media_type = excluded.media_type";
    sql::insert_with(writer, &[("model_id", model_id.cell())], &[row], rest).await
}

/// Removes a file of a logged model, or all below a folder; gives how many.
///
/// # Errors
/// When the database fails.
pub async fn remove_logged_model_artifacts(
    writer: &mut Writer,
    model_id: &str,
    name: &str,
) -> Result<u64> {
    let statement = sql(
        "delete from logged_model_artifact where model_id = $1 and (name = $2 or substr(name, 1, length($3)) = $3)",
    );
    statement
        .bind(model_id)
        .bind(name)
        .bind(format!("{name}/"))
        .execute(writer)
        .await
}
