//! Experiments of clients.

use domain::{AccountName, Timestamp};

use crate::sql::{self, pairs, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// An experiment that a client made. See the table `tracking_experiment` in `migrations/`.
    #[derive(Eq)]
    pub struct Experiment in "tracking_experiment" {
        pub experiment_id: String,
        pub number: i64,
        pub name: String,
        pub author: AccountName,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
        pub archived_at: Option<Timestamp>,
    }
}

/// Every experiment that a client made, newest first.
///
/// # Errors
/// When the database fails.
pub async fn experiments(reader: &mut Reader) -> Result<Vec<Experiment>> {
    select("order by created_at desc, number desc")
        .all(reader)
        .await
}

/// The number of the next experiment.
///
/// # Errors
/// When the database fails.
pub async fn next_experiment_number(reader: &mut Reader) -> Result<i64> {
    sql("select max(number) + 1 from tracking_experiment")
        .scalar(reader)
        .await
}

/// Adds an experiment.
///
/// # Errors
/// When the database fails, or the name is taken.
pub async fn insert_experiment(writer: &mut Writer, experiment: &Experiment) -> Result<()> {
    sql::insert(writer, experiment).await
}

/// Renames an experiment.
///
/// # Errors
/// When the database fails, or the name is taken.
pub async fn set_experiment_name(writer: &mut Writer, id: &str, name: &str) -> Result<()> {
    let statement =
        sql("update tracking_experiment set name = $2, updated_at = $3 where experiment_id = $1");
    statement
        .bind(id)
        .bind(name)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}

/// Archives an experiment and its runs, or restores both.
///
/// # Errors
/// When the database fails.
pub async fn set_experiment_state(writer: &mut Writer, id: &str, archived: bool) -> Result<()> {
    let moment = archived.then(now);
    let statement = sql(
        "update tracking_experiment set archived_at = $2, updated_at = $3 where experiment_id = $1",
    );
    statement
        .bind(id)
        .bind(moment)
        .bind(now())
        .execute(writer)
        .await?;
    let runs = sql("update run set archived_at = $2, revision = revision + 1 where use_case = $1");
    runs.bind(id).bind(moment).execute(writer).await?;
    Ok(())
}

row! {
    struct RunCount {
        use_case: String,
        runs: i64,
    }
}

/// Number of top-level runs of each experiment that has any, archived ones left out.
///
/// # Errors
/// When the database fails.
pub async fn run_counts(reader: &mut Reader) -> Result<std::collections::BTreeMap<String, i64>> {
    let text = "select use_case, count(*) as runs from run where parent_id is null and archived_at is null group by use_case";
    let counts: Vec<RunCount> = sql(text).all(reader).await?;
    Ok(counts
        .into_iter()
        .map(|count| (count.use_case, count.runs))
        .collect())
}

/// Tags of an experiment, by name.
///
/// # Errors
/// When the database fails.
pub async fn experiment_tags(reader: &mut Reader, id: &str) -> Result<Vec<(String, String)>> {
    let statement = sql(
        "select name, value from tracking_experiment_tag where experiment_id = $1 order by name",
    );
    pairs(statement.bind(id), reader).await
}
