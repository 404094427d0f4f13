//! The scenario that is edited, with its score and explanation.

use std::sync::Arc;

use domain::route::{fill, pattern};
use leptos::prelude::*;
use model::counterfactual::Counterfactuals;
use model::use_case::Terminology;
use model::vary::Curve;
use model::{ModelExplainer, Problem, Record};

use super::data::WhatIfData;
use super::judge::{Entry, Judgment};
use super::{address, judge};

/// State shared by the parts of the page. Everything is derived from the values once the model is
/// loaded.
#[derive(Clone, Copy)]
pub struct Scenario {
    pub entries: StoredValue<Vec<Entry>>,
    pub words: StoredValue<Terminology>,
    pub page: StoredValue<String>,
    pub start: StoredValue<Record>,
    pub started: StoredValue<Result<Judgment, Vec<Problem>>>,
    pub values: RwSignal<Record>,
    /// The values after the last pause: work that takes longer than a frame follows these.
    pub rested: RwSignal<Record>,
    /// The field whose response curve is shown.
    pub focused: RwSignal<String>,
    /// Whether the model is loaded: from then on the page answers by itself.
    pub ready: Signal<bool>,
    #[cfg(feature = "hydrate")]
    pub explainer: RwSignal<Option<Arc<ModelExplainer>>>,
    pub judged: Memo<Result<Judgment, Vec<Problem>>>,
    pub response: Memo<Option<Curve>>,
    pub changes: RwSignal<Option<Counterfactuals>>,
    /// Probability that the first suggestions go below.
    pub goal: Option<f64>,
}

impl Scenario {
    pub fn new(data: WhatIfData, use_case: &str) -> Self {
        let values = RwSignal::new(data.values.clone());
        let rested = RwSignal::new(data.values.clone());
        let focused = RwSignal::new(data.focused.clone());
        let explainer = RwSignal::new(None::<Arc<ModelExplainer>>);
        let (judged, response) = (data.judged, data.response);
        // The curve of a field does not depend on the field's own value: moving its slider does not
        // redraw it.
        let start = data.values.clone();
        let others = Memo::new(move |_| {
            let field = focused.get();
            let mut others = values.get();
            if let Some(own) = start.get(&field) {
                others.insert(field, own.clone());
            }
            others
        });
        Self {
            entries: StoredValue::new(data.entries),
            words: StoredValue::new(data.words),
            page: StoredValue::new(fill(pattern::WhatIf, &[use_case])),
            start: StoredValue::new(data.start),
            started: StoredValue::new(data.started),
            values,
            rested,
            focused,
            ready: Signal::derive(move || explainer.with(Option::is_some)),
            #[cfg(feature = "hydrate")]
            explainer,
            judged: Memo::new(move |_| match explainer.get() {
                Some(explainer) => values.with(|values| judge::judge(&explainer, values)),
                None => judged.clone(),
            }),
            response: Memo::new(move |_| match explainer.get() {
                Some(explainer) => {
                    others.with(|values| judge::response(&explainer, values, &focused.get()))
                }
                None => response.clone(),
            }),
            goal: data.changes.as_ref().map(|changes| changes.target),
            changes: RwSignal::new(data.changes),
        }
    }

    /// Puts a value in a field.
    pub fn set(self, field: &str, value: String) {
        self.values.update(|values| {
            values.insert(field.to_owned(), value);
        });
    }

    /// The error of a field, if any.
    pub fn problem(self, field: &str) -> Option<String> {
        self.judged.with(|judged| {
            judged
                .as_ref()
                .err()?
                .iter()
                .find(|problem| problem.column == field)
                .map(|problem| problem.rule.clone())
        })
    }

    /// The address that shares the scenario.
    pub fn address(self) -> String {
        self.start.with_value(|start| {
            self.rested.with(|values| {
                self.page
                    .with_value(|page| address::share(page, start, values))
            })
        })
    }
}
