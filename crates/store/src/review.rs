//! Requests for review and decisions; beside them waivers, comments and checklists. What may not happen to them is enforced by the database: see
//! `rules/`.

mod notes;

use serde::Serialize;
use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Connection, Result};

pub use notes::{Comment, Waiver, checklist, comments, insert_comment, insert_waiver, save_checklist, waivers};

/// Somebody asks for a version to go live. See the table `review_request` in `migrations/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    pub request_id: String,
    pub use_case: String,
    pub version: i64,
    /// SHA-256 of the evidence package in the artifact store.
    pub evidence_hash: String,
    pub approvals_needed: i64,
    pub note: String,
    pub requested_by: String,
    pub requested_at: i64,
    /// `pending`, `approved`, `rejected`, `changes_requested`, `void`
    pub state: String,
    pub closed_at: Option<i64>,
    /// Why it is void; empty otherwise.
    pub closed_because: String,
}

/// What a reviewer decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    pub decision_id: String,
    pub request_id: String,
    pub reviewer: String,
    /// `approve`, `reject`, `request_changes`
    pub decision: String,
    pub reason: String,
    /// JSON
    pub checklist: String,
    /// JSON
    pub waivers: String,
    pub evidence_hash: String,
    pub decided_at: i64,
}

impl Decision {
    /// Titles of the gates that failed when it was taken.
    pub fn in_spite_of(&self) -> Vec<String> {
        let kept: serde_json::Value = serde_json::from_str(&self.waivers).unwrap_or_default();
        let titles = kept["in_spite_of"].as_array().cloned().unwrap_or_default();
        titles.iter().filter_map(|title| title.as_str().map(str::to_owned)).collect()
    }
}

const REQUESTS: &str = "select request_id, use_case, version, evidence_hash, approvals_needed, note, requested_by, requested_at, state, \
                        closed_at, closed_because from review_request";

fn request(row: &AnyRow) -> Request {
    Request {
        request_id: row.get(0),
        use_case: row.get(1),
        version: row.get(2),
        evidence_hash: row.get(3),
        approvals_needed: row.get(4),
        note: row.get(5),
        requested_by: row.get(6),
        requested_at: row.get(7),
        state: row.get(8),
        closed_at: row.get(9),
        closed_because: row.get(10),
    }
}

/// Adds a pending request.
///
/// # Errors
/// When the database fails, or refuses: the version is not in Staging, or one is pending already.
pub async fn insert_request(connection: &mut Connection, request: &Request) -> Result<()> {
    sqlx::query(
        "insert into review_request (request_id, use_case, version, evidence_hash, approvals_needed, note, requested_by, requested_at, state, \
         closed_at, closed_because) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(&request.request_id)
    .bind(&request.use_case)
    .bind(request.version)
    .bind(&request.evidence_hash)
    .bind(request.approvals_needed)
    .bind(&request.note)
    .bind(&request.requested_by)
    .bind(request.requested_at)
    .bind(&request.state)
    .bind(request.closed_at)
    .bind(&request.closed_because)
    .execute(connection)
    .await?;
    Ok(())
}

/// Closes a pending request.
///
/// # Errors
/// When the database fails, or refuses: it is closed, or the decisions for it are missing.
pub async fn close_request(connection: &mut Connection, request_id: &str, state: &str, at: i64, because: &str) -> Result<()> {
    sqlx::query("update review_request set state = $2, closed_at = $3, closed_because = $4 where request_id = $1")
        .bind(request_id)
        .bind(state)
        .bind(at)
        .bind(because)
        .execute(connection)
        .await?;
    Ok(())
}

/// The newest request for a version.
///
/// # Errors
/// When the database fails.
pub async fn newest_request(connection: &mut Connection, use_case: &str, version: i64) -> Result<Option<Request>> {
    let text = format!("{REQUESTS} where use_case = $1 and version = $2 order by requested_at desc, request_id desc limit 1");
    let row = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).bind(version).fetch_optional(connection).await?;
    Ok(row.as_ref().map(request))
}

/// Every request of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn requests(connection: &mut Connection, use_case: &str) -> Result<Vec<Request>> {
    let text = format!("{REQUESTS} where use_case = $1 order by requested_at desc, request_id desc");
    let rows = sqlx::query(sqlx::AssertSqlSafe(text)).bind(use_case).fetch_all(connection).await?;
    Ok(rows.iter().map(request).collect())
}

/// Number of pending requests of a use case.
///
/// # Errors
/// When the database fails.
pub async fn pending(connection: &mut Connection, use_case: &str) -> Result<i64> {
    let row = sqlx::query("select count(*) from review_request where use_case = $1 and state = 'pending'")
        .bind(use_case)
        .fetch_one(connection)
        .await?;
    Ok(row.get(0))
}

/// Adds a decision.
///
/// # Errors
/// When the database fails, or refuses: the author or requester decides, the request is closed, the evidence is another, there is no reason.
pub async fn insert_decision(connection: &mut Connection, decision: &Decision) -> Result<()> {
    sqlx::query(
        "insert into review_decision (decision_id, request_id, reviewer, decision, reason, checklist, waivers, evidence_hash, decided_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&decision.decision_id)
    .bind(&decision.request_id)
    .bind(&decision.reviewer)
    .bind(&decision.decision)
    .bind(&decision.reason)
    .bind(&decision.checklist)
    .bind(&decision.waivers)
    .bind(&decision.evidence_hash)
    .bind(decision.decided_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Decisions on a request, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn decisions(connection: &mut Connection, request_id: &str) -> Result<Vec<Decision>> {
    let rows = sqlx::query(
        "select decision_id, request_id, reviewer, decision, reason, checklist, waivers, evidence_hash, decided_at from review_decision \
         where request_id = $1 order by decided_at, decision_id",
    )
    .bind(request_id)
    .fetch_all(connection)
    .await?;
    let decision = |row: &AnyRow| Decision {
        decision_id: row.get(0),
        request_id: row.get(1),
        reviewer: row.get(2),
        decision: row.get(3),
        reason: row.get(4),
        checklist: row.get(5),
        waivers: row.get(6),
        evidence_hash: row.get(7),
        decided_at: row.get(8),
    };
    Ok(rows.iter().map(decision).collect())
}
