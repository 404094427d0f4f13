//! The terms of the pages, in plain words. Other pages link to a term by its id.

use domain::Route;
use leptos::prelude::*;

use crate::error::PageError;
use app::components::heading::PageHeading;
use app::server_page::ServerPage;

/// Id, term and definition, in alphabetical order of the terms.
const TERMS: [(&str, &str, &str); 38] = [
    (
        "confidence-interval",
        "95% interval",
        "The range of values that are compatible with the data. If the study were repeated many times, about 95% of such intervals would contain the true value. A wide interval means little data.",
    ),
    (
        "alias",
        "Alias",
        "A name for a model version, such as “champion”, that can be moved to another version later.",
    ),
    (
        "audit-log",
        "Audit log",
        "The append-only list of who did what and when. Each entry contains the hash of the entry before it, so a change or a gap is found when the chain is verified.",
    ),
    (
        "base-value",
        "Base value",
        "The prediction that an explanation starts from, before the person's own values are taken into account. The contributions lead from it to the score.",
    ),
    (
        "baseline",
        "Baseline",
        "The data and out-of-fold scores of the version's training, which later months are compared with.",
    ),
    (
        "brier-score",
        "Brier score",
        "The mean squared difference between predicted probability and outcome (1 for a leaver, 0 for a stayer). 0 is perfect; lower is better.",
    ),
    (
        "calibration",
        "Calibration",
        "Whether probabilities can be taken at face value: of the people with a predicted risk of 30%, about 30% should leave.",
    ),
    (
        "calibration-range",
        "Calibration range",
        "The probabilities that are consistent with the outcomes of people with similar scores (Venn-Abers). It describes the calibration of the model, not how certain the future of one person is.",
    ),
    (
        "candidate",
        "Candidate",
        "A kind of model that training tries, and, in a review, the version that is proposed for promotion.",
    ),
    (
        "shap",
        "Contribution (SHAP)",
        "How many percentage points a value adds to or subtracts from the prediction, compared with the base value. All contributions together give the prediction.",
    ),
    (
        "counterfactual",
        "Counterfactual",
        "A small change of a person's values with which the model would predict a lower risk. It describes the model, and does not promise that the change would have an effect.",
    ),
    (
        "cutoff",
        "Cutoff",
        "The predicted risk from which a person counts as a predicted leaver.",
    ),
    (
        "cycle",
        "Cycle",
        "One month's data, scoring, drift check and outcomes.",
    ),
    (
        "drift",
        "Drift",
        "A change of the data since training: of a feature, of the scores, or of the outcomes. Drift does not always make a model worse, but its figures no longer have to hold.",
    ),
    (
        "equal-opportunity",
        "Equal opportunity difference",
        "The largest gap in recall between groups: the share of leavers who are listed, compared across groups.",
    ),
    (
        "stability",
        "Explanation stability",
        "Whether the most important features stay the same when the model is trained again on other rows.",
    ),
    (
        "false-alarm-rate",
        "False-alarm rate",
        "How often a drift check reports drift although nothing has changed.",
    ),
    (
        "four-eyes",
        "Four-eyes principle",
        "The person who trained or requested a version cannot approve it.",
    ),
    (
        "gate",
        "Gate",
        "A condition that a version is tested against before promotion, such as “ROC AUC at least 0.7”. Blocking gates must pass or be waived.",
    ),
    (
        "hold-out",
        "Hold-out (test set)",
        "Rows that were set aside before training and are used only for the final evaluation.",
    ),
    (
        "ice",
        "ICE curve",
        "How one person's predicted risk changes when a single value is varied and everything else stays the same.",
    ),
    (
        "impact-ratio",
        "Impact ratio",
        "The selection rate of a group divided by the highest selection rate of any group. Below 0.8 (the four-fifths rule) a difference is usually examined.",
    ),
    (
        "inconclusive",
        "Inconclusive",
        "The interval contains the limit: there is too little data for a pass or a fail.",
    ),
    (
        "data-leakage",
        "Leakage",
        "An input that could only be known after the outcome. A model that uses it looks better in tests than it will be.",
    ),
    (
        "lift",
        "Lift",
        "How much more often people at the top of the list leave than people on average. A lift of 3 in the top 10% means three times as often.",
    ),
    (
        "out-of-fold",
        "Out of fold",
        "A score from a model that was trained without the person. It shows how the model works on people it has not seen.",
    ),
    (
        "outcome",
        "Outcome",
        "What happened later: left, stayed, or not yet known.",
    ),
    (
        "p-value",
        "p-value",
        "How likely a difference at least as large as this one would be if nothing had changed. Small values are evidence of a change; they do not say how large it is.",
    ),
    (
        "precision",
        "Precision",
        "Of the people listed, the share who left.",
    ),
    (
        "promotion",
        "Promotion",
        "Putting an approved version into service. Rolling back restores an earlier version; undeploying leaves none in service.",
    ),
    (
        "proxy",
        "Proxy",
        "An input, or several together, from which a protected attribute such as age or gender can be inferred although it is not itself an input.",
    ),
    (
        "recall",
        "Recall",
        "Of the people who left, the share who were listed.",
    ),
    (
        "roc-auc",
        "ROC AUC",
        "The chance that a leaver is ranked above a stayer. 0.5 is chance, 1 is perfect.",
    ),
    (
        "run",
        "Run",
        "One recorded training or experiment: parameters, metrics, files, code version and data.",
    ),
    (
        "selection-rate",
        "Selection rate",
        "The share of a group that is at or above the cutoff.",
    ),
    (
        "snapshot",
        "Snapshot",
        "The rows that describe people on one day, the snapshot date.",
    ),
    (
        "waiver",
        "Waiver",
        "A recorded decision to approve a version although a gate blocks. It has an owner, a reason and a last day; after that day the gate blocks again.",
    ),
    (
        "wasserstein",
        "Wasserstein distance",
        "How far one distribution has to be moved to become another, here in standard deviations of the baseline.",
    ),
];

/// Links to terms, by their ids, for the pages that use them.
pub fn see(ids: &[&'static str]) -> AnyView {
    let link = |id: &&'static str| {
        let term = TERMS
            .iter()
            .find(|(own, _, _)| own == id)
            .map_or(*id, |(_, term, _)| term);
        view! { <li><a href=format!("{}#{id}", Route::Glossary)>{term}</a></li> }.into_any()
    };
    let links = ids.iter().map(link).collect::<Vec<_>>();
    view! { <nav class="see-glossary screen-only" aria-label="Terms on this page"><span>"Glossary:"</span><ul>{links}</ul></nav> }.into_any()
}

/// Renders the page.
pub fn write() -> Result<ServerPage, PageError> {
    let (_, actor) = crate::context::get()?;
    actor.member()?;
    let terms = TERMS
        .map(|(id, term, text)| view! { <dt id=id>{term}</dt><dd>{text}</dd> }.into_any())
        .into_iter()
        .collect::<Vec<_>>();
    Ok(ServerPage::page(
        "Glossary",
        view! {
            <PageHeading title="Glossary">
                <p>"Terms used on the pages of Tenure."</p>
            </PageHeading>
            <dl class="glossary">{terms}</dl>
        },
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::TERMS;

    #[test]
    fn each_id_occurs_once_and_terms_are_in_order() {
        let ids: BTreeSet<&str> = TERMS.iter().map(|(id, _, _)| *id).collect();
        assert_eq!(ids.len(), TERMS.len());
        assert!(TERMS.is_sorted_by_key(|(_, term, _)| term.to_lowercase()));
    }
}
