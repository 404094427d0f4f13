//! Model versions: which there are, which one serves, what monitoring compares it with, and its
//! label.

mod baseline;
mod deployment;
mod import;
mod imported;
mod labels;
mod live;
mod live_version;
mod queries;
mod recertification;
mod scorer;
mod timeline;

pub use baseline::{Baseline, SavedBaseline};
pub use import::{MOST_BYTES as MOST_MODEL_BYTES, ModelImported};
pub use imported::ModelImport;
pub use live_version::Live;
pub use queries::NextStep;
pub use recertification::NextReview;
pub(crate) use scorer::somebody;
pub use scorer::{Fold, VersionScorer};
