//! The audit log.

use axum::Json;
use axum::extract::State;
use domain::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use workflow::{AuditQuery, AuditRow, Tenure};

use super::input::Params;
use super::openapi::Failures;
use super::paging::{Page, decode_number, encode};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichEntries {
    /// Part of the name of an account.
    who: Option<String>,
    /// Beginning of an action, for example `model.`.
    action: Option<String>,
    /// Part of a subject.
    subject: Option<String>,
    /// First day.
    from: Option<Date>,
    /// Last day.
    until: Option<Date>,
    /// `next_cursor` of the page before. A page has 100 entries.
    #[param(max_length = 500)]
    cursor: Option<String>,
}

/// The audit log, newest first.
#[utoipa::path(get, path = "/audit", tag = "audit", params(WhichEntries), responses((status = 200, body = Page<AuditRow>), Failures))]
pub async fn list_audit(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Params(which): Params<WhichEntries>,
) -> Result<Json<Page<AuditRow>>, Problem> {
    let before = which
        .cursor
        .as_deref()
        .map(decode_number::<i64>)
        .transpose()?;
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let query = AuditQuery {
        who: which.who.unwrap_or_default(),
        action: which.action.unwrap_or_default(),
        subject: which.subject.unwrap_or_default(),
        from: day(which.from),
        until: day(which.until),
        page: 1,
        before,
    };
    let (items, total, _) = tenure.audit_page(&actor.member()?, &query).await?;
    let next_cursor = items
        .last()
        .filter(|_| total > items.len())
        .map(|last| encode(&last.sequence.to_string()));
    Ok(Json(Page { items, next_cursor }))
}

/// Whether the log is whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditVerified {
    pub whole: bool,
    /// Number of the newest entry.
    pub entries: i64,
    /// Hash of the newest entry, to be stored elsewhere.
    pub head: String,
    /// What is wrong, by entry.
    pub problems: Vec<String>,
}

/// Verifies the hash chain of the audit log and the rows that it vouches for.
#[utoipa::path(get, path = "/audit/verification", tag = "audit", responses((status = 200, body = AuditVerified), Failures))]
pub async fn verify_audit(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
) -> Result<Json<AuditVerified>, Problem> {
    let (head, problems) = tenure.audit_verify(&actor.member()?).await?;
    Ok(Json(AuditVerified {
        whole: problems.is_empty(),
        entries: head.sequence,
        head: head.hash,
        problems,
    }))
}
