//! What is on every screen: who is signed in, what is live, how old the data is.

use serde::{Deserialize, Serialize};

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Session {
    pub name: String,
    /// `analyst`, `reviewer`, `admin`; a person may hold several.
    pub roles: Vec<String>,
}

/// The version that serves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveModel {
    pub version: u32,
    /// Name of the candidate, for example "logistic_l2".
    pub candidate: String,
    /// "21 November 2026, 09:14 UTC"
    pub promoted_at: String,
    pub promoted_by: String,
    pub data_hash: String,
    /// ROC AUC on the hold-out.
    pub roc_auc: stats::Figure,
}

/// One use case with its live model and the age of what is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    pub use_case: String,
    pub title: String,
    pub words: model::use_case::Words,
    /// Every use case of this installation: id and title.
    pub use_cases: Vec<(String, String)>,
    /// Simulated people: said on every page.
    pub simulated: bool,
    /// `None`: nothing has been promoted yet.
    pub live: Option<LiveModel>,
    /// Since when nothing serves, where something did before.
    pub out_of_service: Option<String>,
    /// When the shown scores were made; `None` when nobody has been scored.
    pub scored_at: Option<String>,
    /// The day that the people's data describes.
    pub data_as_of: Option<String>,
    /// Set when the scores were made by another version than the live one, or are older than the use case's cycle; a sentence.
    pub stale: Option<String>,
    /// Pending review requests (for the page title of reviewers).
    pub pending_reviews: u32,
    pub session: Option<Session>,
}
