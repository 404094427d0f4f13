//! Use cases: import, train, promote, score, look. Who may do what, in what order, and what is written down.
//!
//! Server functions, REST handlers and commands are doors to the same methods of [`Tenure`]; none of them holds a rule of its own.

mod accounts;
mod actor;
mod batch;
mod cache;
mod card;
mod catalogue;
mod clock;
mod csv_text;
mod dashboard;
mod datasets;
mod demo;
mod drift;
mod error;
mod evidence;
mod experiment;
mod fairness;
mod filter;
mod import;
mod jobs;
mod nested_runs;
mod outcomes;
mod people;
mod predict;
mod review;
mod run_page;
mod run_record;
mod runs;
mod serving;
mod status;
mod tenure;
mod training_run;
mod version;
mod what_if;

pub use accounts::{NewToken, SetUp, SignedIn, TokenRequest};
pub use actor::{Actor, Admin, Analyst, Contributor, Member, Origin, Reviewer, Role, Scope, Signed};
pub use catalogue::{AccessPolicy, Catalogue, Purpose};
pub use clock::{date_of, days_between, long_time as time_text, parse as day_number, today};
pub use datasets::DataDiff;
pub use demo::DemoAccount;
pub use drift::{
    CheckPage, DriftHistory, ExportFormat, FeatureLine, HistoryEvent, HistoryPoint, Mark, RowsReport, Shift, SimulatedCheck, by_weight,
};
pub use error::{Error, Result};
pub use evidence::Evidence;
pub use experiment::Experiment;
pub use import::{Import, Imported, check_import};
pub use jobs::{FieldProblems, JobHandle, NewJob, Observer, TrainingForm};
pub use model::global::GlobalExplanation;
pub use monitoring::data_profile;
pub use monitoring::data_profile::{ColumnSummary, Correlation, DataProfile};
pub use monitoring::report::{ColumnReport, DriftReport};
pub use outcomes::{CohortView, Coverage, HORIZON_DAYS, OutcomesImport, OutcomesImported, check_outcomes, simulated_outcomes};
pub use predict::{PredictOptions, Prediction, predict_with};
pub use review::{
    AuditExport, AuditQuery, AuditRow, Baseline, CHECKLIST, Checklist, Choice, Decided, Package, QueueRow, ReviewPage, Ruling,
    SavedBaseline, Section, Sources, Waive, verify_export,
};
pub use run_record::metric_name;
pub use serving::{Live, StoredPeople};
pub use store::registry::LiveChange;
pub use store::review::{Decision, Request};
pub use store::{Settings as StoreSettings, new_id};
pub use tenure::Tenure;
pub use training::error_analysis::Cohort;
pub use training::evaluate::Evaluation;
pub use training::gates::{GateReport, GateResult};
pub use training::proxies::Proxy;
pub use training::stability::FieldRanks;
pub use training_run::TrainOutcome;
