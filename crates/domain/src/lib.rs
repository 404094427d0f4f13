//! The words that every layer shares: ids, states, audit events, times, problems by field,
//! estimates, routes.
//!
//! No input or output, no clock: the browser runs the same code. States are enums and times are
//! typed from the database to the page; text is made at the edge.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod alert;
pub mod audit;
pub mod cycle;
mod estimate;
pub mod format;
mod ids;
mod monitoring_setting;
pub mod network;
pub mod people;
mod period;
pub mod prediction;
mod problem;
pub mod query;
pub mod route;
#[cfg(feature = "schema")]
mod schema;
pub mod status;
mod time;
pub mod timeline;
mod words;

pub use alert::{AlertEvent, AlertKind, AlertSeverity, AlertState, ChannelKind, DeliveryState};
pub use audit::{AuditAction, AuditEvent, Subject};
pub use cycle::{
    CycleCause, CycleFile, CycleScope, CycleStage, CycleState, MissedBecause, Planned, Rescoring,
    SkipReason, StageState,
};
pub use estimate::Estimate;
pub use ids::{
    AccountName, AlertId, BatchId, CheckId, CycleId, DatasetId, JobId, PersonId, PredictionId,
    RequestId, RunId, UseCaseId, VersionNumber,
};
pub use monitoring_setting::MonitoringSetting;
pub use people::{CapacityPoint, PeopleQuery, Reason};
pub use period::{Period, PeriodKind, PeriodRange};
pub use prediction::{InputPolicy, LogFailure, PredictionKind, RetentionClass};
pub use problem::{FieldProblem, ProblemCode, RefusalCode};
pub use route::Route;
pub use status::{
    AccountState, ChangeBasis, Decision, DefinitionOrigin, DriftVerdict, HealthLevel, JobKind,
    JobState, JobStatus, LiveChangeKind, ParentKind, Purpose, Recommendation, ReviewState, Role,
    RunStatus, Scope, ScoreBasis, Stage, TableFormat, TokenState,
};
pub use time::{Date, InvalidTime, Timestamp};
pub use words::UnknownWord;
