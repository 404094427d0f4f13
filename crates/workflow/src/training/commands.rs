//! A training: from a dataset to a run with its evidence and a new version in the registry.

use std::sync::Arc;

use domain::{
    AuditEvent, JobId, JobKind, RefusalCode, RunId, RunStatus, Stage, Subject, VersionNumber,
};
use model::UseCase;
use model::global::GlobalExplanation;
use monitoring::data_profile::{GateLimits, data_profile};
use store::{audit, datasets, jobs, registry, runs};
use training::explanation;
use training::gates::{GateReport, ValidGatePolicy};
use training::{Trained, TrainingOutcome, Trial, ValidSettings};

use crate::Evidence;
use crate::datasets::Under;
use crate::jobs::Requested;
use crate::runs::artifacts::{CANDIDATES, EVIDENCE, EXPLANATION, HOLDOUT};
use crate::runs::evidence::{compare_with, evidence};
use crate::runs::holdout;
use crate::runs::nested;
use crate::runs::recording::{
    File, JSON, Metrics, described, environment, metrics, plots, stage_time, to_json,
};
use crate::runs::reports::reports;
use crate::training::given::GivenCandidate;
use crate::training::known::{KnownRows, no_outcomes};
use crate::{Admin, Error, JobHandle, NewJob, Observer, Result, Tenure, card, error::compute};

/// What a training gave.
#[derive(Debug, Clone)]
pub struct TrainOutcome {
    pub run_id: RunId,
    pub version: registry::Version,
    pub evidence: Evidence,
    pub trained: Arc<Trained>,
}

/// What the computing part of a training ends with.
enum FitOutcome {
    Completed(Box<Fitted>),
    /// Somebody asked to stop; what was tried until then.
    Stopped(Vec<Trial>),
}

struct Fitted {
    trained: Arc<Trained>,
    evidence: Evidence,
    explanation: GlobalExplanation,
    /// Name, media type and bytes; the model first.
    files: Vec<File>,
}

impl Tenure {
    /// Trains on a dataset, and waits for it. Run and job are on record from the start: a failed or
    /// stopped one says why.
    ///
    /// # Errors
    /// When dataset or settings do not allow it, or `observer` says stop.
    pub async fn train(
        &self,
        admin: &Admin<'_>,
        dataset: &datasets::Dataset,
        settings: ValidSettings,
        observer: Observer,
    ) -> Result<TrainOutcome> {
        let new = training_job(dataset);
        self.run_job(admin.actor(), new, Some(observer), async |tenure, job| {
            tenure.train_in(&job, dataset, settings).await
        })
        .await
    }

    /// Starts a training in the background and gives the job's id. When the process ends before it, a
    /// server starts it again.
    ///
    /// # Errors
    /// When the dataset has no outcomes, or the store fails.
    pub async fn start_training(
        &self,
        admin: &Admin<'_>,
        dataset: datasets::Dataset,
        settings: ValidSettings,
    ) -> Result<JobId> {
        expect_for_training(&dataset)?;
        let requested = Requested {
            dataset: dataset.dataset_id.clone(),
            settings,
            given: None,
        };
        self.start_requested(admin, training_job(&dataset), requested)
            .await
    }

    /// Trains as a part of a job.
    ///
    /// # Errors
    /// When dataset or settings do not allow it, or the job is asked to stop: then what was tried
    /// is kept in a canceled run.
    pub async fn train_in(
        &self,
        job: &Arc<JobHandle>,
        dataset: &datasets::Dataset,
        settings: ValidSettings,
    ) -> Result<TrainOutcome> {
        self.train_with(job, dataset, settings, None).await
    }

    /// Trains as a part of a job: `given` is a candidate of another run that is to be the model.
    pub(crate) async fn train_with(
        &self,
        job: &Arc<JobHandle>,
        dataset: &datasets::Dataset,
        settings: ValidSettings,
        given: Option<GivenCandidate>,
    ) -> Result<TrainOutcome> {
        // It may have been withdrawn since it was chosen.
        let dataset = &self.dataset(&dataset.dataset_id).await?;
        expect_for_training(dataset)?;
        let accepted = settings.accepted_data.as_deref();
        let member = job.actor().member()?;
        self.expect_sound_data(&member, dataset, accepted).await?;
        self.refresh_use_cases().await?;
        let definition = self.definition(&dataset.use_case)?;
        let run = runs::Run {
            run_id: store::new_id(),
            parent_id: None,
            use_case: dataset.use_case.clone(),
            name: given.as_ref().map_or_else(
                || format!("training of {}", dataset.as_of),
                |given| format!("{} of another run", given.calibrated.trial.candidate.name()),
            ),
            status: RunStatus::Running,
            author: job.actor().name().clone(),
            dataset_id: Some(dataset.dataset_id.clone()),
            seed: settings.seed as i64,
            code_version: self.code.to_string(),
            message: String::new(),
            started_at: store::now(),
            ended_at: None,
        };
        let mut transaction = self.store.begin().await?;
        let number = self
            .record_definition(&mut transaction, job.actor().name(), &definition)
            .await?;
        runs::insert(&mut transaction, &run).await?;
        jobs::set_run(&mut transaction, job.id(), &run.run_id).await?;
        transaction.commit().await?;
        self.refresh_use_cases().await?;
        let outcome = self
            .train_as(
                job,
                &run,
                dataset,
                &settings,
                (&definition.use_case, number),
                given,
            )
            .await;
        if let Err(error) = &outcome {
            self.fail_run(&run.run_id, error).await;
        }
        outcome
    }

    /// Ends a run whose work ended with an error.
    pub(crate) async fn fail_run(&self, run_id: &RunId, error: &Error) {
        let status = if matches!(error, Error::Canceled(_)) {
            RunStatus::Canceled
        } else {
            RunStatus::Failed
        };
        let end = async {
            let mut transaction = self.store.begin_patiently().await?;
            runs::finish(&mut transaction, run_id, status, &error.to_string()).await?;
            transaction.commit().await
        };
        if let Err(error) = end.await {
            tracing::error!(
                error = crate::causes(&error),
                "the end of a run could not be written"
            );
        }
    }

    async fn train_as(
        &self,
        job: &Arc<JobHandle>,
        run: &runs::Run,
        dataset: &datasets::Dataset,
        settings: &ValidSettings,
        definition: (&Arc<UseCase>, u32),
        given: Option<GivenCandidate>,
    ) -> Result<TrainOutcome> {
        let from = given.as_ref().map(|given| given.run.clone());
        self.record_policy(&run.run_id, &self.gate_policy(&run.use_case)?)
            .await?;
        match self
            .fit_and_judge(job, dataset, settings, definition.0, given)
            .await?
        {
            FitOutcome::Completed(fitted) => {
                let definition = (definition.1, from);
                self.record(job, run, dataset, settings, definition, *fitted)
                    .await
            }
            FitOutcome::Stopped(trials) => self.insert_trials(run, &trials).await,
        }
    }

    async fn fit_and_judge(
        &self,
        job: &Arc<JobHandle>,
        dataset: &datasets::Dataset,
        settings: &ValidSettings,
        use_case: &Arc<UseCase>,
        given: Option<GivenCandidate>,
    ) -> Result<FitOutcome> {
        let use_case = Arc::clone(use_case);
        let people = self.people_for(dataset, Under::InForce(&use_case)).await?;
        let champion = self.champion(dataset).await?;
        let policy = self.gate_policy(&use_case.id)?;
        let (settings, job) = (settings.clone(), Arc::clone(job));
        let rule = self.disclosure(&use_case.id);
        compute(move || {
            let (rows, known) = KnownRows::of(&people, &use_case)?;
            let known = known.with_hash(people.rows_hash()?);
            let outcome = match &given {
                None => training::train(&known, &use_case, &policy, &settings, &*job)?,
                Some(given) => {
                    let given = &given.calibrated;
                    training::train_given(&known, &use_case, &policy, &settings, given, &*job)?
                }
            };
            let mut trained = match outcome {
                TrainingOutcome::Stopped { trials } => return Ok(FitOutcome::Stopped(trials)),
                TrainingOutcome::Completed(trained) => *trained,
            };
            rows.restore_positions(&mut trained);
            let against_live = match &champion {
                Some(champion) => {
                    let cutoff = trained.judged.use_case.policies.cutoff;
                    let held_out = (
                        trained.holdout_rows.as_slice(),
                        trained.holdout_probabilities.as_slice(),
                        cutoff,
                    );
                    compare_with(champion, held_out, &people, settings.seed)?
                }
                None => Vec::new(),
            };
            let evidence = evidence(
                &trained,
                &policy,
                against_live,
                rows.used(&people, &trained),
                true,
            );
            let unseen = people.outcomes_of(&trained.holdout_rows)?;
            let shown = Arc::new(trained.judged.clone());
            let explanation = explanation::explain(
                &shown,
                &people.table.take(&trained.holdout_rows),
                &unseen,
                settings.seed,
            )?;
            let ordinals = use_case.ordinals();
            let profile = data_profile(
                &people.table,
                people.labels.as_deref(),
                &[],
                &ordinals,
                &GateLimits::default(),
            );
            let mut files = vec![
                (
                    "model.tenure",
                    "application/octet-stream",
                    trained.served.to_bytes()?,
                ),
                (EVIDENCE, JSON, to_json(&evidence)?),
                ("trials.json", JSON, to_json(&trained.trials)?),
                (CANDIDATES, JSON, to_json(&trained.calibrated)?),
                ("metrics.json", JSON, to_json(&Metrics::of(&evidence))?),
                ("settings.json", JSON, to_json(&settings)?),
                ("data_profile.json", JSON, to_json(&profile)?),
                (EXPLANATION, JSON, to_json(&explanation)?),
                (
                    HOLDOUT,
                    "text/csv; charset=utf-8",
                    holdout::file(
                        &use_case,
                        &people,
                        (&trained.holdout_rows, &trained.holdout_probabilities),
                        &unseen,
                    )?,
                ),
            ];
            files.extend(reports(
                &shown,
                &evidence,
                &explanation,
                &people.table.take(&trained.holdout_rows),
                rule,
            )?);
            files.extend(plots(&evidence));
            Ok(FitOutcome::Completed(Box::new(Fitted {
                trained: Arc::new(trained),
                evidence,
                explanation,
                files,
            })))
        })
        .await
    }

    /// What was tried before the stop: nested runs, and the list as a file.
    async fn insert_trials(&self, run: &runs::Run, trials: &[Trial]) -> Result<TrainOutcome> {
        let file = self
            .artifact("trials.json", JSON, to_json(&trials)?)
            .await?;
        let mut transaction = self.store.begin_patiently().await?;
        let details = runs::Details {
            artifacts: vec![file],
            ..runs::Details::default()
        };
        runs::insert_details(&mut transaction, &run.run_id, &details).await?;
        nested::insert(&mut transaction, run, (&[], &[]), trials).await?;
        transaction.commit().await?;
        Err(Error::Canceled(format!(
            "Training was stopped after {} trials, which are kept in run {}.",
            trials.len(),
            run.run_id
        )))
    }

    /// Stores a file and gives its row.
    pub(crate) async fn artifact(
        &self,
        name: &str,
        media_type: &str,
        bytes: Vec<u8>,
    ) -> Result<runs::Artifact> {
        let byte_count = bytes.len() as i64;
        let hash = self.store.put_artifact(bytes).await?;
        Ok(runs::Artifact {
            name: name.into(),
            hash,
            byte_count,
            media_type: media_type.into(),
        })
    }

    async fn record(
        &self,
        job: &JobHandle,
        run: &runs::Run,
        dataset: &datasets::Dataset,
        settings: &ValidSettings,
        (definition, from): (u32, Option<RunId>),
        Fitted {
            trained,
            evidence,
            explanation,
            files,
        }: Fitted,
    ) -> Result<TrainOutcome> {
        let author = job.actor().name();
        let policy = self.gate_policy(&run.use_case)?;
        let mut artifacts = Vec::new();
        for (name, media_type, bytes) in files {
            artifacts.push(self.artifact(name, media_type, bytes).await?);
        }
        let candidate = trained.chosen.candidate.name().to_owned();
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
            note: blocking_gates(&policy, &evidence.gates),
            created_at: store::now(),
            description: String::new(),
        };
        let mut parameters: Vec<(String, String)> = trained.chosen.parameters.describe();
        parameters.push(("candidate".into(), candidate));
        parameters.push(("trials".into(), trained.trials.len().to_string()));
        parameters.extend(described(settings));
        let details = runs::Details {
            parameters,
            metrics: metrics("", &evidence.holdout.report)
                .chain(metrics("cv_", &evidence.cross_validated.report))
                .collect(),
            tags: [
                ("data".to_owned(), dataset.name.clone()),
                ("definition".to_owned(), definition.to_string()),
            ]
            .into_iter()
            .chain(evidence.rows_used.tags())
            .chain(from.map(|run| ("registered_from".to_owned(), run.to_string())))
            .chain(environment(settings))
            .collect(),
            stages: trained.stages.iter().map(stage_time).collect(),
            artifacts,
        };
        let built_from = self.built_from(dataset).await?;
        let mut transaction = self.begin_for(job).await?;
        runs::insert_details(&mut transaction, &run.run_id, &details).await?;
        let results = (trained.candidates.as_slice(), trained.on_holdout.as_slice());
        nested::insert(&mut transaction, run, results, &trained.trials).await?;
        runs::finish(&mut transaction, &run.run_id, RunStatus::Finished, "").await?;
        version.version = registry::insert(&mut transaction, &version).await?;
        let card = card::card(&card::Sources {
            version: &version,
            stage: version.stage.as_str(),
            model: &trained.served.model,
            evidence: &evidence,
            dataset,
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
        let card = self
            .artifact(
                "model_card_at_training.md",
                "text/markdown; charset=utf-8",
                card.markdown().into_bytes(),
            )
            .await?;
        let card = runs::Details {
            artifacts: vec![card],
            ..runs::Details::default()
        };
        runs::insert_details(&mut transaction, &run.run_id, &card).await?;
        let event = AuditEvent::ModelTrain {
            run: run.run_id.clone(),
            data: dataset.hash.clone(),
            model: version.model_hash.clone(),
            candidate: version.candidate.clone(),
        };
        let subject = Subject::Model(version.use_case.clone(), version.version);
        let row = audit::Row::Version(&version.use_case, version.version);
        audit::append_with_rows(&mut transaction, author, &subject, &event, &[row]).await?;
        transaction.commit().await?;
        Ok(TrainOutcome {
            run_id: run.run_id.clone(),
            version,
            evidence,
            trained,
        })
    }
}

pub(crate) fn training_job(dataset: &datasets::Dataset) -> NewJob {
    NewJob {
        use_case: dataset.use_case.to_string(),
        kind: JobKind::Training,
        title: format!("Training on {}", dataset.name),
    }
}

/// A dataset that models may learn from, in use.
pub(crate) fn expect_for_training(dataset: &datasets::Dataset) -> Result<()> {
    if dataset.positives.is_none() {
        return Err(no_outcomes());
    }
    let (name, use_case) = (&dataset.name, &dataset.use_case);
    if !dataset.purpose.is_for_training() {
        return Err(Error::Invalid(format!(
            "{name} is for scoring only. To train on it, import it with `tenure data import FILE --use-case {use_case} --for training`."
        )));
    }
    match &dataset.withdrawn_because {
        Some(reason) => Err(Error::conflict(
            RefusalCode::Withdrawn,
            format!("{name} was withdrawn: {}.", reason.trim_end_matches('.')),
        )),
        None => Ok(()),
    }
}

/// Why a version is not in Staging; empty when it is.
pub(crate) fn blocking_gates(policy: &ValidGatePolicy, gates: &GateReport) -> String {
    let titles: Vec<&str> = policy
        .block_staging(gates)
        .map(|result| result.title.as_str())
        .collect();
    if titles.is_empty() {
        return String::new();
    }
    format!(
        "Blocking gates of the policy {}: {}.",
        gates.policy,
        titles.join("; ")
    )
}
