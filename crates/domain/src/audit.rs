//! Everything that the audit log can tell: one list of events with typed details. A new one is a
//! variant here.

use serde::{Deserialize, Serialize};

use crate::words::words;
use crate::{
    AccountName, AlertId, AlertKind, BatchId, ChannelKind, CheckId, CycleCause, CycleId,
    CycleScope, CycleStage, DatasetId, Date, DefinitionOrigin, DriftVerdict, InputPolicy, JobId,
    JobKind, LogFailure, MissedBecause, MonitoringSetting, PersonId, PredictionId, Purpose,
    RequestId, Rescoring, RetentionClass, Role, RunId, Scope, Timestamp, UseCaseId, VersionNumber,
};

/// Defines the actions and, under the same names, the events with their details.
macro_rules! events {
    ($($(#[$meta:meta])* $name:ident = $text:literal { $($(#[$inner:meta])* $field:ident: $type:ty),* $(,)? }),+ $(,)?) => {
        words! {
            /// What was done: the kind of an audit event.
            pub enum AuditAction {
                $($(#[$meta])* $name = $text),+
            }
        }

        /// What was done, with its details. Serializes as the details alone; they name nobody.
        #[derive(Debug, Clone, PartialEq, Serialize)]
        #[serde(untagged)]
        #[expect(missing_docs, reason = "names and types of the details say what they hold")]
        pub enum AuditEvent {
            $(
                $(#[$meta])*
                #[doc = ""]
                #[doc = concat!("Details of the action `", $text, "`.")]
                $name { $($(#[$inner])* $field: $type),* }
            ),+
        }

        impl AuditEvent {
            /// The kind of the event.
            pub fn action(&self) -> AuditAction {
                match self {
                    $(Self::$name { .. } => AuditAction::$name),+
                }
            }
        }
    };
}

events! {
    AccountAdd = "account.add" { roles: Vec<Role> },
    AccountDisable = "account.disable" {},
    AccountEnable = "account.enable" {},
    AccountPassword = "account.password" { with: PasswordProof },
    AccountRoles = "account.roles" { from: Vec<Role>, to: Vec<Role> },
    AccountSetUpLink = "account.set_up_link" {},
    AccountSignIn = "account.sign_in" { from: SignInPlace },
    AccountSignOutEverywhere = "account.sign_out_everywhere" { sessions: u64, tokens: u64 },
    AlertAcknowledge = "alert.acknowledge" { kind: AlertKind },
    /// An owner was assigned; the alert says who.
    AlertAssign = "alert.assign" { kind: AlertKind },
    AlertSnooze = "alert.snooze" { kind: AlertKind, until: Timestamp },
    /// A person or an account was erased from the log.
    AuditErase = "audit.erase" { kind: Erasable },
    /// Where messages go; neither its address nor its secret.
    ChannelAdd = "channel.add" { kind: ChannelKind, use_case: Option<UseCaseId>, kinds: Vec<AlertKind>, role: Option<Role>, digest: bool },
    ChannelDisable = "channel.disable" {},
    ChannelEnable = "channel.enable" {},
    ChannelRemove = "channel.remove" {},
    /// A test message was sent.
    ChannelTest = "channel.test" { received: bool },
    CycleCancel = "cycle.cancel" {},
    CycleFail = "cycle.fail" { stage: CycleStage },
    CycleFinish = "cycle.finish" { as_of: Option<Date>, version: Option<VersionNumber> },
    /// A failed or canceled cycle goes on.
    CycleRetry = "cycle.retry" {},
    CycleStart = "cycle.start" { scope: CycleScope, cause: CycleCause },
    /// With the version of the use case that the files were read with.
    DataImport = "data.import" { hash: String, rows: i64, name: String, as_of: Date, purpose: Purpose, definition: u32 },
    /// A training set was built from snapshots and outcomes.
    DataDerive = "data.derive" { hash: String, rows: i64, name: String, as_of: Date, snapshots: u64, outcomes: u64, definition: u32 },
    /// No longer scored, checked or trained on.
    DataWithdraw = "data.withdraw" { hash: String, name: String, reason: String },
    /// A note on a drift check.
    DriftAcknowledge = "drift.acknowledge" {},
    DriftCheck = "drift.check" { version: VersionNumber, dataset: DatasetId, verdict: DriftVerdict },
    ExperimentArchive = "experiment.archive" { restored: bool },
    ExperimentCreate = "experiment.create" { name: String },
    ExperimentRename = "experiment.rename" { name: String },
    JobCancel = "job.cancel" {},
    /// The process that worked on it is gone.
    JobInterrupted = "job.interrupted" {},
    JobStart = "job.start" { kind: JobKind, title: String },
    /// Taken from a tracking server of others, by the hash of its address.
    MlflowImport = "mlflow.import" { source: String, experiments: u64, runs: u64, files: u64, models: u64, versions: u64, not_taken: u64 },
    ModelAlias = "model.alias" { alias: String, removed: bool },
    ModelApprove = "model.approve" {
        #[serde(flatten)]
        decision: DecisionDetail,
    },
    ModelComment = "model.comment" { comment: String },
    ModelDescribe = "model.describe" { description: String },
    ModelExperiment = "model.experiment" { run: RunId, experiment: String },
    /// A model that was trained elsewhere became a version.
    ModelImport = "model.import" { run: RunId, data: String, model: String, candidate: String, file: String, in_sample: bool },
    ModelLimitations = "model.limitations" { revision: i64 },
    /// A version may serve on, until the next review date.
    ModelRecertify = "model.recertify" { next_review: Date, reason: String },
    ModelReject = "model.reject" {
        #[serde(flatten)]
        decision: DecisionDetail,
    },
    ModelRequest = "model.request" { evidence: String, approvals_needed: i64, waived: Vec<String> },
    ModelRequestChanges = "model.request_changes" {
        #[serde(flatten)]
        decision: DecisionDetail,
    },
    /// A version of the monitoring policy of a use case, and the limits that differ from the one
    /// before.
    MonitoringPolicySet = "monitoring_policy.set" { version: u32, preset: String, changes: Vec<MonitoringSetting>, reason: String },
    ModelRequestVoid = "model.request_void" { request: RequestId, because: String },
    ModelRollback = "model.rollback" { model: String, previous: Option<VersionNumber>, reason: String },
    /// Scoring beside the live version on or off; `previous` is the version that did so before.
    ModelShadow = "model.shadow" { on: bool, previous: Option<VersionNumber> },
    ModelTag = "model.tag" { tag: String, value: String },
    ModelTrain = "model.train" { run: RunId, data: String, model: String, candidate: String },
    ModelUndeploy = "model.undeploy" { previous: VersionNumber, reason: String },
    ModelWaive = "model.waive" { gate: String, title: String, reason: String, expires_on: Date },
    OutcomesImport = "outcomes.import" { file: String, name: String, rows: i64, events: i64, complete_until: Option<Date> },
    /// A file of outcomes: what it says counts no more.
    OutcomesWithdraw = "outcomes.withdraw" { name: String, reason: String },
    /// Rows of people left as a file: which rows of a list, or which file of a run.
    PeopleExport = "people.export" {
        #[serde(flatten)]
        export: PeopleExportDetail,
    },
    PersonView = "person.view" {
        #[serde(flatten)]
        view: PersonViewDetail,
    },
    /// A model that a client registered, or one of its versions. It cannot be deployed.
    RegisteredModelChange = "registered_model.change" { change: RegistryChange, version: Option<i64>, value: String },
    /// A run is no longer shown, or is shown again.
    RunArchive = "run.archive" { restored: bool },
    /// A client began a run.
    RunTrack = "run.track" { experiment: String },
    /// Entries of the prediction log left as a file; `why` is the purpose.
    PredictionLogExport = "prediction_log.export" { entries: u64, format: String, hash: String, why: Option<String> },
    /// Entries are kept beyond their time: of one person, or of the whole use case.
    PredictionLogHold = "prediction_log.hold" { hold: String, of_person: bool, reason: String },
    PredictionLogRelease = "prediction_log.release" { hold: String, reason: String },
    /// Entries whose time was over were deleted. `hash` is of their ids and the hashes of their content.
    PredictionLogPurge = "prediction_log.purge" { entries: u64, files: u64, held: u64, until: Timestamp, hash: String },
    /// What the prediction log keeps of a use case.
    PredictionLogPolicy = "prediction_log.policy" { version: u32, input: InputPolicy, on_failure: LogFailure, retention: RetentionClass, reason: String },
    /// An entry was opened; `why` is the purpose.
    PredictionView = "prediction.view" { use_case: UseCaseId, why: Option<String> },
    /// A scheduled run did not take place at its time.
    ScheduleMissed = "schedule.missed" { due: Timestamp, because: MissedBecause },
    ScheduleRemove = "schedule.remove" {},
    ScheduleSet = "schedule.set" { cron: String, time_zone: String, source: Option<String>, rescoring: Rescoring },
    ScoresBatch = "scores.batch" { version: VersionNumber, dataset: DatasetId, as_of: Date, people: i64 },
    /// The people of a batch were scored by a version in shadow too.
    ScoresShadow = "scores.shadow" { version: VersionNumber, beside: VersionNumber, people: i64 },
    /// A database that rows come from; the query by its hash, since it may name people.
    SourceAdd = "source.add" { source: String, address: String, query: String },
    SourceRemove = "source.remove" { source: String },
    TokenCreate = "token.create" { token: String, scopes: Vec<Scope>, days: u32 },
    TokenRevoke = "token.revoke" { token: String },
    /// A version of a use case was recorded; `definition` is the hash of its content.
    UseCaseChange = "use_case.change" { version: u32, definition: String, origin: DefinitionOrigin },
}

words! {
    /// What was done to a registered model or one of its versions.
    pub enum RegistryChange {
        Alias = "alias",
        Create = "create",
        Describe = "describe",
        Remove = "remove",
        RemoveAlias = "remove_alias",
        Rename = "rename",
        Stage = "stage",
        Tag = "tag",
    }
}

impl AuditAction {
    /// What was done, for a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::AccountAdd => "User added",
            Self::AccountDisable => "User disabled",
            Self::AccountEnable => "User enabled",
            Self::AccountPassword => "Password changed",
            Self::AccountRoles => "Roles changed",
            Self::AccountSetUpLink => "Set-up link created",
            Self::AccountSignIn => "Signed in",
            Self::AccountSignOutEverywhere => "Signed out everywhere",
            Self::AlertAcknowledge => "Alert acknowledged",
            Self::AlertAssign => "Alert assigned",
            Self::ExperimentArchive => "Experiment archived or restored",
            Self::ExperimentCreate => "Experiment created",
            Self::ExperimentRename => "Experiment renamed",
            Self::MlflowImport => "Imported from MLflow",
            Self::RegisteredModelChange => "Registered model changed",
            Self::RunArchive => "Run archived or restored",
            Self::RunTrack => "Run logged by a client",
            Self::AlertSnooze => "Alert snoozed",
            Self::AuditErase => "Name erased from the log",
            Self::ChannelAdd => "Alert channel added",
            Self::ChannelDisable => "Alert channel disabled",
            Self::ChannelEnable => "Alert channel enabled",
            Self::ChannelRemove => "Alert channel removed",
            Self::ChannelTest => "Alert channel tested",
            Self::CycleCancel => "Cycle canceled",
            Self::CycleFail => "Cycle failed",
            Self::CycleFinish => "Cycle finished",
            Self::CycleRetry => "Cycle continued",
            Self::CycleStart => "Cycle started",
            Self::DataImport => "Data imported",
            Self::DataDerive => "Training set built",
            Self::DataWithdraw => "Data withdrawn",
            Self::DriftAcknowledge => "Drift check acknowledged",
            Self::DriftCheck => "Drift check run",
            Self::JobCancel => "Job canceled",
            Self::JobInterrupted => "Job interrupted",
            Self::JobStart => "Job started",
            Self::ModelAlias => "Alias changed",
            Self::ModelApprove => "Version approved",
            Self::ModelComment => "Comment added",
            Self::ModelDescribe => "Description changed",
            Self::ModelExperiment => "Experiment recorded",
            Self::ModelImport => "Model imported",
            Self::ModelLimitations => "Limitations changed",
            Self::ModelRecertify => "Version re-certified",
            Self::ModelReject => "Version rejected",
            Self::ModelRequest => "Review requested",
            Self::ModelRequestChanges => "Changes requested",
            Self::ModelRequestVoid => "Review request void",
            Self::ModelRollback => "Version restored",
            Self::ModelShadow => "Shadow scoring changed",
            Self::ModelTag => "Tag changed",
            Self::ModelTrain => "Version trained",
            Self::ModelUndeploy => "Version undeployed",
            Self::ModelWaive => "Gate waived",
            Self::OutcomesImport => "Outcomes imported",
            Self::OutcomesWithdraw => "Outcomes withdrawn",
            Self::PeopleExport => "People exported",
            Self::PersonView => "Person viewed",
            Self::PredictionLogExport => "Predictions exported",
            Self::PredictionLogHold => "Legal hold placed",
            Self::PredictionLogRelease => "Legal hold released",
            Self::PredictionLogPurge => "Predictions purged",
            Self::PredictionLogPolicy => "Prediction log policy set",
            Self::PredictionView => "Prediction viewed",
            Self::ScheduleMissed => "Scheduled cycle missed",
            Self::ScheduleRemove => "Schedule turned off",
            Self::MonitoringPolicySet => "Monitoring policy set",
            Self::ScheduleSet => "Schedule set",
            Self::ScoresBatch => "People scored",
            Self::ScoresShadow => "People scored in shadow",
            Self::SourceAdd => "Source added",
            Self::SourceRemove => "Source removed",
            Self::TokenCreate => "API token created",
            Self::TokenRevoke => "API token revoked",
            Self::UseCaseChange => "Use case changed",
        }
    }
}

words! {
    /// How somebody who set a password showed who they are.
    pub enum PasswordProof {
        SetUpLink = "set-up link",
        OldPassword = "old password",
    }
}

words! {
    /// Where somebody signed in.
    pub enum SignInPlace {
        Pages = "pages",
        CommandLine = "command line",
    }
}

words! {
    /// Whom the log can forget.
    pub enum Erasable {
        Person = "person",
        Account = "account",
    }
}

/// What a decision rests on and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionDetail {
    /// The review request that was decided.
    pub request: RequestId,
    /// SHA-256 of the evidence package.
    pub evidence: String,
    /// The reviewer's reason, as written.
    pub reason: String,
    /// SHA-256 of the model file.
    pub model: String,
    /// Items of the checklist that were left open.
    pub checklist_open: usize,
    /// How many waivers of gates the version has.
    pub waivers: usize,
    /// Gates that failed and did not block.
    pub in_spite_of: Vec<String>,
    /// Whether the version went live with it.
    pub live: bool,
    /// The version that served before.
    pub previous: Option<VersionNumber>,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PeopleExportDetail {
    /// Rows of the table of people.
    Rows {
        /// How many people the file contains.
        rows: usize,
        /// The scoring batch that the scores come from.
        batch: BatchId,
        /// The filters of the table, one text each; empty for everybody.
        filters: Vec<String>,
        /// Key of the purpose of access; `None` where none is required.
        why: Option<String>,
    },
    /// Scores that were sent to a table of a source. Recorded before they are sent: an attempt
    /// that the database refused stands here too.
    Table {
        /// How many people were sent.
        rows: usize,
        /// The scoring batch that the scores come from.
        batch: BatchId,
        /// Name of the source.
        source: String,
        /// Name of the table.
        table: String,
        /// Key of the purpose of access; `None` where none is required.
        why: Option<String>,
    },
    /// A file of a run.
    File {
        /// Its name within the run.
        file: String,
    },
}

/// Why somebody opened a person's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonViewDetail {
    /// The scoring batch whose score was shown.
    pub batch: BatchId,
    /// Key of the purpose of access; `None` where none is required.
    pub why: Option<String>,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// By pseudonym in the log.
    Account(AccountName),
    /// An alert of a use case.
    Alert(UseCaseId, AlertId),
    /// The log as a whole: an erasure.
    AuditLog,
    /// A scoring batch.
    Batch(BatchId),
    /// A channel for alerts, by its name.
    Channel(String),
    /// A drift check.
    Check(CheckId),
    /// A monthly cycle of a use case.
    Cycle(UseCaseId, CycleId),
    /// A dataset version.
    Dataset(DatasetId),
    /// An experiment of clients, by its id.
    Experiment(String),
    /// A background job.
    Job(JobId),
    /// A model version of a use case.
    Model(UseCaseId, VersionNumber),
    /// An import of outcomes, by its id.
    Outcomes(String),
    /// By pseudonym in the log.
    Person(UseCaseId, PersonId),
    /// A model that a client registered, by its name.
    RegisteredModel(String),
    /// An entry of the prediction log.
    Prediction(PredictionId),
    /// A training run.
    Run(RunId),
    /// A use case as a whole: its labels, its table of people.
    UseCase(UseCaseId),
}

impl Subject {
    /// Kind and name of somebody who stands in the log under a pseudonym; `None` for things.
    pub fn pseudonymous(&self) -> Option<(Erasable, String)> {
        match self {
            Self::Account(name) => Some((Erasable::Account, name.to_string())),
            Self::Person(use_case, person) => {
                Some((Erasable::Person, format!("{use_case}/{person}")))
            }
            Self::Alert(..)
            | Self::AuditLog
            | Self::Batch(_)
            | Self::Channel(_)
            | Self::Check(_)
            | Self::Cycle(..)
            | Self::Dataset(_)
            | Self::Experiment(_)
            | Self::Job(_)
            | Self::Model(..)
            | Self::Outcomes(_)
            | Self::RegisteredModel(_)
            | Self::Prediction(_)
            | Self::Run(_)
            | Self::UseCase(_) => None,
        }
    }
}

impl Subject {
    /// The subject that is written so, as the log shows it to those who may read its names. `None`
    /// for what [`Self`] does not write: somebody under a pseudonym or erased, among others.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "audit" {
            return Some(Self::AuditLog);
        }
        if let Some(id) = text.strip_prefix("use case ") {
            return Some(Self::UseCase(id.into()));
        }
        let (kind, name) = text.split_once(' ').filter(|(_, name)| !name.is_empty())?;
        Some(match kind {
            // Names of accounts and use cases have no blanks: this is not "erased ~…".
            "account" if !name.contains(' ') => Self::Account(name.into()),
            "alert" => {
                let (use_case, alert) = name.split_once('/')?;
                Self::Alert(use_case.into(), alert.into())
            }
            "batch" => Self::Batch(name.into()),
            "channel" => Self::Channel(name.to_owned()),
            "check" => Self::Check(name.into()),
            "cycle" => {
                let (use_case, cycle) = name.split_once('/')?;
                Self::Cycle(use_case.into(), cycle.into())
            }
            "dataset" => Self::Dataset(name.into()),
            "experiment" => Self::Experiment(name.to_owned()),
            "job" => Self::Job(name.into()),
            "model" => {
                let (use_case, version) = name.split_once('/')?;
                Self::Model(use_case.into(), version.parse().ok()?)
            }
            "outcomes" => Self::Outcomes(name.to_owned()),
            "person" => {
                let (use_case, person) = name
                    .split_once('/')
                    .filter(|(use_case, _)| !use_case.contains(' '))?;
                Self::Person(use_case.into(), person.into())
            }
            "registered_model" => Self::RegisteredModel(name.to_owned()),
            "prediction" => Self::Prediction(name.into()),
            "run" => Self::Run(name.into()),
            _ => return None,
        })
    }
}

impl std::fmt::Display for Subject {
    /// Kind and name, for example `model attrition/3`. Of people this is the real name: the log
    /// gets [`Self::pseudonymous`].
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(name) => write!(formatter, "account {name}"),
            Self::Alert(use_case, id) => write!(formatter, "alert {use_case}/{id}"),
            Self::AuditLog => formatter.write_str("audit"),
            Self::Batch(id) => write!(formatter, "batch {id}"),
            Self::Channel(name) => write!(formatter, "channel {name}"),
            Self::Check(id) => write!(formatter, "check {id}"),
            Self::Cycle(use_case, id) => write!(formatter, "cycle {use_case}/{id}"),
            Self::Dataset(id) => write!(formatter, "dataset {id}"),
            Self::Experiment(id) => write!(formatter, "experiment {id}"),
            Self::Job(id) => write!(formatter, "job {id}"),
            Self::Model(use_case, version) => write!(formatter, "model {use_case}/{version}"),
            Self::Outcomes(id) => write!(formatter, "outcomes {id}"),
            Self::Person(use_case, person) => write!(formatter, "person {use_case}/{person}"),
            Self::RegisteredModel(name) => write!(formatter, "registered_model {name}"),
            Self::Prediction(id) => write!(formatter, "prediction {id}"),
            Self::Run(id) => write!(formatter, "run {id}"),
            Self::UseCase(id) => write!(formatter, "use case {id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_event_serializes_as_its_details() {
        let event = AuditEvent::ModelRollback {
            model: "ab".into(),
            previous: None,
            reason: "worse".into(),
        };
        assert_eq!(event.action().as_str(), "model.rollback");
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            r#"{"model":"ab","previous":null,"reason":"worse"}"#
        );
        assert_eq!(
            serde_json::to_string(&AuditEvent::JobCancel {}).unwrap(),
            "{}"
        );
    }

    #[test]
    fn the_detail_of_a_view_reads_back() {
        let view = PersonViewDetail {
            batch: "b".into(),
            why: Some("retention".into()),
        };
        let text = serde_json::to_string(&AuditEvent::PersonView { view: view.clone() }).unwrap();
        assert_eq!(
            serde_json::from_str::<PersonViewDetail>(&text).unwrap(),
            view
        );
    }

    #[test]
    fn a_subject_is_read_as_it_is_written() {
        let subjects = [
            Subject::Account("ada".into()),
            Subject::Alert("attrition".into(), "z".into()),
            Subject::AuditLog,
            Subject::Batch("b".into()),
            Subject::Channel("hr".into()),
            Subject::Check("c".into()),
            Subject::Cycle("attrition".into(), "y".into()),
            Subject::Dataset("d".into()),
            Subject::Job("j".into()),
            Subject::Model("attrition".into(), VersionNumber::FIRST),
            Subject::Outcomes("o".into()),
            Subject::Person("attrition".into(), "10/42 b".into()),
            Subject::Experiment("7".into()),
            Subject::RegisteredModel("my model".into()),
            Subject::Prediction("q".into()),
            Subject::Run("r".into()),
            Subject::UseCase("attrition".into()),
        ];
        for subject in subjects {
            assert_eq!(Subject::parse(&subject.to_string()), Some(subject));
        }
        let others = [
            "account erased ~ab12",
            "person ~ab12",
            "person erased ~ab12",
            "model attrition",
            "model attrition/x",
            "run ",
            "odd 1",
            "",
        ];
        for text in others {
            assert_eq!(Subject::parse(text), None, "{text}");
        }
    }

    #[test]
    fn people_are_told_apart_from_things() {
        let person = Subject::Person("attrition".into(), "1042".into());
        assert_eq!(
            person.pseudonymous(),
            Some((Erasable::Person, "attrition/1042".into()))
        );
        assert_eq!(
            Subject::Model("attrition".into(), VersionNumber::FIRST).to_string(),
            "model attrition/1"
        );
    }
}
