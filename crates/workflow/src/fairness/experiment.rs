//! "What if the model did without it": a comparison run made from a version, with the paired effect
//! on accuracy and fairness.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::datasets::Under;
use crate::fairness::{Effect, ExperimentChoice, ExperimentRow};
use domain::{AuditEvent, JobId, JobKind, RunStatus, Subject, VersionNumber};
use model::{Model, UseCase};
use stats::Metric;
use stats::comparison::compare;
use stats::fairness::FairnessPolicy;
use stats::paired_fairness::compare_fairness;
use store::fairness as store_fairness;
use store::{audit, registry, runs};
use training::groups::groups;
use training::proxies::Proxy;
use training::{Candidate, Settings, Trained, TrainingOutcome, Trial, ValidSettings};

use crate::Evidence;
use crate::runs::artifacts::EVIDENCE;
use crate::runs::evidence;
use crate::runs::recording::{self, JSON, to_json};
use crate::training::commands::expect_for_training;
use crate::training::known::KnownRows;
use crate::{
    Admin, Error, JobHandle, NewJob, Observer, Result, StoredPeople, Tenure, error::compute,
};

/// What the comparison run does differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Experiment {
    /// Leaves a field out, and what is derived from it.
    Drop(String),
    /// Leaves out the fields that predict a protected attribute best.
    DropProxies(String),
    /// Weighs rows so that groups of the attribute and outcome are independent (Kamiran and Calders
    /// 2012).
    Reweigh(String),
}

/// A field is a proxy worth leaving out when it carries at least this share of the prediction of
/// the group.
const PROXY_SHARE: f64 = 0.1;
/// Name of the run's file with the effect.
const EFFECT: &str = "effect.json";
/// Metrics whose paired effect is kept.
const METRICS: [Metric; 7] = [
    Metric::RocAuc,
    Metric::AveragePrecision,
    Metric::Brier,
    Metric::EceQuantile,
    Metric::Precision,
    Metric::Recall,
    Metric::F1,
];

/// A comparison run that is about to be made.
struct Plan {
    version: registry::Version,
    title: String,
    settings: ValidSettings,
    base: Evidence,
    base_trials: u32,
}

struct Outcome {
    trained: Trained,
    evidence: Evidence,
    effect: Effect,
}

impl Tenure {
    /// Starts an experiment in the background and gives the job's id. `trials` is that of the
    /// version when none is given.
    ///
    /// # Errors
    /// When there is no such version, or the experiment would change nothing.
    pub async fn start_experiment(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
        number: VersionNumber,
        experiment: &Experiment,
        trials: Option<usize>,
    ) -> Result<JobId> {
        let plan = self.plan(use_case, number, experiment, trials).await?;
        self.start_job(admin, job(&plan), async move |tenure, job| {
            let run = tenure.carry_out_experiment(&job, plan).await?.run;
            job.made(domain::Route::Run { run: (&run).into() }.path());
            Ok(())
        })
        .await
    }

    /// Makes an experiment and waits for it.
    ///
    /// # Errors
    /// When there is no such version, the experiment would change nothing, or `observer` says stop.
    pub async fn experiment(
        &self,
        admin: &Admin<'_>,
        use_case: &str,
        number: VersionNumber,
        experiment: &Experiment,
        trials: Option<usize>,
        observer: Observer,
    ) -> Result<ExperimentRow> {
        let plan = self.plan(use_case, number, experiment, trials).await?;
        let new = job(&plan);
        self.run_job(admin.actor(), new, Some(observer), async |tenure, job| {
            tenure.carry_out_experiment(&job, plan).await
        })
        .await
    }

    /// The experiments that were made from a version, newest first.
    pub(crate) async fn experiments_of(
        &self,
        version: &registry::Version,
    ) -> Result<Vec<ExperimentRow>> {
        let all = store_fairness::experiments(
            &mut self.store.read().await?,
            &version.use_case,
            version.version,
        )
        .await?;
        let mut rows = Vec::new();
        for own in all {
            let effect = serde_json::from_slice(&self.store.artifact(&own.effect_hash).await?)
                .map_err(store::Error::from)?;
            rows.push(ExperimentRow {
                run: own.run_id.into_string(),
                title: own.title,
                by: own.created_by.into_string(),
                at: own.created_at,
                effect,
            });
        }
        Ok(rows)
    }

    async fn plan(
        &self,
        use_case: &str,
        number: VersionNumber,
        experiment: &Experiment,
        trials: Option<usize>,
    ) -> Result<Plan> {
        let definition = self.use_case(use_case)?;
        let version = self.version(use_case, number).await?;
        let base = self.evidence(&version.run_id).await?;
        let mut settings: Settings = self.json_of_run(&version.run_id, "settings.json").await?;
        let model = self.model_file(&version).await?.1.model;
        let title = apply(
            experiment,
            &definition,
            &model,
            &base.proxies,
            &mut settings,
        )?;
        // What is asked is the effect of the change, not of choosing among candidates anew: the
        // candidate stays, with as many trials as it had. A blend is made of all of them, so there
        // the search stays whole.
        let mut base_trials = settings.trials;
        if let Some(candidate) = Candidate::from_name(&version.candidate)
            .filter(|candidate| *candidate != Candidate::Blend)
        {
            let searched: Vec<Trial> = self.json_of_run(&version.run_id, "trials.json").await?;
            base_trials = searched
                .iter()
                .filter(|trial| trial.candidate == candidate)
                .count()
                .max(1);
            settings.candidates = vec![candidate];
        }
        settings.trials = trials.unwrap_or(base_trials);
        let settings = settings.check().map_err(Error::Fields)?;
        Ok(Plan {
            version,
            title,
            settings,
            base: base.as_ref().clone(),
            base_trials: base_trials as u32,
        })
    }

    async fn carry_out_experiment(
        &self,
        job: &Arc<JobHandle>,
        plan: Plan,
    ) -> Result<ExperimentRow> {
        let dataset = self.dataset(&plan.version.dataset_id).await?;
        expect_for_training(&dataset)?;
        let run = runs::Run {
            run_id: store::new_id(),
            parent_id: None,
            use_case: plan.version.use_case.clone(),
            name: format!(
                "experiment: version {} {}",
                plan.version.version, plan.title
            ),
            status: RunStatus::Running,
            author: job.actor().name().clone(),
            dataset_id: Some(dataset.dataset_id.clone()),
            seed: plan.settings.seed as i64,
            code_version: self.code.to_string(),
            message: String::new(),
            started_at: store::now(),
            ended_at: None,
        };
        let mut transaction = self.store.begin().await?;
        runs::insert(&mut transaction, &run).await?;
        store::jobs::set_run(&mut transaction, job.id(), &run.run_id).await?;
        transaction.commit().await?;
        let made = async {
            let use_case = self.use_case(&run.use_case)?;
            let people = self.people_for(&dataset, Under::InForce(&use_case)).await?;
            let gates = self.gate_policy(&run.use_case)?;
            let handle = Arc::clone(job);
            let plan = Arc::new(plan);
            let own = Arc::clone(&plan);
            let outcome = compute(move || {
                let (rows, known) = KnownRows::of(&people, &use_case)?;
                let known = known.with_hash(people.rows_hash()?);
                let mut trained =
                    match training::train(&known, &use_case, &gates, &own.settings, &*handle)? {
                        TrainingOutcome::Completed(trained) => *trained,
                        TrainingOutcome::Stopped { trials } => {
                            return Err(Error::Canceled(format!(
                                "The experiment was stopped after {} trials.",
                                trials.len()
                            )));
                        }
                    };
                rows.restore_positions(&mut trained);
                let evidence = evidence::evidence(
                    &trained,
                    &gates,
                    Vec::new(),
                    rows.used(&people, &trained),
                    false,
                );
                let effect = effect(&use_case, &people, &own, &evidence)?;
                Ok(Outcome {
                    trained,
                    evidence,
                    effect,
                })
            })
            .await?;
            self.record_experiment(job, &run, &dataset.name, &plan, outcome)
                .await
        };
        let made = made.await;
        if let Err(error) = &made {
            self.fail_run(&run.run_id, error).await;
        }
        made
    }

    async fn record_experiment(
        &self,
        job: &JobHandle,
        run: &runs::Run,
        data: &str,
        plan: &Plan,
        outcome: Outcome,
    ) -> Result<ExperimentRow> {
        let Outcome {
            trained,
            evidence,
            effect,
        } = outcome;
        let mut artifacts = Vec::new();
        for (name, bytes) in [
            (EVIDENCE, to_json(&evidence)?),
            ("settings.json", to_json(&plan.settings)?),
            ("trials.json", to_json(&trained.trials)?),
            (EFFECT, to_json(&effect)?),
        ] {
            artifacts.push(self.artifact(name, JSON, bytes).await?);
        }
        let effect_hash = artifacts
            .last()
            .map(|file| file.hash.clone())
            .unwrap_or_default();
        let mut parameters = trained.chosen.parameters.describe();
        parameters.push((
            "candidate".into(),
            trained.chosen.candidate.name().to_owned(),
        ));
        parameters.extend(recording::described(&plan.settings));
        let mut tags = vec![
            ("kind".to_owned(), "experiment".to_owned()),
            ("version".to_owned(), plan.version.version.to_string()),
            ("data".to_owned(), data.to_owned()),
        ];
        tags.extend(recording::environment(&plan.settings));
        let held_out = recording::metrics("", &evidence.holdout.report);
        let details = runs::Details {
            parameters,
            metrics: held_out
                .chain(recording::metrics("cv_", &evidence.cross_validated.report))
                .collect(),
            tags,
            stages: trained.stages.iter().map(recording::stage_time).collect(),
            artifacts,
        };
        let own = store_fairness::Experiment {
            run_id: run.run_id.clone(),
            use_case: run.use_case.clone(),
            version: plan.version.version,
            title: plan.title.clone(),
            effect_hash,
            created_by: run.author.clone(),
            created_at: store::now(),
        };
        let mut transaction = self.begin_for(job).await?;
        runs::insert_details(&mut transaction, &run.run_id, &details).await?;
        runs::finish(&mut transaction, &run.run_id, RunStatus::Finished, "").await?;
        store_fairness::add_experiment(&mut transaction, &own).await?;
        let event = AuditEvent::ModelExperiment {
            run: own.run_id.clone(),
            experiment: own.title.clone(),
        };
        let subject = Subject::Model(own.use_case.clone(), own.version);
        audit::append(&mut transaction, &own.created_by, &subject, &event).await?;
        transaction.commit().await?;
        Ok(ExperimentRow {
            run: own.run_id.into_string(),
            title: own.title,
            by: own.created_by.into_string(),
            at: own.created_at,
            effect,
        })
    }
}

fn job(plan: &Plan) -> NewJob {
    let title = format!(
        "Experiment: version {} {}",
        plan.version.version, plan.title
    );
    NewJob {
        use_case: plan.version.use_case.to_string(),
        kind: JobKind::Experiment,
        title,
    }
}

/// What may be asked of a version, by audited attribute.
pub(crate) fn choices(
    use_case: &UseCase,
    model: &Model,
    proxies: &[Proxy],
) -> Vec<ExperimentChoice> {
    let choice = |attribute: &String| ExperimentChoice {
        attribute: attribute.clone(),
        label: use_case.label(attribute),
        drop: sources(use_case, attribute)
            .into_iter()
            .filter(|field| is_input(model, field))
            .collect(),
        proxies: proxy_fields(attribute, proxies)
            .into_iter()
            .map(|field| use_case.label(&field))
            .collect(),
    };
    use_case.audited.iter().map(choice).collect()
}

/// The fields behind an attribute: itself, or those that it is derived from.
fn sources(use_case: &UseCase, attribute: &str) -> Vec<String> {
    let derived = use_case
        .derived
        .iter()
        .find(|derived| derived.name == attribute);
    derived.map_or_else(|| vec![attribute.to_owned()], |derived| derived.sources())
}

fn is_input(model: &Model, field: &str) -> bool {
    model.encoder.fields.iter().any(|own| own.name == field)
}

fn proxy_fields(attribute: &str, proxies: &[Proxy]) -> Vec<String> {
    let own = proxies
        .iter()
        .filter(|proxy| proxy.attribute == attribute)
        .flat_map(|proxy| &proxy.through);
    own.filter(|(_, share)| *share >= PROXY_SHARE)
        .map(|(field, _)| field.clone())
        .collect()
}

/// Changes the settings and says what was changed, for example "without Age".
fn apply(
    experiment: &Experiment,
    use_case: &UseCase,
    model: &Model,
    proxies: &[Proxy],
    settings: &mut Settings,
) -> Result<String> {
    let known = |name: &str| {
        let found = use_case.field(name).is_some()
            || use_case.derived.iter().any(|derived| derived.name == name);
        if found {
            Ok(())
        } else {
            Err(Error::Invalid(format!("The use case has no field {name}.")))
        }
    };
    match experiment {
        Experiment::Drop(name) => {
            known(name)?;
            let dropped: Vec<String> = sources(use_case, name)
                .into_iter()
                .filter(|field| is_input(model, field))
                .collect();
            if dropped.is_empty() {
                return Err(Error::Invalid(format!(
                    "{} is not an input of this version, so it cannot be excluded. Use a version trained with --include-protected.",
                    use_case.label(name)
                )));
            }
            let title = format!("without {}", labels(use_case, &dropped));
            exclude(use_case, dropped, settings);
            Ok(title)
        }
        Experiment::DropProxies(attribute) => {
            known(attribute)?;
            let fields = proxy_fields(attribute, proxies);
            if fields.is_empty() {
                return Err(Error::Invalid(format!(
                    "{} has no clear proxy: no input contributes 10% or more to predicting it.",
                    use_case.label(attribute)
                )));
            }
            let title = format!(
                "without the proxies of {}: {}",
                use_case.label(attribute).to_lowercase(),
                labels(use_case, &fields)
            );
            exclude(use_case, fields, settings);
            Ok(title)
        }
        Experiment::Reweigh(attribute) => {
            known(attribute)?;
            if settings.reweigh.as_deref() == Some(attribute) {
                return Err(Error::Invalid(format!(
                    "This version is already reweighed by {}.",
                    use_case.label(attribute)
                )));
            }
            settings.reweigh = Some(attribute.clone());
            Ok(format!(
                "reweighed by {}",
                use_case.label(attribute).to_lowercase()
            ))
        }
    }
}

fn labels(use_case: &UseCase, fields: &[String]) -> String {
    fields
        .iter()
        .map(|field| use_case.label(field))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Leaves out the fields and everything that is derived from them.
fn exclude(use_case: &UseCase, fields: Vec<String>, settings: &mut Settings) {
    let derived = use_case.derived.iter().filter(|derived| {
        derived
            .sources()
            .iter()
            .any(|source| fields.contains(source))
    });
    settings.exclude.extend(
        derived
            .map(|derived| derived.name.clone())
            .collect::<Vec<_>>(),
    );
    settings.exclude.extend(fields);
    settings.exclude.sort_unstable();
    settings.exclude.dedup();
}

/// Both models' out-of-fold scores of the same people, side by side.
fn effect(
    use_case: &UseCase,
    people: &StoredPeople,
    plan: &Plan,
    evidence: &Evidence,
) -> Result<Effect> {
    let scores = |evidence: &Evidence| -> BTreeMap<u32, f64> {
        evidence
            .training_rows
            .iter()
            .zip(&evidence.out_of_fold)
            .filter_map(|(row, score)| Some((*row, (*score)?)))
            .collect()
    };
    let (before, after) = (scores(&plan.base), scores(evidence));
    let rows: Vec<usize> = before
        .keys()
        .filter(|row| after.contains_key(row))
        .map(|row| *row as usize)
        .collect();
    let pick = |from: &BTreeMap<u32, f64>| {
        rows.iter()
            .filter_map(|row| from.get(&(*row as u32)).copied())
            .collect::<Vec<f64>>()
    };
    let (before, after) = (pick(&before), pick(&after));
    let truth = people.outcomes_of(&rows)?;
    let (cutoff, seed) = (use_case.policies.cutoff, plan.settings.seed);
    let metrics = compare(&truth, &before, &after, [cutoff, cutoff], seed)?;
    let decide = |scores: &[f64]| {
        scores
            .iter()
            .map(|score| *score >= cutoff)
            .collect::<Vec<bool>>()
    };
    let (decided, anew) = (decide(&before), decide(&after));
    let table = people.table.take(&rows);
    let policy = FairnessPolicy::default();
    let mut fairness = BTreeMap::new();
    for attribute in &use_case.audited {
        if let Some(groups) = groups(&table, use_case, attribute) {
            fairness.insert(
                attribute.clone(),
                compare_fairness(&truth, [&decided, &anew], &groups, &policy, seed)?,
            );
        }
    }
    Ok(Effect {
        rows: rows.len() as u32,
        cutoff,
        trials: [plan.settings.trials as u32, plan.base_trials],
        metrics: metrics
            .into_iter()
            .filter(|own| METRICS.contains(&own.metric))
            .collect(),
        fairness,
    })
}
