//! The states that things can be in, and what people may do.

use crate::words::words;

words! {
    /// Where a model version is in its life.
    pub enum Stage {
        /// Trained, but the staging part of its gate policy did not hold.
        None = "None",
        /// A review may be requested.
        Staging = "Staging",
        /// The version that serves; at most one per use case.
        Production = "Production",
        /// Served once, or was rejected.
        Archived = "Archived",
    }
}

words! {
    /// How a live model is doing, by its newest drift check.
    pub enum HealthLevel {
        /// Checked lately, and nothing speaks against it.
        Healthy = "healthy",
        /// Something is to be looked at, or was not checked lately.
        Warning = "warning",
        /// The check says to retrain, or that the data cannot be trusted.
        Critical = "critical",
    }
}

words! {
    /// What a score of a person is based on.
    pub enum ScoreBasis {
        /// The person was in the training data; the model that scored had not learned from them.
        OutOfFold = "out_of_fold",
        /// The person was not in the training data; scored by the final model.
        Final = "final",
        /// It is not known who it is, so the model may have learned from this person.
        Unknown = "unknown",
        /// The model was trained elsewhere, and may have or has learned from this person.
        InSample = "in_sample",
    }
}

impl ScoreBasis {
    /// Whether it is certain that the model that scored had not learned from the person.
    pub const fn is_unseen(self) -> bool {
        match self {
            Self::OutOfFold | Self::Final => true,
            Self::Unknown | Self::InSample => false,
        }
    }
}

words! {
    /// What a person's score can be compared with: the one of the previous cycle.
    pub enum ChangeBasis {
        /// Both are by the same model, so that the difference is a change of the person.
        SameModel = "same_model",
        /// Another version scored then.
        OtherVersion = "other_version",
        /// The same version scored then, by another of its models: by the final one instead of the
        /// one that has not learned from the person, or the other way round.
        OtherModel = "other_model",
        /// No previous score.
        NotScored = "not_scored",
    }
}

words! {
    /// Where a review request is.
    pub enum ReviewState {
        Pending = "pending",
        Approved = "approved",
        Rejected = "rejected",
        ChangesRequested = "changes_requested",
        /// What it rested on has changed.
        Void = "void",
    }
}

words! {
    /// What a reviewer decides.
    pub enum Decision {
        Approve = "approve",
        Reject = "reject",
        RequestChanges = "request_changes",
    }
}

impl Decision {
    /// The state that a request is in after it (of an approval: the last one needed).
    pub fn state(self) -> ReviewState {
        match self {
            Self::Approve => ReviewState::Approved,
            Self::Reject => ReviewState::Rejected,
            Self::RequestChanges => ReviewState::ChangesRequested,
        }
    }
}

words! {
    /// What a dataset may be used for, chosen when it is imported.
    pub enum Purpose {
        /// People with known outcomes, to learn from. Never scored as the people of today.
        Training = "training",
        /// People to score and to check for drift. Never trained on.
        Scoring = "scoring",
        Both = "both",
    }
}

words! {
    /// The format of a file with a table, by the ending of its name.
    pub enum TableFormat {
        Csv = "csv",
        Excel = "xlsx",
        Parquet = "parquet",
    }
}

impl TableFormat {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Excel => "Excel",
            Self::Parquet => "Parquet",
        }
    }

    /// Media type of the file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Excel => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

impl Purpose {
    /// Whether a model may learn from it.
    pub fn is_for_training(self) -> bool {
        matches!(self, Self::Training | Self::Both)
    }

    /// Whether its people are scored and checked for drift.
    pub fn is_for_scoring(self) -> bool {
        matches!(self, Self::Scoring | Self::Both)
    }

    /// For a person: "Training", "Scoring", "Training and scoring".
    pub fn label(self) -> &'static str {
        match self {
            Self::Training => "Training",
            Self::Scoring => "Scoring",
            Self::Both => "Training and scoring",
        }
    }
}

words! {
    /// Where the definition of a use case comes from.
    pub enum DefinitionOrigin {
        /// The binary brings it.
        BuiltIn = "built in",
        /// A file in the folder of use cases.
        File = "file",
        /// It was imported into the store.
        Store = "store",
    }
}

words! {
    /// How the live version changed.
    pub enum LiveChangeKind {
        Promotion = "promotion",
        Rollback = "rollback",
        /// Nothing serves from then on.
        Undeployment = "undeployment",
    }
}

words! {
    /// Where a training run is.
    pub enum RunStatus {
        Running = "running",
        Finished = "finished",
        Failed = "failed",
        Canceled = "canceled",
    }
}

words! {
    /// Where a background job is, as it is stored.
    pub enum JobStatus {
        Queued = "queued",
        Running = "running",
        Finished = "finished",
        Failed = "failed",
        Canceled = "canceled",
    }
}

words! {
    /// Where a background job is, as people see it: also whether somebody asked it to stop.
    pub enum JobState {
        Queued = "queued",
        Running = "running",
        /// Still at work, and asked to stop.
        Stopping = "stopping",
        Finished = "finished",
        Failed = "failed",
        Canceled = "canceled",
    }
}

impl JobState {
    /// What people see of a status.
    pub fn new(status: JobStatus, cancel_requested: bool) -> Self {
        match status {
            JobStatus::Queued | JobStatus::Running if cancel_requested => Self::Stopping,
            JobStatus::Queued => Self::Queued,
            JobStatus::Running => Self::Running,
            JobStatus::Finished => Self::Finished,
            JobStatus::Failed => Self::Failed,
            JobStatus::Canceled => Self::Canceled,
        }
    }

    /// True while a process works on it, or will.
    pub fn is_open(self) -> bool {
        match self {
            Self::Queued | Self::Running | Self::Stopping => true,
            Self::Finished | Self::Failed | Self::Canceled => false,
        }
    }
}

words! {
    /// What a background job does.
    pub enum JobKind {
        Training = "training",
        Experiment = "experiment",
        /// A monthly cycle, or a part of one.
        Cycle = "cycle",
    }
}

words! {
    /// The answer of a drift check. Only `Stable` means "no drift".
    pub enum DriftVerdict {
        /// Changed, beyond what the policy tolerates.
        Drifted = "drifted",
        /// Compared, and not changed beyond what the policy tolerates.
        Stable = "stable",
        /// Not compared: under the policy's minimum of rows.
        TooFewRows = "too_few_rows",
        /// Not compared: there is nothing to compare, or nothing to compare it with.
        CouldNotCompute = "could_not_compute",
    }
}

words! {
    /// What a training set was built from.
    pub enum ParentKind {
        /// A dataset of people on a day.
        Snapshot = "snapshot",
        /// A file of outcomes.
        Outcomes = "outcomes",
    }
}

words! {
    /// What a drift check advises.
    pub enum Recommendation {
        Retrain = "retrain",
        /// The data cannot be trusted: nothing is to be learned from it before it has been looked at.
        CheckFeed = "check_feed",
        /// There is reason to retrain, but it was done a few days ago.
        Wait = "wait",
        Keep = "keep",
        /// Nothing speaks for retraining, but not everything could be computed.
        Unclear = "unclear",
    }
}

words! {
    /// What an account may do. A person may hold several roles.
    pub enum Role {
        /// Sees people, their scores, and what would change them.
        Analyst = "analyst",
        /// Decides which version goes live. Sees evidence, not people.
        Reviewer = "reviewer",
        /// Imports data, trains, scores, sets up, manages the accounts. Sees no people.
        Admin = "admin",
    }
}

words! {
    /// What an API token may do of what its owner may. Whatever its scopes, a token reads what every
    /// member sees (no people), and never decides on a model version.
    pub enum Scope {
        /// Runs, versions, checks: what any member may see, and nothing else.
        Read = "read",
        /// Scores of records that the program sends.
        Predict = "predict",
        /// The people who were scored, with reasons.
        People = "people",
        /// Imports of datasets and outcomes, training sets, sources.
        Data = "data",
        /// Trainings and their jobs.
        Train = "train",
        /// Requests for a review, and comments on them.
        RequestReview = "request_review",
        /// Drift checks, alerts, the monitoring policy.
        Monitor = "monitor",
        /// Everything that an administrator may do without signing in.
        Admin = "admin",
        /// Experiments, runs and artifacts of MLflow's client.
        Tracking = "tracking",
    }
}

impl Scope {
    /// The role that this scope needs; `None`: any.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Read | Self::RequestReview | Self::Monitor | Self::Tracking => None,
            Self::Predict | Self::People => Some(Role::Analyst),
            Self::Data | Self::Train | Self::Admin => Some(Role::Admin),
        }
    }

    /// The scope in which a token acts in `role` where nothing narrower is asked for; `None`: no
    /// token does.
    pub fn of(role: Role) -> Option<Self> {
        match role {
            Role::Analyst => Some(Self::People),
            Role::Reviewer => None,
            Role::Admin => Some(Self::Admin),
        }
    }

    /// Whether a token of this scope may do what needs `wanted`.
    pub fn covers(self, wanted: Self) -> bool {
        let part_of_admin = [Self::Data, Self::Train, Self::RequestReview, Self::Monitor];
        self == wanted || self == Self::Admin && part_of_admin.contains(&wanted)
    }

    /// What it is good for, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Read => "Read: runs, model versions, drift checks; no people",
            Self::Predict => "Predict: score records that the program sends",
            Self::People => "People: employees who were scored, with reasons",
            Self::Data => "Data: import datasets and outcomes",
            Self::Train => "Train: start and cancel trainings",
            Self::RequestReview => "Request review: ask for a decision, never make one",
            Self::Monitor => "Monitor: drift checks, alerts, monitoring policy",
            Self::Admin => "Admin: data, training, monitoring, cycles and settings",
            Self::Tracking => "Tracking: runs and artifacts of MLflow's client",
        }
    }
}

words! {
    /// Whether an account can sign in.
    pub enum AccountState {
        Active = "active",
        /// Its set-up link has not been used yet.
        Waiting = "waiting",
        Disabled = "disabled",
    }
}

words! {
    /// Whether an API token is good.
    pub enum TokenState {
        Active = "active",
        Expired = "expired",
        Revoked = "revoked",
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_word_reads_back_in_text_and_json() {
        for stage in Stage::ALL {
            assert_eq!(stage.as_str().parse::<Stage>().unwrap(), *stage);
            assert_eq!(
                serde_json::to_string(stage).unwrap(),
                format!("\"{stage}\"")
            );
        }
    }

    #[test]
    fn an_unknown_word_is_refused() {
        assert_eq!("Live".parse::<Stage>().unwrap_err().text, "Live");
        assert!(serde_json::from_str::<JobStatus>("\"stopping\"").is_err());
    }

    #[test]
    fn scopes_and_roles_belong_together() {
        for role in Role::ALL {
            let scope = Scope::of(*role);
            assert!(scope.is_none_or(|scope| scope.role() == Some(*role)));
        }
    }
}
