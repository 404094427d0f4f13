//! The computing part of an import: a file of another system read, matched to fields, and judged.

use std::collections::HashSet;
use std::sync::Arc;

use domain::DatasetId;
use exchange::{Bound, Foreign, Mapping, ModelFormat};
use model::global::GlobalExplanation;
use model::{CrossFit, Lineage, RowKeys, UseCase, VersionFile};
use monitoring::data_profile::{GateLimits, data_profile};
use stats::report::Report;
use store::datasets;
use training::explanation;
use training::gates::{self, ValidGatePolicy};
use training::imported::{ImportedModel, ImportedParts, judge_imported};
use training::{ValidSettings, dataset::Dataset};

use crate::disclosure::Disclosure;
use crate::runs::artifacts::{EVIDENCE, EXPLANATION, HOLDOUT};
use crate::runs::evidence::{Champion, compare_with};
use crate::runs::holdout;
use crate::runs::recording::{File, JSON, Metrics, plots, to_json};
use crate::runs::reports::reports;
use crate::runs::{Evidence, ImportedFrom};
use crate::training::known::KnownRows;
use crate::{Result, StoredPeople, card};

/// A model file of another system, and what is said about it.
#[derive(Debug, Clone)]
pub struct ModelImport {
    pub use_case: String,
    pub format: ModelFormat,
    /// Name of the file, for people.
    pub file: String,
    pub bytes: Vec<u8>,
    /// Which field each input is, where names do not tell: JSON. See [`Mapping`].
    pub mapping: Option<Vec<u8>>,
    /// The labeled dataset that judges it; `None`: the newest one for training.
    pub dataset: Option<String>,
    /// The dataset that it was trained on, as far as it is known.
    pub trained_on: Option<String>,
    /// What it is called; empty: after the file.
    pub name: String,
}

/// The computing part of an import.
pub(super) struct Judged {
    pub file: VersionFile,
    pub evidence: Evidence,
    pub explanation: GlobalExplanation,
    pub files: Vec<File>,
}

/// Reads, matches and judges.
pub(super) fn judge(
    import: &ModelImport,
    use_case: &Arc<UseCase>,
    people: &StoredPeople,
    declared: Option<(datasets::Dataset, Arc<StoredPeople>)>,
    champion: Option<Champion>,
    (policy, rule): (&ValidGatePolicy, Disclosure),
) -> Result<Judged> {
    let settings = ValidSettings::default();
    let foreign = Foreign::read(&import.bytes, import.format)?;
    let mapping = import
        .mapping
        .as_deref()
        .map_or(Ok(Mapping::default()), Mapping::parse)?;
    let mut bound = foreign.bind(use_case, &mapping)?;
    let (rows, known) = KnownRows::of(people, use_case)?;
    bound.learn_missing(&bound.encoder.encode(&known.table));
    if !foreign.has_cover {
        bound.learn_cover(&bound.encoder.encode(&known.table));
    }
    let file_hash = store::artifacts::hash(&import.bytes);
    let learned = declared
        .as_ref()
        .map(|(_, own)| learned_from(use_case, people, own, &rows));
    let lineage = lineage(import, &foreign, &file_hash, people, declared.as_ref())?;
    let Bound {
        encoder,
        scorer,
        matched,
        unused,
    } = bound;
    let parts = ImportedParts {
        encoder,
        scorer,
        lineage,
    };
    let judged = judge_imported(&known, use_case, parts, learned.as_deref(), &settings)?;
    let positions = |of: &[usize]| {
        of.iter()
            .map(|&row| rows.position(row))
            .collect::<Vec<usize>>()
    };
    let judged_rows = positions(&judged.judged_rows);
    let scores: Vec<f64> = judged
        .judged_rows
        .iter()
        .map(|&row| judged.probabilities[row])
        .collect();
    let against_live = match &champion {
        Some(champion) if !judged.in_sample => compare_with(
            champion,
            (&judged_rows, &scores, use_case.policies.cutoff),
            people,
            settings.seed,
        )?,
        Some(_) | None => Vec::new(),
    };
    let from = ImportedFrom {
        format: import.format.label().to_owned(),
        file: import.file.clone(),
        file_hash,
        trained_on: declared.map(|(dataset, _)| dataset.name),
        in_sample: judged.in_sample,
        inputs: matched
            .into_iter()
            .map(|own| (own.input, own.field))
            .collect(),
        unused,
    };
    let evidence = evidence_of(
        &judged,
        &known,
        (judged_rows.clone(), scores),
        (&rows, people),
        from,
        against_live,
        policy,
    );
    let outcomes = people.outcomes_of(&judged_rows)?;
    let (model, shown) = (
        Arc::new(judged.model.clone()),
        people.table.take(&judged_rows),
    );
    let explanation = explanation::explain(&model, &shown, &outcomes, settings.seed)?;
    let profile = data_profile(
        &people.table,
        people.labels.as_deref(),
        &[],
        &use_case.ordinals(),
        &GateLimits::default(),
    );
    let file = VersionFile {
        model: judged.model,
        cross_fit: CrossFit::default(),
    };
    let held_out = (
        judged_rows.as_slice(),
        evidence.holdout_probabilities.as_slice(),
    );
    let original = match import.format {
        ModelFormat::Xgboost => ("imported_model.json", JSON),
        ModelFormat::Lightgbm => ("imported_model.txt", "text/plain; charset=utf-8"),
        ModelFormat::Onnx => ("imported_model.onnx", "application/octet-stream"),
    };
    let mut files: Vec<File> = vec![
        ("model.tenure", "application/octet-stream", file.to_bytes()?),
        (EVIDENCE, JSON, to_json(&evidence)?),
        ("metrics.json", JSON, to_json(&Metrics::of(&evidence))?),
        ("data_profile.json", JSON, to_json(&profile)?),
        (EXPLANATION, JSON, to_json(&explanation)?),
        (
            HOLDOUT,
            "text/csv; charset=utf-8",
            holdout::file(use_case, people, held_out, &outcomes)?,
        ),
        (original.0, original.1, import.bytes.clone()),
    ];
    files.extend(
        import
            .mapping
            .clone()
            .map(|mapping| ("mapping.json", JSON, mapping)),
    );
    files.extend(reports(&model, &evidence, &explanation, &shown, rule)?);
    files.extend(plots(&evidence));
    Ok(Judged {
        file,
        evidence,
        explanation,
        files,
    })
}

/// Whether each known row is of a person whom the model was trained on.
fn learned_from(
    use_case: &UseCase,
    people: &StoredPeople,
    declared: &StoredPeople,
    rows: &KnownRows,
) -> Vec<bool> {
    if use_case.id_column.is_some() {
        let ids: HashSet<&str> = declared.ids.iter().map(String::as_str).collect();
        let known = |row| ids.contains(people.ids[rows.position(row)].as_str());
        return (0..rows.len()).map(known).collect();
    }
    let names = || use_case.inputs().map(|field| field.name.as_str());
    let keys = RowKeys::new(&declared.table, names());
    let seen: HashSet<u64> = (0..declared.ids.len()).map(|row| keys.of(row)).collect();
    let keys = RowKeys::new(&people.table, names());
    (0..rows.len())
        .map(|row| seen.contains(&keys.of(rows.position(row))))
        .collect()
}

fn lineage(
    import: &ModelImport,
    foreign: &Foreign,
    file_hash: &str,
    people: &StoredPeople,
    declared: Option<&(datasets::Dataset, Arc<StoredPeople>)>,
) -> Result<Lineage> {
    let mut parameters = vec![
        ("file".to_owned(), import.file.clone()),
        ("file_hash".to_owned(), file_hash.to_owned()),
    ];
    parameters.extend(declared.map(|(dataset, _)| {
        let id: &DatasetId = &dataset.dataset_id;
        (Lineage::TRAINED_ON.to_owned(), id.to_string())
    }));
    parameters.extend(foreign.parameters.iter().cloned());
    Ok(Lineage {
        data_hash: people.rows_hash()?,
        seed: 0,
        candidate: format!("{}{}", Lineage::IMPORTED, import.format.name()),
        parameters,
    })
}

fn evidence_of(
    judged: &ImportedModel,
    known: &Dataset,
    (judged_rows, scores): (Vec<usize>, Vec<f64>),
    (rows, people): (&KnownRows, &StoredPeople),
    from: ImportedFrom,
    against_live: Vec<stats::comparison::Comparison>,
    policy: &ValidGatePolicy,
) -> Evidence {
    let use_case = &judged.model.use_case;
    let card = card::parts(
        use_case,
        [&judged.evaluation, &judged.evaluation],
        true,
        "",
        false,
    );
    // What was measured in sample says nothing about others: the gates are not decided by it.
    let counted = if judged.in_sample {
        withheld(&judged.evaluation.report)
    } else {
        judged.evaluation.report.clone()
    };
    let gates = policy.judge(&gates::Evidence {
        report: &counted,
        against_live: (!against_live.is_empty()).then_some(&against_live),
        fairness: &judged.evaluation.fairness,
        quality: &judged.quality,
        reproducible: None,
        leaks: &judged.leaks,
        stability: None,
        use_case,
        card: &card,
    });
    Evidence {
        holdout: judged.evaluation.clone(),
        cross_validated: judged.evaluation.clone(),
        holdout_rows: judged_rows.iter().map(|row| *row as u32).collect(),
        holdout_probabilities: scores,
        training_rows: Vec::new(),
        out_of_fold: Vec::new(),
        learned_rows: (0..known.rows())
            .map(|row| rows.position(row) as u32)
            .collect(),
        cross_fitted: judged.probabilities.clone(),
        errors: judged.errors.clone(),
        leaks: judged.leaks.clone(),
        proxies: judged.proxies.clone(),
        quality: judged.quality.clone(),
        feasibility: None,
        stability: None,
        gates,
        against_live,
        rows_used: rows.judged(people, &judged_rows),
        imported: Some(from),
    }
}

/// A report whose metrics do not count.
fn withheld(report: &Report) -> Report {
    let mut report = report.clone();
    for figure in report.metrics.values_mut() {
        *figure = domain::Estimate::unknown(
            "the model may have learned from these people; state what it was trained on, or judge it by others",
        );
    }
    report
}
