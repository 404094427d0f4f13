//! Scores for rows of a file, without storing anything.

use data::Checked;
use model::explain::ModelExplainer;
use serde::Serialize;
use views::people::Reason;

use crate::batch::reason;
use crate::{Error, Result};

/// What to tell about each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PredictOptions {
    /// Number of reasons per row; 0 for none.
    pub reasons: usize,
}

/// A row's score: the shape of `tenure predict --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    pub id: String,
    pub probability: f64,
    pub band: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// True at or above the use case's cut-off.
    pub decision: bool,
    /// The version, or 0 for a model file that is in no registry.
    pub model_version: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
}

/// Reads a file and scores every row.
///
/// # Errors
/// When the file cannot be read or breaks a rule of the model's use case.
pub fn predict_with(explainer: &ModelExplainer, version: i64, bytes: &[u8], options: PredictOptions) -> Result<Vec<Prediction>> {
    let raw = data::read(bytes).map_err(Error::from)?;
    let checked = data::check(&raw, &explainer.model().use_case, data::Purpose::Scoring)?;
    predict_rows(explainer, version, &checked, options)
}

fn predict_rows(explainer: &ModelExplainer, version: i64, checked: &Checked, options: PredictOptions) -> Result<Vec<Prediction>> {
    let model = explainer.model();
    let rows = checked.ids.len();
    let explained = match options.reasons {
        0 => None,
        top => Some(explainer.explain_rows(&checked.table, 0..rows, top)?),
    };
    let probabilities = explainer.explainer().compiled().probabilities(&model.encode(&checked.table), 0..rows);
    let prediction = |row: usize| Prediction {
        id: checked.ids[row].clone(),
        probability: probabilities[row],
        band: model.use_case.band(probabilities[row]).to_owned(),
        interval: model.interval(probabilities[row]),
        decision: probabilities[row] >= model.use_case.policies.cutoff,
        model_version: version,
        reasons: explained.as_ref().map(|rows| rows[row].fields.iter().map(reason).collect()).unwrap_or_default(),
    };
    Ok((0..rows).map(prediction).collect())
}
