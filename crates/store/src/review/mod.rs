//! Requests for review and decisions; beside them waivers, comments and checklists. What may not
//! happen to them is enforced by the database: see `rules/`.

mod notes;

use domain::{AccountName, Decision, RequestId, ReviewState, Timestamp, UseCaseId, VersionNumber};

use crate::sql::{self, Value as _, row, select, sql};
use crate::{Reader, Result, Writer};

pub use notes::{
    Comment, Waiver, checklist, comments, insert_comment, insert_waiver, save_checklist, waivers,
};

row! {
    /// Somebody asks for a version to go live. See the table `review_request` in `migrations/`.
    #[derive(Eq, utoipa::ToSchema)]
    #[schema(as = ReviewRequest)]
    pub struct Request in "review_request" {
        pub request_id: RequestId,
        pub use_case: UseCaseId,
        pub version: VersionNumber,
        /// SHA-256 of the evidence package in the artifact store.
        pub evidence_hash: String,
        pub approvals_needed: i64,
        pub note: String,
        pub requested_by: AccountName,
        pub requested_at: Timestamp,
        pub state: ReviewState,
        pub closed_at: Option<Timestamp>,
        /// Why it is void; empty otherwise.
        pub closed_because: String,
    }
}

row! {
    /// What a reviewer decided. See the table `review_decision` in `migrations/`.
    #[derive(Eq, utoipa::ToSchema)]
    pub struct ReviewDecision in "review_decision" {
        pub decision_id: String,
        pub request_id: RequestId,
        pub reviewer: AccountName,
        pub decision: Decision,
        pub reason: String,
        /// JSON
        pub checklist: String,
        /// JSON
        pub waivers: String,
        pub evidence_hash: String,
        pub decided_at: Timestamp,
    }
}

impl ReviewDecision {
    /// Titles of the gates that failed when it was taken.
    pub fn in_spite_of(&self) -> Vec<String> {
        let kept: serde_json::Value = serde_json::from_str(&self.waivers).unwrap_or_default();
        let titles = kept["in_spite_of"].as_array().cloned().unwrap_or_default();
        titles
            .iter()
            .filter_map(|title| title.as_str().map(str::to_owned))
            .collect()
    }
}

/// Adds a pending request.
///
/// # Errors
/// When the database fails, or refuses: the version is not in Staging, or one is pending already.
pub async fn insert_request(writer: &mut Writer, request: &Request) -> Result<()> {
    let key = ("requested_by_key", request.requested_by.key().cell());
    sql::insert_with(writer, &[key], std::slice::from_ref(request), "").await
}

/// Closes a pending request.
///
/// # Errors
/// When the database fails, or refuses: it is closed, or the decisions for it are missing.
pub async fn close_request(
    writer: &mut Writer,
    request_id: &RequestId,
    state: ReviewState,
    at: Timestamp,
    because: &str,
) -> Result<()> {
    let statement = sql(
        "update review_request set state = $2, closed_at = $3, closed_because = $4 where request_id = $1",
    );
    statement
        .bind(request_id)
        .bind(state)
        .bind(at)
        .bind(because)
        .execute(writer)
        .await?;
    Ok(())
}

/// The newest request for a version.
///
/// # Errors
/// When the database fails.
pub async fn newest_request(
    reader: &mut Reader,
    use_case: &UseCaseId,
    version: VersionNumber,
) -> Result<Option<Request>> {
    let rest =
        "where use_case = $1 and version = $2 order by requested_at desc, request_id desc limit 1";
    select(rest)
        .bind(use_case)
        .bind(version)
        .optional(reader)
        .await
}

/// Every request of a use case, newest first.
///
/// # Errors
/// When the database fails.
pub async fn requests(reader: &mut Reader, use_case: &UseCaseId) -> Result<Vec<Request>> {
    select("where use_case = $1 order by requested_at desc, request_id desc")
        .bind(use_case)
        .all(reader)
        .await
}

/// Number of pending requests of a use case.
///
/// # Errors
/// When the database fails.
pub async fn pending(reader: &mut Reader, use_case: &UseCaseId) -> Result<i64> {
    let statement = sql("select count(*) from review_request where use_case = $1 and state = $2");
    statement
        .bind(use_case)
        .bind(ReviewState::Pending)
        .scalar(reader)
        .await
}

/// Adds a decision.
///
/// # Errors
/// When the database fails, or refuses: the author or requester decides, the request is closed, the
/// evidence is another, there is no reason.
pub async fn insert_decision(writer: &mut Writer, decision: &ReviewDecision) -> Result<()> {
    let key = ("reviewer_key", decision.reviewer.key().cell());
    sql::insert_with(writer, &[key], std::slice::from_ref(decision), "").await
}

/// Decisions on a request, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn decisions(reader: &mut Reader, request_id: &RequestId) -> Result<Vec<ReviewDecision>> {
    select("where request_id = $1 order by decided_at, decision_id")
        .bind(request_id)
        .all(reader)
        .await
}
