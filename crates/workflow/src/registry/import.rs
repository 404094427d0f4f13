//! A model that was trained by another system becomes a version: read, matched to the fields of the
//! use case, judged on labeled people, and held against the same gates as ours.

use std::collections::HashSet;
use std::sync::Arc;

use domain::{AuditEvent, DatasetId, RunId, RunStatus, Stage, Subject, VersionNumber};
use exchange::{Bound, Foreign, Mapping, ModelFormat, ReadError};
use model::global::GlobalExplanation;
use model::{CrossFit, Lineage, RowKeys, UseCase, VersionFile};
use monitoring::data_profile::{GateLimits, data_profile};
use stats::report::Report;
use store::{audit, datasets, registry, runs};
use training::explanation;
use training::gates::{self, ValidGatePolicy};
use training::imported::{ImportedModel, ImportedParts, judge_imported};
use training::{ValidSettings, dataset::Dataset};

use crate::datasets::Under;
use crate::disclosure::Disclosure;
use crate::runs::artifacts::{EVIDENCE, EXPLANATION, HOLDOUT};
use crate::runs::evidence::{Champion, Evidence, ImportedFrom, compare_with};
use crate::runs::holdout;
use crate::runs::recording::{File, JSON, Metrics, metrics, plots, to_json};
use crate::runs::reports::reports;
use crate::training::commands::{blocking_gates, expect_for_training};
use crate::training::is_for_training;
use crate::training::known::KnownRows;
use crate::{Admin, Error, Result, StoredPeople, Tenure, card, error::compute};

/// Bytes of a model file, at most: larger ones are not models of tables of people.
pub const MOST_BYTES: usize = 64 << 20;

/// What the run says instead of figures of a hold-out.
const IN_SAMPLE: &str = "in_sample_";

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

/// What an import gave.
#[derive(Debug, Clone)]
pub struct ModelImported {
    pub run_id: RunId,
    pub version: registry::Version,
    pub evidence: Evidence,
    pub dataset: datasets::Dataset,
}

/// The computing part of an import.
struct Judged {
    file: VersionFile,
    evidence: Evidence,
    explanation: GlobalExplanation,
    files: Vec<File>,
}

impl Tenure {
    /// Registers a model that was trained elsewhere as a version. It is in Staging only when the
    /// gates of the policy for it pass; figures on people whom it may have learned from do not
    /// count for them.
    ///
    /// # Errors
    /// When the file is not fully understood, an input is not a field, or the data does not allow to
    /// judge it.
    pub async fn import_model(
        &self,
        admin: &Admin<'_>,
        import: ModelImport,
    ) -> Result<ModelImported> {
        if import.bytes.len() > MOST_BYTES {
            return Err(Error::Invalid(format!(
                "The file has more than {} MB. Export a smaller model.",
                MOST_BYTES >> 20
            )));
        }
        self.refresh_use_cases().await?;
        let definition = self.definition(&import.use_case)?;
        let dataset = self.judging_dataset(admin, &import).await?;
        let use_case = Arc::clone(&definition.use_case);
        let people = self.people_for(&dataset, Under::InForce(&use_case)).await?;
        let declared = match &import.trained_on {
            None => None,
            Some(id) => Some(self.declared(id, &use_case).await?),
        };
        let champion = self.champion(&dataset).await?;
        let policy = self.gate_policy(&import.use_case)?;
        let import = Arc::new(import);
        let judged = {
            let (import, policy) = (Arc::clone(&import), policy.clone());
            let rule = self.disclosure(&import.use_case);
            compute(move || {
                judge(
                    &import,
                    &use_case,
                    &people,
                    declared,
                    champion,
                    (&policy, rule),
                )
            })
        };
        let judged = judged.await?;
        self.record_import(admin, &import, dataset, &policy, &definition, judged)
            .await
    }

    /// The labeled dataset that judges the model.
    async fn judging_dataset(
        &self,
        admin: &Admin<'_>,
        import: &ModelImport,
    ) -> Result<datasets::Dataset> {
        if let Some(id) = &import.dataset {
            let dataset = self.dataset(id).await?;
            expect_for_training(&dataset)?;
            if *dataset.use_case != *import.use_case {
                return Err(Error::Invalid(format!(
                    "{} belongs to {}, not to {}.",
                    dataset.name, dataset.use_case, import.use_case
                )));
            }
            return Ok(dataset);
        }
        let all = self
            .datasets(&admin.actor().member()?, Some(&import.use_case))
            .await?;
        all.into_iter().find(is_for_training).ok_or_else(|| {
            Error::Invalid(
                "There is no dataset with outcomes to judge the model by. Import one first.".into(),
            )
        })
    }

    /// The people that the model was trained on.
    async fn declared(
        &self,
        id: &str,
        use_case: &Arc<UseCase>,
    ) -> Result<(datasets::Dataset, Arc<StoredPeople>)> {
        let dataset = self.dataset(id).await?;
        if *dataset.use_case != *use_case.id {
            return Err(Error::Invalid(format!(
                "{} belongs to {}, not to {}.",
                dataset.name, dataset.use_case, use_case.id
            )));
        }
        let people = self.people_for(&dataset, Under::InForce(use_case)).await?;
        Ok((dataset, people))
    }

    async fn record_import(
        &self,
        admin: &Admin<'_>,
        import: &ModelImport,
        dataset: datasets::Dataset,
        policy: &ValidGatePolicy,
        definition: &crate::Definition,
        judged: Judged,
    ) -> Result<ModelImported> {
        let Judged {
            file,
            evidence,
            explanation,
            files,
        } = judged;
        let (author, now) = (admin.name(), store::now());
        let run = runs::Run {
            run_id: store::new_id(),
            parent_id: None,
            use_case: dataset.use_case.clone(),
            name: name_of(import),
            status: RunStatus::Finished,
            author: author.clone(),
            dataset_id: Some(dataset.dataset_id.clone()),
            seed: ValidSettings::default().seed as i64,
            code_version: self.code.to_string(),
            message: in_sample_note(&evidence),
            started_at: now,
            ended_at: Some(now),
        };
        let mut artifacts = Vec::new();
        for (name, media_type, bytes) in files {
            artifacts.push(self.artifact(name, media_type, bytes).await?);
        }
        let candidate = file.model.lineage.candidate.clone();
        let mut version = registry::Version {
            use_case: run.use_case.clone(),
            // The registry gives the number.
            version: VersionNumber::FIRST,
            run_id: run.run_id.clone(),
            dataset_id: dataset.dataset_id.clone(),
            model_hash: artifacts[0].hash.clone(),
            candidate: candidate.clone(),
            stage: if policy.block_staging(&evidence.gates).next().is_none() {
                Stage::Staging
            } else {
                Stage::None
            },
            author: author.clone(),
            note: blocking_gates(policy, &evidence.gates),
            created_at: now,
            description: String::new(),
        };
        let mut parameters = file.model.lineage.parameters.clone();
        parameters.push(("candidate".into(), candidate));
        let mut details = runs::Details {
            parameters,
            metrics: figures(&evidence).collect(),
            tags: vec![("data".to_owned(), dataset.name.clone())],
            artifacts,
            ..runs::Details::default()
        };
        let built_from = self.built_from(&dataset).await?;
        let mut transaction = self.store.begin().await?;
        let number = self
            .record_definition(&mut transaction, author, definition)
            .await?;
        details
            .tags
            .push(("definition".to_owned(), number.to_string()));
        runs::insert(&mut transaction, &run).await?;
        runs::insert_details(&mut transaction, &run.run_id, &details).await?;
        version.version = registry::insert(&mut transaction, &version).await?;
        let card = card::card(&card::Sources {
            version: &version,
            stage: version.stage.as_str(),
            model: &file.model,
            evidence: &evidence,
            dataset: &dataset,
            built_from: &built_from,
            code: &run.code_version,
            explanation: Some(&explanation),
            revisions: &[],
            decisions: &[],
            next_review: None,
            checks: &[],
            cycles: &[],
            rule: self.disclosure(&run.use_case),
        });
        let card = card.markdown().into_bytes();
        let card = self
            .artifact(
                "model_card_at_import.md",
                "text/markdown; charset=utf-8",
                card,
            )
            .await?;
        let card = runs::Details {
            artifacts: vec![card],
            ..runs::Details::default()
        };
        runs::insert_details(&mut transaction, &run.run_id, &card).await?;
        let event = AuditEvent::ModelImport {
            run: run.run_id.clone(),
            data: dataset.hash.clone(),
            model: version.model_hash.clone(),
            candidate: version.candidate.clone(),
            file: import.file.clone(),
            in_sample: evidence.imported.as_ref().is_none_or(|own| own.in_sample),
        };
        let subject = Subject::Model(version.use_case.clone(), version.version);
        let row = audit::Row::Version(&version.use_case, version.version);
        audit::append_with_rows(&mut transaction, author, &subject, &event, &[row]).await?;
        transaction.commit().await?;
        self.record_policy(&run.run_id, policy).await?;
        self.refresh_use_cases().await?;
        Ok(ModelImported {
            run_id: run.run_id,
            version,
            evidence,
            dataset,
        })
    }
}

/// Reads, matches and judges.
fn judge(
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

/// The figures of the run. In sample they have names of their own, so that no table compares them
/// with those of a hold-out.
fn figures(evidence: &Evidence) -> impl Iterator<Item = runs::Metric> + '_ {
    let in_sample = evidence.imported.as_ref().is_some_and(|own| own.in_sample);
    metrics(
        if in_sample { IN_SAMPLE } else { "" },
        &evidence.holdout.report,
    )
}

fn in_sample_note(evidence: &Evidence) -> String {
    match &evidence.imported {
        Some(own) if own.in_sample => {
            "Imported. The figures may be in sample: the model may have learned from the people who judge it.".to_owned()
        }
        Some(_) => "Imported. Judged by people whom the model was not trained on, as stated with the import.".to_owned(),
        None => String::new(),
    }
}

fn name_of(import: &ModelImport) -> String {
    let name = import.name.trim();
    if name.is_empty() {
        format!("import of {}", import.file)
    } else {
        name.to_owned()
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        Self::Invalid(error.to_string())
    }
}
