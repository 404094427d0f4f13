//! What MLflow's client logs: experiments, runs, logged and registered models. Runs of clients
//! stand beside ours; nothing that a client sends becomes live, and nothing of it is executed.

mod artifacts;
mod experiments;
mod filter;
mod ids;
mod import;
mod logged_models;
mod logging;
mod names;
mod paging;
mod reading;
mod registry;
mod registry_search;
mod registry_versions;
mod runs;
mod search;
mod use_case_versions;

pub use artifacts::{ArtifactPath, FileEntry};
pub use experiments::{ExperimentView, ExperimentsPage};
pub use ids::{client_id, run_id_of};
pub use import::{ImportOptions, ImportReport, ImportedCounts, NotTaken};
pub use logged_models::{LoggedModelView, ModelOrder, NewLoggedModel};
pub use logging::{Batch, LoggedMetric};
pub use registry::{ModelView, NewVersion, VersionView};
pub use runs::{NewRun, RunChange, TrackedRun, TrackedStatus};
pub use search::{FoundRuns, RunSearch};
pub use store::tracking::{LatestMetric, Link, Point, Shown};
