//! The prediction log: each scoring by a program, and each person opened on the what-if page.
//!
//! An entry is on disk before the answer is sent, and in the database a moment later. People stand
//! in it under a pseudonym; what of their values is kept is the policy of the use case.

mod again;
mod counts;
mod export;
mod log_policy;
mod moving;
mod policy;
mod queries;
mod retention;
mod state;
mod write;

pub use again::Again;
pub(crate) use counts::LogCounts;
pub use export::ExportedPredictions;
pub use log_policy::LogPolicy;
pub use policy::{LogPolicyChange, LogPolicyVersion};
pub use queries::{PredictionPage, PredictionQuery, PredictionRow, PredictionView};
pub use retention::{NewHold, Purged};
pub use state::LogState;
pub use store::prediction_log::{Answer, Entry, Hold, Input, Line};
pub(crate) use write::{Scored, Source};
