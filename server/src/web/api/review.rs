//! Requests for a decision, and decisions: those are a person's, never a token's.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{Date, Decision, VersionNumber};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use workflow::{DecisionInput, QueueRow, Request, Scope, Tenure, Waive};

use super::input::{Body, Params, Path};
use super::openapi::Failures;
use super::paging::{Page, Paging, page};
use super::paths::{OfUseCase, OfVersion};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// The requests of a use case: those that wait, then those that were decided, newest first.
#[utoipa::path(get, path = "/use-cases/{use_case}/reviews", tag = "review", params(OfUseCase, Paging), responses((status = 200, body = Page<QueueRow>), Failures))]
pub async fn list_reviews(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<QueueRow>>, Problem> {
    tenure.use_case(&of.use_case)?;
    let all = tenure.review_queue(&actor.member()?, &of.use_case).await?;
    let key = |own: &QueueRow| own.request.request_id.to_string();
    Ok(Json(page(all, &paging, key)?))
}

/// A note to reviewers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRequest {
    #[serde(default)]
    pub note: String,
}

/// Requests a review of a version. Asking again for the same is answered with the request there is.
/// A token needs the scope `request_review`.
#[utoipa::path(post, path = "/use-cases/{use_case}/models/{version}/review", tag = "review", params(OfVersion), request_body = NewRequest, responses((status = 201, body = Request), Failures))]
pub async fn request_review(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfVersion>,
    Body(new): Body<NewRequest>,
) -> Result<(StatusCode, Json<Request>), Problem> {
    let contributor = actor.contributor_for(Scope::RequestReview)?;
    let request = tenure
        .request_review(&contributor, &of.use_case, of.version, &new.note)
        .await?;
    Ok((StatusCode::CREATED, Json(request)))
}

/// A remark.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    pub body: String,
}

/// A remark that was kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct CommentKept {
    pub id: String,
    #[schema(value_type = String, format = DateTime)]
    pub written_at: domain::Timestamp,
}

/// Comments on a version. A token needs the scope `request_review`.
#[utoipa::path(post, path = "/use-cases/{use_case}/models/{version}/comments", tag = "review", params(OfVersion), request_body = NewComment, responses((status = 201, body = CommentKept), Failures))]
pub async fn comment_on_model(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfVersion>,
    Body(new): Body<NewComment>,
) -> Result<(StatusCode, Json<CommentKept>), Problem> {
    let contributor = actor.contributor_for(Scope::RequestReview)?;
    let comment = tenure
        .comment(&contributor, &of.use_case, of.version, &new.body)
        .await?;
    let kept = CommentKept {
        id: comment.comment_id,
        written_at: comment.written_at,
    };
    Ok((StatusCode::CREATED, Json(kept)))
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDecision {
    pub decision: Decision,
    pub reason: String,
    /// Of the evidence that was read.
    pub evidence_hash: String,
    /// The reviewer's, once more.
    pub password: String,
}

/// What a decision came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionKept {
    pub request: Request,
    /// Approvals that are still missing.
    pub approvals_missing: i64,
}

/// Decides on a version. Answers 403 to every token: a decision is made by a reviewer who signs in
/// and gives the password once more.
#[utoipa::path(post, path = "/use-cases/{use_case}/models/{version}/decision", tag = "review", params(OfVersion), request_body = NewDecision, responses((status = 200, body = DecisionKept), Failures))]
pub async fn decide_on_model(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfVersion>,
    Body(new): Body<NewDecision>,
) -> Result<Json<DecisionKept>, Problem> {
    let reviewer = actor.reviewer()?;
    let input = DecisionInput {
        choice: new.decision,
        reason: &new.reason,
        checklist: None,
        evidence: Some(&new.evidence_hash),
    };
    input.check()?;
    let signed = tenure.sign(reviewer, Some(&new.password)).await?;
    let decided = tenure
        .decide(&signed, &of.use_case, of.version, input)
        .await?;
    Ok(Json(DecisionKept {
        request: decided.request,
        approvals_missing: decided.approvals_missing,
    }))
}

/// A waiver of a gate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWaiver {
    /// Key or title of the gate.
    pub gate: String,
    /// Who answers for it.
    pub owner: String,
    pub reason: String,
    /// Last day on which it holds.
    pub expires_on: Date,
    /// The reviewer's, once more.
    pub password: String,
}

/// Waives a gate of a version. Answers 403 to every token.
#[utoipa::path(post, path = "/use-cases/{use_case}/models/{version}/waivers", tag = "review", params(OfVersion), request_body = NewWaiver, responses((status = 204, description = "It is waived."), Failures))]
pub async fn waive_gate(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfVersion>,
    Body(new): Body<NewWaiver>,
) -> Result<StatusCode, Problem> {
    let reviewer = actor.reviewer()?;
    let expires_on = new.expires_on.to_string();
    let waive = Waive {
        gate: &new.gate,
        owner: &new.owner,
        reason: &new.reason,
        expires_on: &expires_on,
    };
    waive.check()?;
    let signed = tenure.sign(reviewer, Some(&new.password)).await?;
    tenure
        .waive(&signed, &of.use_case, of.version, waive)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A way back to an earlier version.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRollback {
    /// The one before when absent.
    pub version: Option<VersionNumber>,
    pub reason: String,
    /// The reviewer's, once more.
    pub password: String,
}

/// The version that is live.
#[derive(Debug, Serialize, ToSchema)]
pub struct NowLive {
    pub version: VersionNumber,
}

/// Makes an earlier version live again. Answers 403 to every token.
#[utoipa::path(post, path = "/use-cases/{use_case}/rollback", tag = "review", params(OfUseCase), request_body = NewRollback, responses((status = 200, body = NowLive), Failures))]
pub async fn roll_back(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Body(new): Body<NewRollback>,
) -> Result<Json<NowLive>, Problem> {
    let signed = tenure.sign(actor.reviewer()?, Some(&new.password)).await?;
    let version = tenure
        .rollback(&signed, &of.use_case, new.version, &new.reason)
        .await?;
    Ok(Json(NowLive {
        version: version.version,
    }))
}
