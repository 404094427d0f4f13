//! Alerts. Beside them the channels that messages go to, and the messages.

pub mod channels;
pub mod deliveries;

use domain::{AccountName, AlertId, AlertKind, AlertSeverity, AlertState, Timestamp, UseCaseId};

use crate::sql::{self, row, select, sql};
use crate::{Reader, Result, Writer};

row! {
    /// An alert. See the table `alert` in `migrations/`.
    #[derive(Eq)]
    pub struct Alert in "alert" {
        pub alert_id: AlertId,
        pub use_case: UseCaseId,
        pub kind: AlertKind,
        pub subject: String,
        pub severity: AlertSeverity,
        pub state: AlertState,
        pub summary: String,
        /// JSON
        pub details: String,
        pub page: String,
        /// How often it was found.
        pub times: i64,
        pub owner: Option<AccountName>,
        /// Who acknowledged or snoozed it.
        pub handled_by: Option<AccountName>,
        pub handled_at: Option<Timestamp>,
        pub note: String,
        pub snoozed_until: Option<Timestamp>,
        pub opened_at: Timestamp,
        pub seen_at: Timestamp,
        pub resolved_at: Option<Timestamp>,
    }
}

/// Which alerts are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// `None`: of all use cases.
    pub use_case: Option<&'a UseCaseId>,
    /// `None`: of every kind.
    pub kind: Option<AlertKind>,
    /// `None`: in every state.
    pub state: Option<AlertState>,
    /// Those that are not resolved, whatever `state` says.
    pub open: bool,
}

const OPEN: &str = "state <> 'resolved'";

/// Adds an alert.
///
/// # Errors
/// When the database fails, or the same is open.
pub async fn insert(writer: &mut Writer, alert: &Alert) -> Result<()> {
    sql::insert(writer, alert).await
}

/// The alert with this id.
///
/// # Errors
/// When the database fails.
pub async fn find(reader: &mut Reader, alert_id: &AlertId) -> Result<Option<Alert>> {
    select("where alert_id = $1")
        .bind(alert_id)
        .optional(reader)
        .await
}

/// The alert of a use case, kind and subject that is not resolved.
///
/// # Errors
/// When the database fails.
pub async fn open_of(
    reader: &mut Reader,
    use_case: &UseCaseId,
    kind: AlertKind,
    subject: &str,
) -> Result<Option<Alert>> {
    select(&format!(
        "where use_case = $1 and kind = $2 and subject = $3 and {OPEN}"
    ))
    .bind(use_case)
    .bind(kind)
    .bind(subject)
    .optional(reader)
    .await
}

/// Every alert that is not resolved, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn open(reader: &mut Reader) -> Result<Vec<Alert>> {
    select(&format!("where {OPEN} order by opened_at, alert_id"))
        .all(reader)
        .await
}

/// How many alerts of a use case are not resolved.
///
/// # Errors
/// When the database fails.
pub async fn open_count(reader: &mut Reader, use_case: &UseCaseId) -> Result<i64> {
    sql(format!(
        "select count(*) from alert where use_case = $1 and {OPEN}"
    ))
    .bind(use_case)
    .scalar(reader)
    .await
}

/// The newest alerts, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(reader: &mut Reader, wanted: Wanted<'_>, limit: i64) -> Result<Vec<Alert>> {
    let every = UseCaseId::default();
    let kind = wanted.kind.map_or("", AlertKind::as_str);
    let state = wanted.state.map_or("", AlertState::as_str);
    select(
        "where ($1 = '' or use_case = $1) and ($2 = '' or kind = $2) and ($3 = '' or state = $3) \
         and ($4 = 0 or state <> 'resolved') order by opened_at desc, alert_id desc limit $5",
    )
    .bind(wanted.use_case.unwrap_or(&every))
    .bind(kind)
    .bind(state)
    .bind(wanted.open)
    .bind(limit)
    .all(reader)
    .await
}

/// Writes what can change of an alert that is not resolved.
///
/// # Errors
/// When the database fails, or refuses: it is resolved.
pub async fn update(writer: &mut Writer, alert: &Alert) -> Result<()> {
    let text = "update alert set severity = $2, state = $3, summary = $4, details = $5, page = $6, times = $7, owner = $8, \
                handled_by = $9, handled_at = $10, note = $11, snoozed_until = $12, seen_at = $13, resolved_at = $14 where alert_id = $1";
    sql(text)
        .bind(&alert.alert_id)
        .bind(alert.severity)
        .bind(alert.state)
        .bind(&alert.summary)
        .bind(&alert.details)
        .bind(&alert.page)
        .bind(alert.times)
        .bind(&alert.owner)
        .bind(&alert.handled_by)
        .bind(alert.handled_at)
        .bind(&alert.note)
        .bind(alert.snoozed_until)
        .bind(alert.seen_at)
        .bind(alert.resolved_at)
        .execute(writer)
        .await?;
    Ok(())
}
