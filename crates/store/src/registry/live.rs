//! The pointer to the live version, and its history.

use domain::{AccountName, LiveChangeKind, Stage, Timestamp, UseCaseId, VersionNumber};

use super::set_stage;
use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer, now};

row! {
    /// A change of what is live.
    #[derive(Eq, utoipa::ToSchema)]
    pub struct LiveChange in "live_history" {
        pub sequence: i64,
        /// `None`: undeployed.
        pub version: Option<VersionNumber>,
        pub changed_by: AccountName,
        pub reason: String,
        pub changed_at: Timestamp,
        pub kind: LiveChangeKind,
    }
}

/// The newest change of what is live; `None` when nothing ever was.
///
/// # Errors
/// When the database fails.
pub async fn live(reader: &mut Reader, use_case: &UseCaseId) -> Result<Option<LiveChange>> {
    let rest =
        "where use_case = $1 and sequence = (select sequence from live_model where use_case = $1)";
    select(rest).bind(use_case).optional(reader).await
}

/// The change that was in force at a moment of the past; `None` when nothing had ever been live by
/// then.
///
/// # Errors
/// When the database fails.
pub async fn live_as_of(
    reader: &mut Reader,
    use_case: &UseCaseId,
    moment: Timestamp,
) -> Result<Option<LiveChange>> {
    let rest = "where use_case = $1 and changed_at <= $2 order by sequence desc limit 1";
    select(rest)
        .bind(use_case)
        .bind(moment)
        .optional(reader)
        .await
}

/// Every change of what was live, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn live_history(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<LiveChange>> {
    select("where use_case = $1 order by sequence")
        .bind(use_case)
        .all(reader)
        .await
}

/// Moves the pointer and the stages that go with it: the old version is archived, the new one is in
/// Production. Gives the number of the change.
///
/// # Errors
/// When the database fails, or refuses: the version is not approved, or its author rolls back to
/// it.
pub async fn set_live(
    writer: &mut Writer,
    use_case: &UseCaseId,
    version: Option<VersionNumber>,
    by: &AccountName,
    reason: &str,
    kind: LiveChangeKind,
) -> Result<i64> {
    let before = live(writer, use_case).await?;
    let now = now();
    let change = LiveChange {
        sequence: before.as_ref().map_or(0, |change| change.sequence) + 1,
        version,
        changed_by: by.clone(),
        reason: reason.to_owned(),
        // A clock that was set back must not make the history run backwards.
        changed_at: before
            .as_ref()
            .map_or(now, |change| change.changed_at.max(now)),
        kind,
    };
    let more = [
        ("use_case", use_case.cell()),
        ("changed_by_key", by.key().cell()),
    ];
    sql::insert_with(writer, &more, std::slice::from_ref(&change), "").await?;
    let statement = sql(
        "insert into live_model (use_case, version, sequence) values ($1, $2, $3) \
         on conflict (use_case) do update set version = excluded.version, sequence = excluded.sequence",
    );
    statement
        .bind(use_case)
        .bind(version)
        .bind(change.sequence)
        .execute(writer)
        .await?;
    let old = before
        .and_then(|change| change.version)
        .filter(|old| Some(*old) != version);
    if let Some(old) = old {
        set_stage(writer, use_case, old, Stage::Archived).await?;
    }
    if let Some(new) = version {
        set_stage(writer, use_case, new, Stage::Production).await?;
    }
    Ok(change.sequence)
}
