//! The monthly cycle: what it consists of, where it is, and when it runs.

use crate::words::words;

words! {
    /// How much of a cycle is done.
    pub enum CycleScope {
        /// Everything, from the snapshot to the report.
        Full = "full",
        /// The current people are scored anew with the live version.
        Scores = "scores",
        /// A training set is built and a version trained on it, whether or not that was recommended.
        Retraining = "retraining",
    }
}

words! {
    /// A stage of a cycle, in their order.
    pub enum CycleStage {
        /// People are imported from the source, or the newest imported ones are taken.
        Snapshot = "snapshot",
        /// Their data is compared with the baseline: can it be trusted?
        Validation = "validation",
        /// The live version scores them.
        Scoring = "scoring",
        /// Features, scores and outcomes are compared with the baseline.
        Drift = "drift",
        /// What became of the people scored before.
        Outcomes = "outcomes",
        /// What the check advises.
        Recommendation = "recommendation",
        /// Rows to learn from are built from snapshots and outcomes.
        TrainingSet = "training_set",
        /// A version is trained on them.
        Retraining = "retraining",
        /// It is compared with the live version on rows that neither learned from.
        Comparison = "comparison",
        /// Its gates are judged.
        Staging = "staging",
        /// A review is requested. Whether the version goes live is the reviewer's decision.
        Review = "review",
        /// What was decided and why, as a file.
        Report = "report",
    }
}

impl CycleScope {
    /// The stages, in order.
    pub fn stages(self) -> &'static [CycleStage] {
        use CycleStage::{
            Comparison, Report, Retraining, Review, Scoring, Snapshot, Staging, TrainingSet,
        };
        match self {
            Self::Full => CycleStage::ALL,
            Self::Scores => &[Snapshot, Scoring],
            Self::Retraining => &[TrainingSet, Retraining, Comparison, Staging, Review, Report],
        }
    }

    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Full => "Monthly cycle",
            Self::Scores => "Scoring only",
            Self::Retraining => "Retraining only",
        }
    }
}

impl CycleStage {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Snapshot => "Fetch snapshot",
            Self::Validation => "Validate data",
            Self::Scoring => "Score",
            Self::Drift => "Drift check",
            Self::Outcomes => "Outcomes and performance",
            Self::Recommendation => "Recommendation",
            Self::TrainingSet => "Build training set",
            Self::Retraining => "Retrain",
            Self::Comparison => "Compare with live version",
            Self::Staging => "Staging gates",
            Self::Review => "Request review",
            Self::Report => "Report",
        }
    }
}

words! {
    /// Where a stage is.
    pub enum StageState {
        Waiting = "waiting",
        Running = "running",
        Done = "done",
        /// Not needed or not possible, for a reason that is no error.
        Skipped = "skipped",
        Failed = "failed",
    }
}

impl StageState {
    /// Whether the stage is not done again.
    pub fn is_settled(self) -> bool {
        match self {
            Self::Done | Self::Skipped => true,
            Self::Waiting | Self::Running | Self::Failed => false,
        }
    }
}

words! {
    /// Where a cycle is.
    pub enum CycleState {
        /// Nobody works on it yet.
        Waiting = "waiting",
        Running = "running",
        Finished = "finished",
        /// A stage failed; the stages after it were not reached.
        Failed = "failed",
        Canceled = "canceled",
    }
}

impl CycleState {
    /// True while a process works on it, or will.
    pub fn is_open(self) -> bool {
        match self {
            Self::Waiting | Self::Running => true,
            Self::Finished | Self::Failed | Self::Canceled => false,
        }
    }
}

words! {
    /// What began a cycle.
    pub enum CycleCause {
        Person = "person",
        Schedule = "schedule",
        /// A scheduled run that was missed.
        CatchUp = "catch_up",
        /// A version went live, and the scores were made by another one.
        Promotion = "promotion",
    }
}

impl CycleCause {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Person => "Started by hand",
            Self::Schedule => "Schedule",
            Self::CatchUp => "Missed run, caught up",
            Self::Promotion => "New live version",
        }
    }
}

words! {
    /// Why a stage was skipped.
    pub enum SkipReason {
        /// No version is live.
        NothingLive = "nothing_live",
        /// No outcomes were imported.
        NoOutcomes = "no_outcomes",
        /// The data feed has to be checked first.
        CheckFeed = "check_feed",
        /// The check does not recommend it.
        NotRecommended = "not_recommended",
        /// History gives no rows to learn from.
        NoTrainingData = "no_training_data",
        /// It was done before with the same data.
        AlreadyDone = "already_done",
        /// A version of an earlier cycle waits for a reviewer.
        ReviewWaiting = "review_waiting",
        /// As many retrainings as the monitoring policy allows within a year.
        BudgetSpent = "budget_spent",
        /// No version was trained in this cycle.
        NothingTrained = "nothing_trained",
        /// Too few rows are left that neither version learned from.
        NotComparable = "not_comparable",
        /// Gates keep the version out of Staging.
        GatesBlock = "gates_block",
    }
}

impl SkipReason {
    /// For a person.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NothingLive => "No version is live. Train one, and have it approved.",
            Self::NoOutcomes => "No outcomes were imported.",
            Self::CheckFeed => "The data feed has to be checked first.",
            Self::NotRecommended => "Retraining is not recommended.",
            Self::NoTrainingData => "There are no rows to learn from yet.",
            Self::AlreadyDone => "Done before with the same data.",
            Self::ReviewWaiting => {
                "A version of an earlier cycle is waiting for review. Decide on it first."
            }
            Self::BudgetSpent => {
                "The retraining budget of the monitoring policy is spent for these 365 days."
            }
            Self::NothingTrained => "No version was trained in this cycle.",
            Self::NotComparable => "Too few rows are left that neither version learned from.",
            Self::GatesBlock => "Gates keep the version out of Staging.",
        }
    }
}

words! {
    /// What a stage of a planned cycle comes to.
    pub enum Planned {
        /// It will be done.
        Do = "do",
        /// What it would make is there.
        Have = "have",
        Skip = "skip",
        /// It depends on an earlier stage.
        Depends = "depends",
        /// It would fail.
        Problem = "problem",
    }
}

impl Planned {
    /// For a person.
    pub fn label(self) -> &'static str {
        match self {
            Self::Do => "Will run",
            Self::Have => "Already there",
            Self::Skip => "Skipped",
            Self::Depends => "Depends",
            Self::Problem => "Would fail",
        }
    }
}

words! {
    /// Why a scheduled run did not take place at its time.
    pub enum MissedBecause {
        /// No server was running.
        ServerStopped = "server_stopped",
        /// The cycle before it was still open.
        CycleOpen = "cycle_open",
        /// Whoever set the schedule may not run a cycle any more.
        NotAllowed = "not_allowed",
    }
}

impl MissedBecause {
    /// For a person.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::ServerStopped => "No server was running.",
            Self::CycleOpen => "The cycle before it was still open.",
            Self::NotAllowed => {
                "The user who set the schedule is no longer an active administrator. Set the schedule again."
            }
        }
    }
}

words! {
    /// When people are scored anew after another version went live.
    pub enum Rescoring {
        /// As soon as a server notices it.
        AtOnce = "at_once",
        NextCycle = "next_cycle",
    }
}

words! {
    /// A file of a cycle, by the name that the guides give it.
    pub enum CycleFile {
        MonitoringReport = "monitoring_report",
        RetrainingSummary = "retraining_summary",
        FeatureDrift = "feature_drift_results",
        PredictionDrift = "prediction_drift_results",
        /// Holds people.
        Predictions = "batch_predictions",
        /// Holds people.
        Features = "batch_features",
    }
}

impl CycleFile {
    /// Whether it holds people one by one.
    pub fn is_about_people(self) -> bool {
        match self {
            Self::Predictions | Self::Features => true,
            Self::MonitoringReport
            | Self::RetrainingSummary
            | Self::FeatureDrift
            | Self::PredictionDrift => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_keeps_the_order_of_the_stages() {
        for scope in CycleScope::ALL {
            assert!(scope.stages().is_sorted(), "{scope}");
        }
    }
}
