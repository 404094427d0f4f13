//! Any candidate of a training can become a version: the same rows, settings and gates, without a
//! search.

use domain::{JobId, RefusalCode, RunId};
use store::{datasets, registry};
use training::select::CalibratedTrial;
use training::{Settings, ValidSettings};

use super::commands::{expect_for_training, training_job};
use super::given::GivenCandidate;
use crate::jobs::Requested;
use crate::runs::artifacts::{CANDIDATES, SETTINGS};
use crate::{Admin, Error, Observer, Result, Tenure, TrainOutcome};

/// What a registration starts from.
struct Registration {
    dataset: datasets::Dataset,
    settings: ValidSettings,
    given: GivenCandidate,
}

impl Tenure {
    /// Makes a version of a candidate of a run, and waits for it: fitted, judged and held against
    /// the gates as the chosen one was.
    ///
    /// # Errors
    /// When the run has no such candidate, it is a version already, or data or use case have changed
    /// since.
    pub async fn register_candidate(
        &self,
        admin: &Admin<'_>,
        run: &str,
        candidate: &str,
        observer: Observer,
    ) -> Result<TrainOutcome> {
        let Registration {
            dataset,
            settings,
            given,
        } = self.registration(run, candidate).await?;
        let new = training_job(&dataset);
        self.run_job(admin.actor(), new, Some(observer), async |tenure, job| {
            tenure
                .train_with(&job, &dataset, settings, Some(given))
                .await
        })
        .await
    }

    /// Starts the same in the background and gives the job's id.
    ///
    /// # Errors
    /// As for [`Tenure::register_candidate`], but for what the work itself finds.
    pub async fn start_registration(
        &self,
        admin: &Admin<'_>,
        run: &str,
        candidate: &str,
    ) -> Result<JobId> {
        let Registration {
            dataset,
            settings,
            given,
        } = self.registration(run, candidate).await?;
        let requested = Requested {
            dataset: dataset.dataset_id.clone(),
            settings,
            given: Some((given.run, candidate.to_owned())),
        };
        self.start_requested(admin, training_job(&dataset), requested)
            .await
    }

    async fn registration(&self, run: &str, candidate: &str) -> Result<Registration> {
        self.refresh_use_cases().await?;
        let run = self.find_run(run).await?;
        let given = self.given_candidate(&run.run_id, candidate).await?;
        let version = registry::of_run(&mut self.store.read().await?, &run.run_id).await?;
        let settings: Settings = self.json_of_run(&run.run_id, SETTINGS).await?;
        let settings = settings.check().map_err(Error::Fields)?;
        let Some((version, dataset)) = version.zip(run.dataset_id) else {
            return Err(Error::Invalid(
                "This run made no version, so its candidates cannot become one. Train again."
                    .into(),
            ));
        };
        if version.candidate == candidate {
            return Err(Error::conflict(
                RefusalCode::AlreadyDecided,
                format!(
                    "{candidate} of this run is version {} already.",
                    version.version
                ),
            ));
        }
        let dataset = self.dataset(&dataset).await?;
        expect_for_training(&dataset)?;
        // Rows and folds are those of the run only under the same definition.
        let now = settings.applied_to(&*self.use_case(&run.use_case)?);
        if self.version_file(&version).await?.model.use_case != now {
            return Err(Error::conflict(
                RefusalCode::OtherDefinition,
                "The use case has changed since this run, so its candidates would be judged by other rows. Train again.".to_owned(),
            ));
        }
        Ok(Registration {
            dataset,
            settings,
            given,
        })
    }

    /// A candidate of a run with its best trial.
    pub(crate) async fn given_candidate(
        &self,
        run: &RunId,
        candidate: &str,
    ) -> Result<GivenCandidate> {
        let candidates: Vec<CalibratedTrial> = match self.json_of_run(run, CANDIDATES).await {
            Ok(candidates) => candidates,
            Err(Error::NotFound(_)) => {
                return Err(Error::Invalid(
                    "This run has kept no candidates. Give the run of a training, not one of its nested runs; runs of earlier versions of \
                     Tenure have kept none."
                        .into(),
                ));
            }
            Err(error) => return Err(error),
        };
        let names: Vec<&str> = candidates
            .iter()
            .filter(|own| own.trial.candidate.may_be_chosen())
            .map(|own| own.trial.candidate.name())
            .collect();
        let names = names.join(", ");
        let found = candidates
            .into_iter()
            .find(|own| own.trial.candidate.name() == candidate);
        match found {
            None => Err(Error::Invalid(format!(
                "The run has no candidate “{candidate}”. It has: {names}."
            ))),
            Some(own) if !own.trial.candidate.may_be_chosen() => Err(Error::Invalid(format!(
                "{} is a baseline for comparison and cannot become a version. Choose one of: {names}.",
                own.trial.candidate.label()
            ))),
            Some(calibrated) => Ok(GivenCandidate {
                run: run.clone(),
                calibrated,
            }),
        }
    }
}
