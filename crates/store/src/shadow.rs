//! Scores of a version in Staging beside those of the live one. They stand in tables of their own:
//! none of them is the score of a person.

use domain::{AccountName, BatchId, Date, ScoreBasis, Timestamp, UseCaseId, VersionNumber};

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// A change of what scores in shadow.
    #[derive(Eq)]
    pub struct Switch in "shadow_switch" {
        pub sequence: i64,
        /// `None`: nothing does.
        pub version: Option<VersionNumber>,
        pub changed_by: AccountName,
        pub changed_at: Timestamp,
    }
}

row! {
    /// The people of a batch, scored once more. See the table `shadow_batch` in `migrations/`.
    pub struct Batch in "shadow_batch" {
        pub batch_id: BatchId,
        pub version: VersionNumber,
        pub people: i64,
        /// Why nobody could be scored.
        pub problem: Option<String>,
        /// JSON.
        pub report: Option<String>,
        pub created_by: AccountName,
        pub created_at: Timestamp,
    }
}

row! {
    /// One score, by row of the dataset.
    pub struct Score in "shadow_score" {
        pub position: i64,
        pub probability: f64,
        pub basis: ScoreBasis,
    }
}

row! {
    /// A shadow batch beside its batch.
    pub struct Beside {
        pub batch_id: BatchId,
        pub as_of: Date,
        /// That scored the people.
        pub live_version: VersionNumber,
        pub people: i64,
        pub problem: Option<String>,
        pub report: Option<String>,
        pub created_at: Timestamp,
    }
}

row! {
    /// The records of programs, counted.
    pub struct Tally in "shadow_tally" {
        pub live_version: VersionNumber,
        pub version: VersionNumber,
        /// JSON.
        pub tally: String,
        pub since: Timestamp,
        pub updated_at: Timestamp,
    }
}

/// The newest change of what scores in shadow; `None` when nothing ever did.
///
/// # Errors
/// When the database fails.
pub async fn switched(reader: &mut Reader, use_case: &UseCaseId) -> Result<Option<Switch>> {
    select("where use_case = $1 order by sequence desc limit 1")
        .bind(use_case)
        .optional(reader)
        .await
}

/// Every change of what scored in shadow, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn switches(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Switch>> {
    select("where use_case = $1 order by sequence")
        .bind(use_case)
        .all(reader)
        .await
}

/// Sets what scores in shadow.
///
/// # Errors
/// When the database fails, or refuses: the version is not in Staging.
pub async fn switch(
    writer: &mut Writer,
    use_case: &UseCaseId,
    version: Option<VersionNumber>,
    by: &AccountName,
) -> Result<()> {
    let before = switched(writer, use_case).await?;
    let now = now();
    let switch = Switch {
        sequence: before.as_ref().map_or(0, |before| before.sequence) + 1,
        version,
        changed_by: by.clone(),
        changed_at: before.map_or(now, |before| before.changed_at.max(now)),
    };
    let more = [("use_case", use_case.cell())];
    sql::insert_with(writer, &more, std::slice::from_ref(&switch), "").await
}

/// Adds a shadow batch with its scores.
///
/// # Errors
/// When the database fails, or refuses: the version is not in Staging.
pub async fn insert(writer: &mut Writer, batch: &Batch, scores: &[Score]) -> Result<()> {
    sql::insert(writer, batch).await?;
    let more = [
        ("batch_id", batch.batch_id.cell()),
        ("version", batch.version.cell()),
    ];
    sql::insert_with(writer, &more, scores, "").await
}

/// The newest shadow batches of a version, newest first; without those of withdrawn datasets.
///
/// # Errors
/// When the database fails.
pub async fn of_version(
    reader: &mut Reader,
    use_case: &UseCaseId,
    version: VersionNumber,
    limit: i64,
) -> Result<Vec<Beside>> {
    let text = "select s.batch_id, b.as_of, b.version as live_version, s.people, s.problem, s.report, s.created_at from shadow_batch s \
                join score_batch b on b.batch_id = s.batch_id join dataset d on d.dataset_id = b.dataset_id \
                where b.use_case = $1 and s.version = $2 and d.withdrawn_at is null order by b.as_of desc, s.created_at desc limit $3";
    sql(text)
        .bind(use_case)
        .bind(version)
        .bind(limit)
        .all(reader)
        .await
}

/// The scores of a shadow batch, in the order of the dataset's rows.
///
/// # Errors
/// When the database fails.
pub async fn scores(
    reader: &mut Reader,
    batch_id: &BatchId,
    version: VersionNumber,
) -> Result<Vec<Score>> {
    select("where batch_id = $1 and version = $2 order by position")
        .bind(batch_id)
        .bind(version)
        .all(reader)
        .await
}

/// What was counted of a version, the live version that it was counted beside ascending.
///
/// # Errors
/// When the database fails.
pub async fn tallies(
    reader: &mut Reader,
    use_case: &UseCaseId,
    version: VersionNumber,
) -> Result<Vec<Tally>> {
    select("where use_case = $1 and version = $2 order by live_version")
        .bind(use_case)
        .bind(version)
        .all(reader)
        .await
}

/// Sets what was counted of a version beside a live one. `tally` is JSON.
///
/// # Errors
/// When the database fails.
pub async fn set_tally(
    writer: &mut Writer,
    use_case: &UseCaseId,
    live: VersionNumber,
    version: VersionNumber,
    tally: &str,
) -> Result<()> {
    let statement = sql(
        "insert into shadow_tally (use_case, live_version, version, tally, since, updated_at) values ($1, $2, $3, $4, $5, $5) \
         on conflict (use_case, live_version, version) do update set tally = excluded.tally, updated_at = excluded.updated_at",
    );
    statement
        .bind(use_case)
        .bind(live)
        .bind(version)
        .bind(tally)
        .bind(now())
        .execute(writer)
        .await?;
    Ok(())
}
