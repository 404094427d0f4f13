//! Use cases: import, train, promote, score, look. Who may do what, in what order, and what is
//! written down.
//!
//! Server functions, REST handlers and commands are entry points to the same methods of [`Tenure`];
//! none of them holds a rule of its own.
#![warn(clippy::wildcard_enum_match_arm)]
#![expect(
    missing_docs,
    reason = "its types are documented; most public fields are cells of a page or of a JSON answer, whose names say what they hold"
)]

pub mod accounts;
mod actor;
pub mod alerts;
mod audit;
mod cache;
pub mod card;
mod csv_text;
mod current;
pub mod cycles;
pub mod datasets;
mod demo;
pub mod disclosure;
mod error;
pub mod fairness;
mod health;
mod held;
pub mod idempotency;
pub mod jobs;
mod monitoring;
pub mod operations;
pub mod prediction_log;
mod registry;
pub mod request_days;
mod review;
pub mod runs;
pub mod scoring;
mod shadow;
pub mod sources;
mod status;
mod tenure;
pub mod tracking;
pub mod training;
mod unchanged;
mod use_cases;
mod viewer;

pub use accounts::{NewToken, SetUp, SignedIn, TokenRequest};
pub use actor::{
    Actor, Admin, Analyst, Contributor, Member, Origin, Reviewer, Role, Scope, Signed, Tracker,
};
pub use alerts::{
    AlertOptions, AlertQuery, AlertRow, AlertSettings, ChannelRow, Delivered, DeliveryRow,
    MailOptions, NewChannel, Tested,
};
pub use audit::{AuditExport, AuditQuery, AuditRow, verify_export};
pub use cycles::{
    Cron, CyclePage, CyclePlan, CycleRow, NewCycle, NewSchedule, PlannedStage, ScheduleView,
    StageResult, StageRow,
};
pub use datasets::{
    CheckedImport, Combine, DataDiff, FileReading, Import, ImportPreview, Imported, PreviewOutcome,
    StoredPeople, check_import, preview_import,
};
pub use demo::{
    DEMO_MONTHS, DemoAccount, Replay, ReplayReview, ReplayedMonth, Resampled, Watcher,
    months_before_this,
};
pub use error::{Error, Result, causes};
pub use exchange::ModelFormat;
pub use fairness::Experiment;
pub use health::ModelHealth;
pub use jobs::{JobHandle, NewJob, Observer};
pub use monitoring::{
    CheckPage, CohortView, Coverage, DriftHistory, ExportFormat, FeatureLine, HORIZON_DAYS,
    HistoryEvent, HistoryPoint, Mark, Matching, MonitoringPolicyVersion, OutcomesImport,
    OutcomesImported, OutcomesReport, PolicyChange, RowsReport, Shift, SimulatedCheck, by_weight,
    check_outcomes, simulated_outcomes,
};
pub use registry::{
    Baseline, Live, MOST_MODEL_BYTES, ModelImport, ModelImported, NextReview, NextStep,
    SavedBaseline,
};
pub use review::{
    CHECKLIST, Checklist, Decided, DecisionInput, EvidenceManifest, EvidencePackage,
    FieldImportance, ImportanceChange, QueueRow, RankedImportance, Remedy, ReviewPage, Section,
    Waive,
};
pub use runs::{Evidence, metric_name};
pub use scoring::{
    Models, PredictOptions, Predicted, Prediction, PredictionRequest, UnknownValue, WriteBack,
    WrittenBack, predict_with,
};
pub use shadow::{
    Disagreement, GroupDifference, ShadowBatch, ShadowEvidence, ShadowReport, ShadowTally,
};
pub use sources::{NewSource, Rows, VARIABLES};
pub use status::{LiveModel, Session, Status};
pub use tenure::Tenure;
pub use training::{RowsUsed, TrainOutcome, TrainingForm};
pub use use_cases::{
    AccessPolicy, CatalogSnapshot, Definition, DefinitionEdit, DiffLine, DraftState, DraftView,
    DraftedUseCase, FeatureCatalog, FeatureDrift, FeatureRole, FeatureRow, FeatureSource,
    ImportedUseCase, LineChange, MissingRate, PolicyCatalog, Purpose, SavedDraft, SentColumn,
    SkippedFile, draft_use_case, line_diff, with_context,
};
pub use viewer::{OrganizationScope, Viewer};

pub use ::monitoring::data_profile::{self, ColumnSummary, Correlation, DataProfile};
pub use ::monitoring::report::{ColumnReport, DriftReport};
pub use ::training::error_analysis::Cohort;
pub use ::training::evaluate::Evaluation;
pub use ::training::gates::{GateReport, GateResult};
pub use ::training::proxies::Proxy;
pub use ::training::stability::FieldRanks;
pub use data::ReadOptions;
pub use data::draft;
pub use data::preview::ColumnPreview;
pub use model::global::GlobalExplanation;
pub use store::monitoring::checks::{Check as DriftCheck, Note as DriftNote};
pub use store::monitoring::outcomes::Import as OutcomesFile;
pub use store::registry::{LiveChange, Recertification};
pub use store::review::{Request, ReviewDecision, Waiver};
pub use store::{Settings as StoreSettings, new_id, today};
