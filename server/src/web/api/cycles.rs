//! The monthly cycle and its schedule.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{CycleScope, Date, Rescoring};
use serde::Deserialize;
use utoipa::ToSchema;
use workflow::cycles::{Cycle, Schedule};
use workflow::{CyclePlan, CycleRow, NewCycle, NewSchedule, ScheduleView, Scope, Tenure};

use super::input::{Body, Params, Path};
use super::openapi::Failures;
use super::paging::{Page, Paging, page};
use super::paths::{OfCycle, OfUseCase};
use crate::web::auth::AuthUser;
use crate::web::problem::Problem;

/// The cycles of a use case, newest first.
#[utoipa::path(get, path = "/use-cases/{use_case}/cycles", tag = "cycles", params(OfUseCase, Paging), responses((status = 200, body = Page<CycleRow>), Failures))]
pub async fn list_cycles(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Params(paging): Params<Paging>,
) -> Result<Json<Page<CycleRow>>, Problem> {
    let all = tenure.cycles(&actor.member()?, &of.use_case).await?;
    let key = |own: &CycleRow| own.id.to_string();
    Ok(Json(page(all, &paging, key)?))
}

/// A cycle with its stages.
#[utoipa::path(get, path = "/use-cases/{use_case}/cycles/{cycle}", tag = "cycles", params(OfCycle), responses((status = 200, body = CycleRow), Failures))]
pub async fn show_cycle(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfCycle>,
) -> Result<Json<CycleRow>, Problem> {
    let page = tenure
        .cycle(&actor.member()?, &of.use_case, &of.cycle)
        .await?;
    Ok(Json(page.cycle))
}

/// A cycle that is wanted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedCycle {
    /// `full` when absent.
    pub scope: Option<CycleScope>,
    /// The day that it is about; that of the newest snapshot when absent.
    pub as_of: Option<Date>,
    /// Name of the source that people are imported from.
    pub source: Option<String>,
}

impl WantedCycle {
    fn of(self, use_case: String) -> NewCycle {
        NewCycle {
            use_case,
            scope: self.scope.unwrap_or(CycleScope::Full),
            as_of: self.as_of.map(|day| day.to_string()),
            source: self.source,
        }
    }
}

/// Queues a cycle. A token needs the scope `admin`.
#[utoipa::path(post, path = "/use-cases/{use_case}/cycles", tag = "cycles", params(OfUseCase), request_body = WantedCycle, responses((status = 202, body = Cycle), Failures))]
pub async fn run_cycle(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Body(wanted): Body<WantedCycle>,
) -> Result<(StatusCode, Json<Cycle>), Problem> {
    let admin = actor.admin_for(Scope::Admin)?;
    let cycle = tenure.start_cycle(&admin, &wanted.of(of.use_case)).await?;
    Ok((StatusCode::ACCEPTED, Json(cycle)))
}

/// What a cycle would do, stage by stage. Changes nothing. A token needs the scope `admin`.
#[utoipa::path(post, path = "/use-cases/{use_case}/cycle-plan", tag = "cycles", params(OfUseCase), request_body = WantedCycle, responses((status = 200, body = CyclePlan), Failures))]
pub async fn plan_cycle(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Body(wanted): Body<WantedCycle>,
) -> Result<Json<CyclePlan>, Problem> {
    let admin = actor.admin_for(Scope::Admin)?;
    Ok(Json(
        tenure.plan_cycle(&admin, &wanted.of(of.use_case)).await?,
    ))
}

/// Opens a failed or canceled cycle again. A token needs the scope `admin`.
#[utoipa::path(post, path = "/use-cases/{use_case}/cycles/{cycle}/retry", tag = "cycles", params(OfCycle), responses((status = 202, body = Cycle), Failures))]
pub async fn retry_cycle(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfCycle>,
) -> Result<(StatusCode, Json<Cycle>), Problem> {
    let admin = actor.admin_for(Scope::Admin)?;
    let cycle = tenure.retry_cycle(&admin, &of.use_case, &of.cycle).await?;
    Ok((StatusCode::ACCEPTED, Json(cycle)))
}

/// Cancels a cycle. A token needs the scope `admin`.
#[utoipa::path(post, path = "/use-cases/{use_case}/cycles/{cycle}/cancel", tag = "cycles", params(OfCycle), responses((status = 202, body = CycleRow), Failures))]
pub async fn cancel_cycle(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfCycle>,
) -> Result<(StatusCode, Json<CycleRow>), Problem> {
    let admin = actor.admin_for(Scope::Admin)?;
    tenure.cancel_cycle(&admin, &of.use_case, &of.cycle).await?;
    let page = tenure
        .cycle(&admin.member(), &of.use_case, &of.cycle)
        .await?;
    Ok((StatusCode::ACCEPTED, Json(page.cycle)))
}

/// When cycles run.
#[utoipa::path(get, path = "/use-cases/{use_case}/schedule", tag = "cycles", params(OfUseCase), responses((status = 200, body = ScheduleView), Failures))]
pub async fn show_schedule(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
) -> Result<Json<ScheduleView>, Problem> {
    Ok(Json(tenure.schedule(&actor.member()?, &of.use_case).await?))
}

/// A schedule.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedSchedule {
    /// Minute, hour, day of the month, month, day of the week.
    #[schema(example = "17 2 1 * *")]
    pub cron: String,
    /// For example Europe/Berlin.
    #[schema(example = "UTC")]
    pub time_zone: String,
    /// Name of the source that people are imported from.
    pub source: Option<String>,
    /// `at_once` when absent.
    pub rescoring: Option<Rescoring>,
}

/// Sets when cycles run. A token needs the scope `admin`.
#[utoipa::path(put, path = "/use-cases/{use_case}/schedule", tag = "cycles", params(OfUseCase), request_body = WantedSchedule, responses((status = 200, body = Schedule), Failures))]
pub async fn set_schedule(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
    Body(wanted): Body<WantedSchedule>,
) -> Result<Json<Schedule>, Problem> {
    let new = NewSchedule {
        use_case: of.use_case,
        cron: wanted.cron,
        time_zone: wanted.time_zone,
        source: wanted.source.unwrap_or_default(),
        rescoring: wanted.rescoring.unwrap_or(Rescoring::AtOnce),
    };
    Ok(Json(
        tenure
            .set_schedule(&actor.admin_for(Scope::Admin)?, &new)
            .await?,
    ))
}

/// Turns the schedule off. A token needs the scope `admin`.
#[utoipa::path(delete, path = "/use-cases/{use_case}/schedule", tag = "cycles", params(OfUseCase), responses((status = 204, description = "It is off."), Failures))]
pub async fn remove_schedule(
    State(tenure): State<Tenure>,
    AuthUser(actor): AuthUser,
    Path(of): Path<OfUseCase>,
) -> Result<StatusCode, Problem> {
    tenure
        .remove_schedule(&actor.admin_for(Scope::Admin)?, &of.use_case)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
