//! What a training found out about its model.

use serde::{Deserialize, Serialize};
use stats::comparison::Comparison;
use training::error_analysis::ErrorAnalysis;
use training::evaluate::Evaluation;
use training::feasibility::Feasibility;
use training::gates::GateReport;
use training::leakage::Leak;
use training::proxies::Proxy;
use training::quality::DataQuality;
use training::stability::Stability;

use crate::training::known::RowsUsed;

/// What is kept of a training for the pages, beside the model itself. Stored as JSON artifact
/// `evidence.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Figures on rows that nothing was chosen by.
    pub holdout: Evaluation,
    /// Figures out of fold.
    pub cross_validated: Evaluation,
    /// Positions of the held-out rows in the dataset, their probabilities in the same order.
    pub holdout_rows: Vec<u32>,
    pub holdout_probabilities: Vec<f64>,
    /// Positions of the training rows, and the out-of-fold probability of each.
    pub training_rows: Vec<u32>,
    pub out_of_fold: Vec<Option<f64>>,
    /// Positions of all rows that the models that serve have learned from, ascending, and the score
    /// of each by the one that did not learn from its person.
    pub learned_rows: Vec<u32>,
    pub cross_fitted: Vec<f64>,
    /// Where the model is wrong most.
    pub errors: ErrorAnalysis,
    /// What looks like knowledge of the outcome.
    pub leaks: Vec<Leak>,
    /// How well the inputs predict the protected attributes.
    pub proxies: Vec<Proxy>,
    pub quality: DataQuality,
    /// How often a model of this quality would pass the gates.
    pub feasibility: Option<Feasibility>,
    /// How the fields rank in refits on other people; absent in runs of before that was measured.
    #[serde(default)]
    pub stability: Option<Stability>,
    /// The gates of the use case, judged.
    pub gates: GateReport,
    /// Paired with the live model on the held-out rows that it never saw; empty when nothing is
    /// live or too few such rows are left.
    pub against_live: Vec<Comparison>,
    /// Periods that trained and judged, and how many rows had no known outcome; absent in runs of
    /// before that was recorded.
    #[serde(default)]
    pub rows_used: RowsUsed,
    /// Of a model that was trained elsewhere.
    #[serde(default)]
    pub imported: Option<ImportedFrom>,
}

/// Where a model is from that was trained elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedFrom {
    /// Name of the format.
    pub format: String,
    /// Name of the file and SHA-256 of its bytes.
    pub file: String,
    pub file_hash: String,
    /// Name of the dataset that it was trained on, as far as somebody has said so.
    pub trained_on: Option<String>,
    /// Whether it may have learned from the people who judged it.
    pub in_sample: bool,
    /// Its inputs, and what each was matched to.
    pub inputs: Vec<(String, String)>,
    /// Inputs that it does not use.
    pub unused: Vec<String>,
}
