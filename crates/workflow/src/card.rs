//! The model card: what a version is, made from the record and never typed twice.

use model::{Model, Role};
use stats::{Figure, Metric, Verdict};
use store::{datasets, registry};

use crate::training_run::Evidence;
use crate::{Member, Result, Tenure, clock};

impl Tenure {
    /// The model card of a version, in Markdown.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] when there is no such version, or when the store fails.
    pub async fn model_card(&self, member: &Member<'_>, use_case: &str, number: i64) -> Result<String> {
        let version = self.version(use_case, number).await?;
        let evidence = self.evidence(&version.run_id).await?;
        let dataset = self.dataset(&version.dataset_id).await?;
        let (_, model) = self.model_file(&version).await?;
        let checks = self.checks(member, use_case).await?;
        let drift: Vec<String> = checks
            .iter()
            .filter(|check| check.version == number)
            .map(|check| {
                format!("- {}: features {}, predictions {}. {}", check.as_of, check.verdict, check.prediction_verdict, check.reason)
            })
            .collect();
        Ok(card(&version, &model, &evidence, &dataset, &drift))
    }
}

/// The card's text.
pub(crate) fn card(
    version: &registry::Version,
    model: &Model,
    evidence: &Evidence,
    dataset: &datasets::Dataset,
    drift: &[String],
) -> String {
    let use_case = &model.use_case;
    let inputs: Vec<&str> = use_case.inputs().map(|field| field.label.as_str()).collect();
    let protected: Vec<&str> =
        use_case.fields.iter().filter(|field| field.role == Role::Protected).map(|field| field.label.as_str()).collect();
    let protected_use = if protected.is_empty() {
        "The data has no protected fields.".to_owned()
    } else if use_case.include_protected {
        format!("Protected fields are model inputs, by the use case's switch: {}.", protected.join(", "))
    } else {
        format!("Protected fields are audited and are no model inputs: {}.", protected.join(", "))
    };
    let simulated = if dataset.simulated { " The people are simulated." } else { "" };
    let mut lines = vec![
        format!("# {} – version {}", use_case.title, version.version),
        String::new(),
        format!("{} Stage: {}. Candidate: {}.", use_case.description, version.stage, version.candidate),
        String::new(),
        "## Training data".into(),
        format!(
            "{} rows of {}, {} with the event, as of {} (SHA-256 {}).{simulated}",
            dataset.row_count,
            dataset.name,
            model.training.positives,
            clock::long_date(&dataset.as_of),
            dataset.hash
        ),
        format!("Inputs: {}.", inputs.join(", ")),
        protected_use,
        String::new(),
        "## Uses".into(),
        format!("Intended: to choose with whom to talk, and about what, so that fewer {} {}.", use_case.words.many, use_case.words.verb),
        "Prohibited: decisions about a person's pay, promotion or dismissal; any automatic decision; any use on people of another kind than those of the training data.".into(),
        String::new(),
        "## Metrics".into(),
        "| metric | hold-out (never seen) | out of fold |".into(),
        "|---|---|---|".into(),
    ];
    lines.extend(Metric::ALL.iter().filter_map(|metric| {
        let held_out = evidence.holdout.report.metrics.get(metric)?;
        let crossed = evidence.cross_validated.report.metrics.get(metric).map(text).unwrap_or_default();
        Some(format!("| {} | {} | {crossed} |", metric.label(), text(held_out)))
    }));
    lines.extend([String::new(), "## Gates".into(), format!("Policy {}.", evidence.gates.policy)]);
    lines.extend(
        evidence.gates.results.iter().map(|result| format!("- {}: {}, {}", result.title, word(result.verdict), text(&result.figure))),
    );
    lines.extend(evidence.feasibility.iter().map(|feasibility| format!("\n{}", feasibility.sentence)));
    lines.extend([String::new(), "## By group".into(), format!("Out of fold, at a cut-off of {}.", evidence.holdout.report.cutoff)]);
    for (attribute, audit) in &evidence.cross_validated.fairness {
        lines.extend([
            String::new(),
            format!("### {}", use_case.label(attribute)),
            "| group | n | impact ratio |".into(),
            "|---|---|---|".into(),
        ]);
        lines.extend(audit.by_group.iter().map(|(group, row)| {
            let n = row.n.map_or("hidden: too few people".to_owned(), |n| n.to_string());
            format!("| {group} | {n} | {} |", text(&row.impact_ratio))
        }));
    }
    lines.extend([String::new(), "## Known limitations".into()]);
    lines.extend(
        evidence
            .errors
            .cohorts
            .iter()
            .take(3)
            .map(|cohort| format!("- Largest errors where {}: Brier score {}", cohort.conditions.join(" and "), text(&cohort.brier))),
    );
    lines.extend(evidence.leaks.iter().map(|leak| format!("- Possible leak: {}", leak.sentence)));
    lines.extend(
        evidence
            .proxies
            .iter()
            .map(|proxy| format!("- The inputs tell {} ({}): ROC AUC {}", proxy.attribute, proxy.group, text(&proxy.roc_auc))),
    );
    lines.extend([String::new(), "## Drift history".into()]);
    if drift.is_empty() {
        lines.push("Not checked yet.".into());
    }
    lines.extend(drift.iter().cloned());
    lines.extend([
        String::new(),
        "## Lineage".into(),
        format!("Run {}, seed {}, {}, by {}.", version.run_id, model.lineage.seed, crate::training_run::CODE_VERSION, version.author),
        format!("Model file SHA-256 {}.", version.model_hash),
    ]);
    lines.extend(model.lineage.parameters.iter().map(|(name, value)| format!("- {name}: {value}")));
    lines.join("\n") + "\n"
}

fn text(figure: &Figure) -> String {
    match (figure.value, figure.interval) {
        (Some(value), Some([low, high])) => format!("{value:.3} [{low:.3}, {high:.3}]"),
        (Some(value), None) => format!("{value:.3}"),
        (None, _) => format!("could not be computed: {}", figure.why.as_deref().unwrap_or("unknown")),
    }
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Inconclusive => "inconclusive",
        Verdict::CouldNotCompute => "could not be computed",
    }
}
