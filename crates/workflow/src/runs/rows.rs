//! Training runs and model versions.

use crate::NextReview;
use charts::Curves;
use domain::{Date, Estimate, Timestamp, VersionNumber};
use serde::{Deserialize, Serialize};

use super::findings::RunEvidence;

/// A row of the table of runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RunRow {
    pub id: String,
    pub parent: Option<String>,
    pub name: String,
    /// `running`, `finished`, `failed`, `canceled`
    pub status: String,
    pub author: String,
    pub started_at: Timestamp,
    pub duration_seconds: Option<f64>,
    pub parameters: Vec<(String, String)>,
    pub metrics: Vec<(String, Estimate)>,
    /// Number of nested runs.
    pub children: u32,
}

/// A page of runs, in answer to a filter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunsPage {
    pub rows: Vec<RunRow>,
    pub total: u32,
    /// There are more than `total`: counting stopped there.
    pub more: bool,
    pub page: u32,
    pub pages: u32,
    /// Nested runs of the rows that are unfolded.
    pub nested: Vec<RunRow>,
    /// Every parameter and metric name seen, for the choice of columns.
    pub parameter_names: Vec<String>,
    pub metric_names: Vec<String>,
}

/// A named, timed stage of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RunStage)]
pub struct Stage {
    pub name: String,
    pub seconds: f64,
    pub note: String,
}

/// An artifact of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ArtifactRow {
    pub name: String,
    pub hash: String,
    pub bytes: i64,
    pub media_type: String,
}

/// The page of one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RunPage {
    pub run: RunRow,
    pub use_case: String,
    /// Id and name of the dataset.
    pub dataset: Option<(String, String)>,
    pub data_hash: String,
    pub seed: i64,
    pub code_version: String,
    pub stages: Vec<Stage>,
    pub tags: Vec<(String, String)>,
    /// Metrics that have steps: name, and the figure at each step.
    pub steps: Vec<(String, Vec<(i64, Estimate)>)>,
    /// The job that worked on it.
    pub job: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub evidence: Option<RunEvidence>,
    #[schema(value_type = Option<Object>)]
    pub curves: Option<Curves>,
    pub artifacts: Vec<ArtifactRow>,
    pub children: Vec<RunRow>,
    /// The model version that it made.
    pub version: Option<VersionNumber>,
    /// Names of the candidates that can become a version.
    pub registrable: Vec<String>,
    /// Why it failed, or what a person should know.
    pub messages: Vec<String>,
    /// A client of MLflow logged it.
    pub is_logged: bool,
    /// Name of the experiment, where it is not a use case.
    pub experiment: Option<String>,
}

/// Runs side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = RunComparison)]
pub struct Comparison {
    pub runs: Vec<RunRow>,
    /// Parameters: name, one value per run, whether they differ.
    pub parameters: Vec<(String, Vec<String>, bool)>,
    /// Metrics: name, one figure per run.
    pub metrics: Vec<(String, Vec<Estimate>)>,
    #[schema(value_type = Object)]
    pub curves: Curves,
}

/// A row of the table of model versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VersionRow {
    pub version: VersionNumber,
    /// `None`, `Staging`, `Production`, `Archived`
    pub stage: String,
    pub live: bool,
    pub candidate: String,
    pub author: String,
    pub created_at: Timestamp,
    pub run: String,
    pub metrics: Vec<(String, Estimate)>,
    /// Why it is not in Staging, when the policy's staging part did not hold.
    pub note: String,
    /// State of the newest request for review; empty when nobody has asked. `pending`, `approved`,
    /// `rejected`, `changes_requested`, `void`
    pub review: String,
    /// Other names of the version.
    pub aliases: Vec<String>,
}

/// The page of one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct VersionPage {
    pub version: VersionRow,
    /// Gates that pass, fail, are inconclusive and could not be computed; and the policy that they
    /// belong to.
    pub gates: [u32; 4],
    pub gate_policy: String,
    pub data_name: String,
    pub data_id: String,
    pub data_as_of: Date,
    /// When the dataset was withdrawn; `None`: it is in use.
    pub data_withdrawn: Option<Timestamp>,
    pub data_hash: String,
    pub simulated: bool,
    /// The description; empty when there is none.
    pub description: String,
    pub model_hash: String,
    pub seed: i64,
    pub code_version: String,
    /// Fields that the model reads, and rows that it was fitted to.
    pub fields: u32,
    pub training_rows: u32,
    pub parameters: Vec<(String, String)>,
    /// When it has to be looked at again; `None`: it was never approved.
    pub next_review: Option<NextReview>,
}
