//! The model in the browser, for the test that compares it with the server bit for bit. Not part of
//! the product, so that test code does not enlarge the browser build of the pages, which uses the
//! same crate `model`.

use std::sync::Arc;

use model::{Model, ModelExplainer, Record};
use wasm_bindgen::prelude::wasm_bindgen;

/// A model that scores and explains.
#[wasm_bindgen]
pub struct Scorer {
    explainer: ModelExplainer,
}

#[wasm_bindgen]
impl Scorer {
    /// Reads a model file.
    ///
    /// # Errors
    /// When it is invalid.
    #[wasm_bindgen(constructor)]
    pub fn new(file: &[u8]) -> Result<Self, String> {
        let model = Model::from_bytes(file).map_err(|error| error.to_string())?;
        let explainer = ModelExplainer::new(Arc::new(model)).map_err(|error| error.to_string())?;
        Ok(Self { explainer })
    }

    /// Everything about one person, given as `Field=value` lines: probability, interval, where the
    /// explanation starts (in probability and log-odds), then for each field in the order of the
    /// reasons its position, log-odds and points.
    ///
    /// # Errors
    /// When a value is invalid.
    pub fn explain(&self, person: &str) -> Result<Vec<f64>, String> {
        let record: Record = person
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(field, value)| (field.to_owned(), value.to_owned()))
            .collect();
        let model = self.explainer.model();
        let table = model
            .use_case
            .check_record(&record)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect::<String>())?;
        let explanation = self
            .explainer
            .explain(&table, 0)
            .map_err(|error| error.to_string())?;
        let [low, high] = model.interval(explanation.probability).unwrap_or_default();
        let mut numbers = vec![
            explanation.probability,
            low,
            high,
            explanation.base_probability,
            explanation.base_log_odds,
            explanation.log_odds,
        ];
        for field in &explanation.fields {
            let position = self
                .explainer
                .shown_fields()
                .position(|name| name == field.field);
            numbers.extend([
                position.map_or(-1.0, |position| position as f64),
                field.log_odds,
                field.points,
            ]);
        }
        Ok(numbers)
    }
}
