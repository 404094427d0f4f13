//! The text of a card, section by section.

use crate::NextReview;
use crate::card::{Block, Card, CardSection};
use crate::datasets::BuiltFrom;
use domain::{Estimate, ParentKind};
use model::global::GlobalExplanation;
use model::{Model, Role};
use stats::fairness::GroupAudit;
use stats::group_metrics::GroupMetric;
use stats::{Metric, Verdict};
use store::monitoring::checks;
use store::{datasets, registry, review};

use crate::Evidence;
use crate::disclosure::{self, Disclosure};
use crate::monitoring::CohortView;
use crate::runs::ImportedFrom;

/// Fields in the summary of the explanation.
const FIELDS: usize = 10;

/// What a card is made of.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub version: &'a registry::Version,
    /// What is said in the place of its stage.
    pub stage: &'a str,
    pub model: &'a Model,
    pub evidence: &'a Evidence,
    pub dataset: &'a datasets::Dataset,
    /// What the training set was built from; empty for a dataset of files.
    pub built_from: &'a [BuiltFrom],
    /// Version of the program that trained it.
    pub code: &'a str,
    pub explanation: Option<&'a GlobalExplanation>,
    /// Newest first.
    pub revisions: &'a [store::card::Revision],
    /// Of the review that put it into service, oldest first.
    pub decisions: &'a [review::ReviewDecision],
    pub checks: &'a [checks::Check],
    /// Those that it scored and whose outcomes are known, oldest first.
    pub cycles: &'a [CohortView],
    /// When it has to be looked at again; `None`: it was never approved.
    pub next_review: Option<NextReview>,
    pub rule: Disclosure,
}

/// The card.
pub(crate) fn card(sources: &Sources<'_>) -> Card {
    let evidence = disclosure::evidence::evidence(sources.evidence, sources.rule);
    let explanation = sources
        .explanation
        .map(|own| disclosure::explanation::explanation(own, sources.rule));
    let sources = &Sources {
        evidence: &evidence,
        explanation: explanation.as_ref(),
        ..*sources
    };
    let Sources {
        version,
        stage,
        model,
        ..
    } = sources;
    let use_case = &model.use_case;
    let made = version.created_at.long();
    let mut sections = vec![
        training_data(sources),
        CardSection::new(
            "Intended use",
            vec![
                Block::text(format!(
                    "Predicts: the probability that one of the {} will {} ({}).",
                    use_case.words.many,
                    use_case.words.verb,
                    use_case.horizon_text()
                )),
                Block::text(format!(
                    "Intended: to decide whom to talk to, and about what, so that fewer {} {}.",
                    use_case.words.many, use_case.words.verb
                )),
                Block::text(
                    "Prohibited: decisions about a person's pay, promotion or dismissal; any automatic decision; any use on a population other than that of the training data.",
                ),
            ],
        ),
        metrics(sources),
        gates(sources),
        by_group(sources),
    ];
    sections.extend(sources.explanation.map(explained));
    sections.push(limitations(sources));
    sections.extend((!sources.decisions.is_empty()).then(|| approval(sources)));
    sections.push(drift(sources));
    sections.extend(in_use(sources));
    sections.push(lineage(sources));
    let description = if version.description.is_empty() {
        String::new()
    } else {
        format!(" {}", version.description)
    };
    Card {
        title: format!("{} – version {}", use_case.title, version.version),
        summary: format!(
            "{} Candidate: {}. Stage: {}. {} on {made} by {}.{description}",
            use_case.description,
            domain::format::candidate_label(&version.candidate),
            stage,
            if sources.evidence.imported.is_some() {
                "Imported"
            } else {
                "Trained"
            },
            version.author
        ),
        sections,
    }
}

/// How it did in each cycle whose outcomes are known.
fn in_use(Sources { cycles, rule, .. }: &Sources<'_>) -> Option<CardSection> {
    let rows: Vec<Vec<String>> = cycles
        .iter()
        .filter_map(|cycle| {
            let realized = disclosure::drift::realized(cycle.realized.as_ref()?, *rule);
            let figure = |figure: &Estimate| text(figure);
            Some(vec![
                cycle.as_of.long(),
                cycle.until.long(),
                realized.left.to_string(),
                figure(&realized.expected_left),
                figure(&realized.roc_auc),
                figure(&realized.precision),
                figure(&realized.recall),
                figure(&realized.brier),
            ])
        })
        .collect();
    let columns = [
        "Scored on",
        "Until",
        "Observed",
        "Expected",
        "ROC AUC",
        "Precision",
        "Recall",
        "Brier score",
    ];
    let caption = "Cycles that this version scored, up to the next one; 95% intervals";
    (!rows.is_empty()).then(|| {
        let table = Block::table(caption, &columns, rows);
        CardSection::new("Performance in use", vec![table])
    })
}

/// Who approved it, and why.
fn approval(
    Sources {
        decisions,
        next_review,
        ..
    }: &Sources<'_>,
) -> CardSection {
    let item = |decision: &review::ReviewDecision| {
        let failing = decision.in_spite_of();
        let in_spite = if failing.is_empty() {
            String::new()
        } else {
            format!(" Despite failing gates: {}.", failing.join("; "))
        };
        let when = decision.decided_at.long();
        format!(
            "Approved by {} on {when}: {}{in_spite} Evidence {}.",
            decision.reviewer,
            sentence(&decision.reason),
            decision.evidence_hash
        )
    };
    CardSection::new(
        "Approval",
        vec![Block::List {
            items: decisions
                .iter()
                .map(item)
                .chain(next_review.map(due))
                .collect(),
        }],
    )
}

fn due(review: NextReview) -> String {
    let overdue = if review.overdue { " (overdue)" } else { "" };
    format!("Next review: {}{overdue}.", review.due.long())
}

/// A text with a full stop at its end.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn training_data(
    Sources {
        model,
        evidence,
        dataset,
        built_from,
        rule,
        ..
    }: &Sources<'_>,
) -> CardSection {
    let use_case = &model.use_case;
    let simulated = if dataset.simulated {
        " The data is simulated."
    } else {
        ""
    };
    let is_input = |name: &str| model.encoder.fields.iter().any(|field| field.name == name);
    let labels = |chosen: &dyn Fn(&model::Field) -> bool| {
        use_case
            .fields
            .iter()
            .filter(|field| chosen(field))
            .map(|field| field.label.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let inputs = labels(&|field| is_input(&field.name));
    let protected = |inside: bool| {
        labels(&|field| field.role == Role::Protected && is_input(&field.name) == inside)
    };
    let (inside, outside) = (protected(true), protected(false));
    let protected = match (inside.as_str(), outside.as_str()) {
        ("", "") => "The use case defines no protected attributes.".to_owned(),
        ("", outside) => {
            format!("Protected attributes, audited but not used as inputs: {outside}.")
        }
        (inside, "") => {
            format!("Protected attributes used as inputs, as set for this training: {inside}.")
        }
        (inside, outside) => {
            format!(
                "Protected attributes used as inputs, as set for this training: {inside}. Audited but not used as inputs: {outside}."
            )
        }
    };
    let unknown = match rule.count_u32(evidence.rows_used.unknown_outcomes) {
        0 => String::new(),
        rows => {
            format!(" About {rows} rows have no known outcome yet; nothing was learned from them.")
        }
    };
    let periods = evidence
        .rows_used
        .periods_sentence()
        .map_or(String::new(), |sentence| format!(" {sentence}"));
    if let Some(from) = &evidence.imported {
        let mut blocks = imported(from, dataset, evidence.holdout_rows.len());
        blocks.push(Block::text(format!("Inputs: {inputs}.")));
        blocks.push(Block::text(protected));
        return CardSection::new("Training data and period", blocks);
    }
    let mut blocks = vec![
        Block::text(format!(
            "{} rows of {} as of {}: {} with a known outcome, about {} of them the event.{periods}{unknown}{simulated}",
            dataset.row_count,
            dataset.name,
            dataset.as_of.long(),
            model.training.rows,
            rule.count_u32(model.training.positives),
        )),
        Block::text(format!(
            "The figures in this card are those of the procedure: a fit to {} rows, evaluated on a hold-out of {} that was not used for any choice. What scores people is the same trial fitted again to all {} rows; whoever is among them is scored by a model that was fitted without them.",
            evidence.training_rows.len(),
            evidence.holdout_rows.len(),
            model.training.rows,
        )),
        Block::text(format!("Inputs: {inputs}.")),
        Block::text(protected),
    ];
    blocks.extend(parents(built_from));
    CardSection::new("Training data and period", blocks)
}

/// What is known of the training of a model of another system.
fn imported(from: &ImportedFrom, dataset: &datasets::Dataset, judged: usize) -> Vec<Block> {
    let origin = format!(
        "Imported from {}, {} (SHA-256 {}…). Another system has trained it; settings and training rows are not in this store unless stated.",
        from.file,
        from.format,
        from.file_hash.get(..12).unwrap_or_default()
    );
    let trained_on = match &from.trained_on {
        None => "Nobody has stated what it was trained on: it may have learned from anybody, and every score is marked as in sample.".to_owned(),
        Some(name) => format!(
            "Trained on {name}, as stated with the import: scores of its people are in sample."
        ),
    };
    let figures = if from.in_sample {
        format!(
            "The figures in this card are in sample: {judged} rows of {} as of {}, from which the model may have learned. They may be too good, and do not count for the gates.",
            dataset.name,
            dataset.as_of.long()
        )
    } else {
        format!(
            "The figures in this card are those of {judged} rows of {} as of {} whose people it was not trained on.",
            dataset.name,
            dataset.as_of.long()
        )
    };
    [origin, trained_on, figures].map(Block::text).into()
}

/// The snapshots and files of outcomes behind a training set.
fn parents(built_from: &[BuiltFrom]) -> Vec<Block> {
    if built_from.is_empty() {
        return Vec::new();
    }
    let row = |parent: &BuiltFrom| {
        let (kind, rows) = match parent.kind {
            ParentKind::Snapshot => ("Snapshot", parent.rows.to_string()),
            ParentKind::Outcomes => ("Outcomes", "–".to_owned()),
        };
        vec![
            parent.name.clone(),
            kind.to_owned(),
            rows,
            parent.id.clone(),
        ]
    };
    let withdrawn: Vec<&str> = built_from
        .iter()
        .filter(|parent| parent.withdrawn)
        .map(|parent| parent.name.as_str())
        .collect();
    let mut blocks = vec![Block::table(
        "The training set was built from",
        &["Name", "Kind", "Rows", "ID"],
        built_from.iter().map(row).collect(),
    )];
    if !withdrawn.is_empty() {
        blocks.push(Block::text(format!(
            "Withdrawn since: {}.",
            withdrawn.join(", ")
        )));
    }
    blocks
}

fn metrics(Sources { evidence, .. }: &Sources<'_>) -> CardSection {
    let row = |metric: &Metric| {
        let held_out = evidence.holdout.report.metrics.get(metric)?;
        let crossed = evidence
            .cross_validated
            .report
            .metrics
            .get(metric)
            .map(text)
            .unwrap_or_default();
        Some(vec![metric.label().to_owned(), text(held_out), crossed])
    };
    let rows = Metric::ALL.iter().filter_map(row).collect();
    if let Some(from) = &evidence.imported {
        let (heading, basis) = if from.in_sample {
            ("In sample", "The model may have learned from these people.")
        } else {
            (
                "Hold-out",
                "The model was not trained on these people, as stated with the import.",
            )
        };
        let rows = Metric::ALL.iter().filter_map(|metric| {
            let figure = evidence.holdout.report.metrics.get(metric)?;
            Some(vec![metric.label().to_owned(), text(figure)])
        });
        let cutoff = evidence.holdout.report.cutoff;
        let blocks = vec![
            Block::text(format!(
                "With 95% intervals, at a cutoff of {cutoff}. {basis}"
            )),
            Block::table("", &["Metric", heading], rows.collect()),
        ];
        return CardSection::new("Metrics", blocks);
    }
    CardSection::new(
        "Metrics",
        vec![
            Block::text(format!(
                "With 95% intervals, at a cutoff of {}. The hold-out was not used in training. Out of fold covers more people, but was used to select the candidate.",
                evidence.holdout.report.cutoff
            )),
            Block::table("", &["Metric", "Hold-out", "Out of fold"], rows),
        ],
    )
}

fn gates(Sources { evidence, .. }: &Sources<'_>) -> CardSection {
    let row = |result: &training::gates::GateResult| {
        vec![
            result.title.clone(),
            word(result.verdict).to_owned(),
            text(&result.shown()),
        ]
    };
    let mut blocks = vec![Block::table(
        format!(
            "Policy {}, evaluated when the version was trained",
            evidence.gates.policy
        ),
        &["Gate", "Verdict", "Value"],
        evidence.gates.results.iter().map(row).collect(),
    )];
    blocks.extend(
        evidence
            .feasibility
            .iter()
            .map(|feasibility| Block::text(feasibility.sentence.clone())),
    );
    CardSection::new("Gates", blocks)
}

fn by_group(
    Sources {
        evidence, model, ..
    }: &Sources<'_>,
) -> CardSection {
    let cutoff = evidence.cross_validated.report.cutoff;
    let mut blocks = vec![Block::text(format!(
        "{}, at a cutoff of {cutoff}, with 95% intervals.",
        match &evidence.imported {
            Some(from) if from.in_sample => "In sample",
            Some(_) => "On people whom it was not trained on",
            None => "Out of fold",
        }
    ))];
    for (attribute, audit) in &evidence.cross_validated.fairness {
        blocks.push(groups(&model.use_case.label(attribute), audit));
        let verdict = |(metric, verdict): (&stats::fairness::ParityMetric, &Verdict)| {
            let figure = audit.parity.get(metric).map(text).unwrap_or_default();
            format!("{}: {}, {figure}", metric.label(), word(*verdict))
        };
        blocks.push(Block::List {
            items: audit
                .verdict
                .iter()
                .map(verdict)
                .chain(audit.notes.iter().cloned())
                .collect(),
        });
    }
    CardSection::new("By group", blocks)
}

fn groups(label: &str, audit: &GroupAudit) -> Block {
    const SHOWN: [GroupMetric; 4] = [
        GroupMetric::SelectionRate,
        GroupMetric::Tpr,
        GroupMetric::Precision,
        GroupMetric::RocAuc,
    ];
    let row = |(group, row): (&String, &stats::fairness::GroupRow)| {
        let n = row
            .n
            .map_or("not shown (too few)".to_owned(), |n| n.to_string());
        let metric = |metric: &GroupMetric| row.metrics.get(metric).map(text).unwrap_or_default();
        let ratio = if row.n.is_some() {
            text(&row.impact_ratio)
        } else {
            String::new()
        };
        [group.clone(), n]
            .into_iter()
            .chain(SHOWN.iter().map(metric))
            .chain([ratio])
            .collect()
    };
    let columns: Vec<&str> = ["Group", "n"]
        .into_iter()
        .chain(SHOWN.map(GroupMetric::label))
        .chain(["Impact ratio"])
        .collect();
    Block::table(label, &columns, audit.by_group.iter().map(row).collect())
}

fn explained(explanation: &GlobalExplanation) -> CardSection {
    let row = |own: &model::global::Importance| {
        let [low, high] = own.interval;
        vec![
            own.label.clone(),
            format!("{:.2} [{low:.2}, {high:.2}]", own.points),
        ]
    };
    CardSection::new(
        "Model explanation",
        vec![
            Block::text(format!(
                "Mean absolute contribution of each field over {} people of the hold-out (exact TreeSHAP). It describes the model, not causes.",
                explanation.rows
            )),
            Block::table(
                "",
                &["Field", "Percentage points of probability"],
                explanation
                    .importance
                    .iter()
                    .take(FIELDS)
                    .map(row)
                    .collect(),
            ),
        ],
    )
}

fn limitations(
    Sources {
        evidence,
        model,
        revisions,
        ..
    }: &Sources<'_>,
) -> CardSection {
    let mut blocks: Vec<Block> = Vec::new();
    let source = |revision: &store::card::Revision| {
        format!(
            "{}, {} (revision {})",
            revision.written_by,
            revision.written_at.long(),
            revision.revision
        )
    };
    match revisions.first() {
        Some(newest) => blocks.push(Block::Quote {
            text: newest.text.clone(),
            source: source(newest),
        }),
        None => blocks.push(Block::text("None documented yet. Found automatically:")),
    }
    let mut items: Vec<String> = Vec::new();
    items.extend(evidence.errors.cohorts.iter().take(3).map(|cohort| {
        format!(
            "Highest errors where {}: Brier score {}.",
            cohort.conditions.join(" and "),
            text(&cohort.brier)
        )
    }));
    items.extend(
        evidence
            .leaks
            .iter()
            .map(|leak| format!("Possible leakage: {}", leak.sentence)),
    );
    items.extend(
        evidence
            .quality
            .notes
            .iter()
            .map(|note| note.sentence.clone()),
    );
    items.extend(evidence.proxies.iter().map(|proxy| {
        let through: Vec<String> = proxy
            .through
            .iter()
            .take(3)
            .map(|(field, _)| model.use_case.label(field))
            .collect();
        format!(
            "Inputs predict {} ({}): ROC AUC {}, mostly through {}.",
            model.use_case.label(&proxy.attribute).to_lowercase(),
            proxy.group,
            text(&proxy.roc_auc),
            through.join(", ")
        )
    }));
    blocks.push(Block::List { items });
    if revisions.len() > 1 {
        let items = revisions[1..]
            .iter()
            .map(|revision| format!("{}: {}", source(revision), revision.text))
            .collect();
        blocks.extend([Block::text("Earlier revisions:"), Block::List { items }]);
    }
    CardSection::new("Known limitations", blocks)
}

fn drift(Sources { checks, .. }: &Sources<'_>) -> CardSection {
    if checks.is_empty() {
        return CardSection::new("Drift history", vec![Block::text("Not checked yet.")]);
    }
    let row = |check: &checks::Check| {
        vec![
            check.as_of.to_string(),
            check.verdict.as_str().replace('_', " "),
            check.prediction_verdict.as_str().replace('_', " "),
            check.recommendation.to_string(),
            check.reason.clone(),
        ]
    };
    let rows = checks.iter().map(row).collect();
    CardSection::new(
        "Drift history",
        vec![Block::table(
            "",
            &[
                "As of",
                "Features",
                "Predictions",
                "Recommendation",
                "Reason",
            ],
            rows,
        )],
    )
}

fn lineage(
    Sources {
        version,
        model,
        dataset,
        code,
        ..
    }: &Sources<'_>,
) -> CardSection {
    let pair = |name: &str, value: &str| vec![name.to_owned(), value.to_owned()];
    let seed = model.lineage.seed.to_string();
    let mut rows = vec![
        pair("Run", &version.run_id),
        pair("Data, SHA-256", &dataset.hash),
        pair("Model file, SHA-256", &version.model_hash),
        pair("Seed", &seed),
        pair("Code", code),
        pair("Trained by", &version.author),
    ];
    rows.extend(
        model
            .lineage
            .parameters
            .iter()
            .map(|(name, value)| pair(name, value)),
    );
    CardSection::new("Lineage", vec![Block::table("", &["Item", "Value"], rows)])
}

fn text(figure: &Estimate) -> String {
    match (figure.value, figure.interval) {
        (Some(value), Some([low, high])) => format!("{value:.3} [{low:.3}, {high:.3}]"),
        (Some(value), None) => format!("{value:.3}"),
        (None, _) => format!(
            "could not be computed: {}",
            figure.why.as_deref().unwrap_or("unknown")
        ),
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
