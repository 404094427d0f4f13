//! What the server sends for the page.

#[cfg(feature = "ssr")]
use model::ModelExplainer;
use model::counterfactual::Counterfactuals;
use model::use_case::Terminology;
use model::vary::Curve;
use model::{Problem, Record};
use serde::{Deserialize, Serialize};

use super::judge::{Entry, Judgment};
#[cfg(feature = "ssr")]
use super::{form_of, judge};

/// The form, the scenario and its result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatIfData {
    pub use_case: String,
    pub words: Terminology,
    /// What the result is, with its period.
    pub subject: String,
    /// Changes with the model: names the file that the browser fetches.
    pub model_hash: String,
    pub entries: Vec<Entry>,
    /// The person that it starts from, and the purpose of access where one is required.
    pub person: Option<[String; 2]>,
    pub start: Record,
    pub values: Record,
    pub started: Result<Judgment, Vec<Problem>>,
    pub judged: Result<Judgment, Vec<Problem>>,
    pub changes: Option<Counterfactuals>,
    pub focused: String,
    pub response: Option<Curve>,
}

#[cfg(feature = "ssr")]
impl WhatIfData {
    pub fn new(
        explainer: &ModelExplainer,
        use_case: String,
        model_hash: String,
        person: Option<[String; 2]>,
        start: Record,
        values: Record,
    ) -> Self {
        let (started, judged) = (
            judge::judge(explainer, &start),
            judge::judge(explainer, &values),
        );
        let changes = judged
            .as_ref()
            .ok()
            .and_then(|judged| judge::smallest_changes(explainer, &values, judged.probability));
        let entries = form_of::entries(explainer.model());
        let strongest = judged
            .as_ref()
            .ok()
            .and_then(|judged| judged.reasons.first())
            .map(|reason| reason.field.clone());
        let focused = strongest
            .or_else(|| entries.first().map(|entry| entry.name.clone()))
            .unwrap_or_default();
        let response = judge::response(explainer, &values, &focused);
        let definition = &explainer.model().use_case;
        Self {
            use_case,
            subject: format!(
                "Risk of {} ({})",
                definition.words.gerund(),
                definition.horizon_text()
            ),
            words: definition.words.clone(),
            model_hash,
            entries,
            person,
            start,
            values,
            started,
            judged,
            changes,
            focused,
            response,
        }
    }
}
