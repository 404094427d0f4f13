//! The score and explanation of a scenario. The same code on the server and in the browser, so that
//! both give identical bits.

use domain::Reason;
use model::counterfactual::{Counterfactuals, counterfactuals};
use model::vary::{Curve, ice};
use model::{ModelExplainer, Problem, Record, sentence};
use serde::{Deserialize, Serialize};

/// Regions that the search for the smallest changes may visit: well under a second.
const EFFORT: u64 = 20_000;
/// Smallest changes to show.
const ANSWERS: usize = 3;
/// Steps of a response curve.
const STEPS: usize = 40;

/// The score of a scenario with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judgment {
    pub probability: f64,
    pub interval: Option<[f64; 2]>,
    pub band: String,
    pub base: f64,
    pub reasons: Vec<Reason>,
    pub sentence: String,
    /// Fields and their warning about values outside the training data.
    pub warnings: Vec<(Vec<String>, String)>,
}

/// How a field is entered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Control {
    Number {
        low: f64,
        high: f64,
        step: f64,
    },
    /// Value and its label.
    Choice(Vec<(String, String)>),
}

/// A field of the form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub name: String,
    pub label: String,
    pub group: String,
    pub unit: String,
    pub help: String,
    pub control: Control,
    /// Smallest and largest value in training.
    pub trained: Option<[f64; 2]>,
    /// The organization can change it.
    pub actionable: bool,
}

/// Scores and explains a scenario.
///
/// # Errors
/// The problems, field by field.
pub fn judge(explainer: &ModelExplainer, record: &Record) -> Result<Judgment, Vec<Problem>> {
    let model = explainer.model();
    let table = model.use_case.check_record(record)?;
    let explanation = explainer.explain(&table, 0).map_err(|error| {
        vec![Problem {
            column: String::new(),
            value: String::new(),
            rule: error.to_string(),
        }]
    })?;
    let warnings = model::outside::warnings(model, &table, 0);
    let sentence = sentence::summary(&explanation, &model.use_case.words);
    let reason = |field: model::FieldContribution| Reason {
        field: field.field,
        label: field.label,
        value: field.value,
        points: field.points,
    };
    Ok(Judgment {
        probability: explanation.probability,
        interval: model.interval(explanation.probability),
        band: model.use_case.band(explanation.probability).to_owned(),
        base: explanation.base_probability,
        sentence,
        reasons: explanation.fields.into_iter().map(reason).collect(),
        warnings: warnings
            .into_iter()
            .map(|warning| (warning.fields, warning.sentence))
            .collect(),
    })
}

/// The smallest changes that would bring a scenario into a lower band; `None` when it is in the
/// lowest band or not valid.
pub fn smallest_changes(
    explainer: &ModelExplainer,
    record: &Record,
    probability: f64,
) -> Option<Counterfactuals> {
    let model = explainer.model();
    let table = model.use_case.check_record(record).ok()?;
    let target = model
        .use_case
        .bands
        .iter()
        .map(|band| band.from)
        .rfind(|from| *from <= probability && *from > 0.0)?;
    counterfactuals(
        model,
        explainer.explainer().compiled(),
        &table,
        0,
        target,
        ANSWERS,
        EFFORT,
    )
    .ok()
}

/// The response curve of one field, with all other values unchanged.
pub fn response(explainer: &ModelExplainer, record: &Record, field: &str) -> Option<Curve> {
    let model = explainer.model();
    let table = model.use_case.check_record(record).ok()?;
    ice(
        model,
        explainer.explainer().compiled(),
        &table,
        0,
        field,
        STEPS,
    )
}
