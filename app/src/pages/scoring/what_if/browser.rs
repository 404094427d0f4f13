//! Loads the live model into the page. Until it is loaded, and if it cannot be, the page shows the
//! answer of the server.

use super::scenario::Scenario;

/// Pause after the last change before the address is rebuilt and the smallest changes are searched
/// again: both take longer than a frame.
#[cfg(feature = "hydrate")]
const PAUSE: std::time::Duration = std::time::Duration::from_millis(250);

#[cfg(not(feature = "hydrate"))]
pub fn bring_model(_scenario: Scenario, _use_case: &str, _name: &str) {}

/// Fetches the model called `name` and prepares the explainer.
#[cfg(feature = "hydrate")]
pub fn bring_model(scenario: Scenario, use_case: &str, name: &str) {
    use std::sync::Arc;

    use leptos::prelude::*;
    use model::{Model, ModelExplainer};

    let model = domain::route::fill(domain::route::pattern::LiveModel, &[use_case]);
    let url = format!("{model}?name={}", domain::query::encode(name));
    let use_case = use_case.to_owned();
    leptos::task::spawn_local(async move {
        let fetched = async {
            gloo_net::http::Request::get(&url)
                .send()
                .await
                .ok()?
                .binary()
                .await
                .ok()
        };
        let model = fetched
            .await
            .and_then(|bytes| Model::from_bytes(&bytes).ok())
            .filter(|model| model.expect_use_case(&use_case).is_ok());
        match model.and_then(|model| ModelExplainer::new(Arc::new(model)).ok()) {
            // The page may be gone by now.
            Some(explainer) => _ = scenario.explainer.try_set(Some(Arc::new(explainer))),
            None => leptos::logging::warn!(
                "The live model could not be loaded. Results are updated when the form is submitted."
            ),
        }
    });

    let pending = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |_| {
        let (explainer, values) = (scenario.explainer.get(), scenario.values.get());
        if let Some(handle) = pending.get_value() {
            handle.clear();
        }
        let rest = move || {
            _ = scenario.rested.try_set(values.clone());
            let Some(explainer) = &explainer else { return };
            let probability = scenario
                .judged
                .try_with_untracked(|judged| judged.as_ref().ok().map(|judged| judged.probability))
                .flatten();
            let changes = probability.and_then(|probability| {
                super::judge::smallest_changes(explainer, &values, probability)
            });
            _ = scenario.changes.try_set(changes);
        };
        pending.set_value(set_timeout_with_handle(rest, PAUSE).ok());
    });
}
