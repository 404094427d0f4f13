//! What the form for a new training offers.

use serde::{Deserialize, Serialize};

/// What the form for a new training offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TrainingChoices {
    /// Datasets with outcomes, newest first: id, and what it is.
    pub datasets: Vec<(String, String)>,
    /// Name, label, and whether the model may be of this kind (the open baseline is only shown).
    pub candidates: Vec<(String, String, bool)>,
    /// Name and label of what candidates are chosen by.
    pub metrics: Vec<(String, String)>,
    pub trials: u32,
    pub seed: u64,
    /// Labels of the protected fields that are no inputs unless asked for.
    pub protected: Vec<String>,
    pub gate_policy: String,
    /// How often a model of about this quality would meet the gates; `None` when it was not judged.
    pub gate_forecast: Option<GateForecast>,
}

/// How often resamples pass the gates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GateForecast {
    pub passed: u32,
    pub resamples: u32,
    pub sentence: String,
}

impl GateForecast {
    /// Whether less than half of the resamples pass.
    pub fn is_unlikely(&self) -> bool {
        2 * self.passed < self.resamples
    }
}
