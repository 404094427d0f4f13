//! A model that was trained by another system becomes a version: read, matched to the fields of the
//! use case, judged on labeled people, and held against the same gates as ours.

use std::sync::Arc;

use domain::{AuditEvent, RunId, RunStatus, Stage, Subject, VersionNumber};
use exchange::ReadError;
use model::UseCase;
use store::{audit, datasets, registry, runs};
use training::ValidSettings;
use training::gates::ValidGatePolicy;

use super::imported::{Judged, ModelImport, judge};
use crate::Evidence;
use crate::datasets::Under;
use crate::runs::recording::metrics;
use crate::training::commands::{blocking_gates, expect_for_training};
use crate::training::is_for_training;
use crate::{Admin, Error, Result, StoredPeople, Tenure, card, error::compute};

/// Bytes of a model file, at most: larger ones are not models of tables of people.
pub const MOST_BYTES: usize = 64 << 20;

/// What the run says instead of figures of a hold-out.
const IN_SAMPLE: &str = "in_sample_";

/// What an import gave.
#[derive(Debug, Clone)]
pub struct ModelImported {
    pub run_id: RunId,
    pub version: registry::Version,
    pub evidence: Evidence,
    pub dataset: datasets::Dataset,
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
