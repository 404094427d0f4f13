//! What the form for a new training offers, and what to expect of it.

use domain::RefusalCode;
use store::datasets::Dataset;
use training::feasibility::Feasibility;
use training::{Candidate, Settings, ValidSettings};

use crate::datasets::Under;
use crate::training::known::KnownRows;
use crate::training::{GateForecast, TrainingChoices};
use crate::{Error, Member, Result, Tenure, error::compute};

/// From so many rows on, the quick look would keep the page waiting.
const QUICK_ROWS: i64 = 20_000;
/// Name and label of the metrics that a form offers.
const METRICS: [(&str, &str); 4] = [
    ("roc_auc", "ROC AUC"),
    ("average_precision", "Average precision"),
    ("log_loss", "Log loss"),
    ("brier", "Brier score"),
];

impl Tenure {
    /// The datasets in use that models may learn from, newest day first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn training_datasets(
        &self,
        member: &Member<'_>,
        use_case: &str,
    ) -> Result<Vec<Dataset>> {
        let all = self.datasets(member, Some(use_case)).await?;
        Ok(all.into_iter().filter(is_for_training).collect())
    }

    /// What a form for a training on `dataset` (the newest for training when empty) offers, and
    /// what to expect of it.
    ///
    /// # Errors
    /// When there is no such use case or dataset, or the store fails.
    pub async fn training_choices(
        &self,
        member: &Member<'_>,
        use_case: &str,
        dataset: &str,
    ) -> Result<TrainingChoices> {
        let use_case = self.use_case(use_case)?;
        let datasets = self.training_datasets(member, &use_case.id).await?;
        let chosen = datasets
            .iter()
            .find(|own| dataset.is_empty() || own.dataset_id.as_str() == dataset);
        let gate_forecast = match chosen {
            Some(dataset) => self.gate_forecast(dataset).await?,
            None => None,
        };
        let words = &use_case.words;
        let label = |dataset: &Dataset| {
            let events = dataset.positives.unwrap_or_default();
            let known = dataset
                .known_outcomes
                .filter(|known| *known < dataset.row_count);
            let known = known.map_or(String::new(), |known| {
                format!(" ({known} with a known outcome)")
            });
            format!(
                "{}: {} rows{known}, {events} {}, as of {}",
                dataset.name, dataset.row_count, words.event_many, dataset.as_of
            )
        };
        let defaults = Settings::default();
        Ok(TrainingChoices {
            datasets: datasets
                .iter()
                .map(|dataset| (dataset.dataset_id.to_string(), label(dataset)))
                .collect(),
            candidates: Candidate::ALL
                .iter()
                .map(|candidate| {
                    (
                        candidate.name().to_owned(),
                        candidate.label(),
                        candidate.may_be_chosen(),
                    )
                })
                .collect(),
            metrics: METRICS
                .map(|(name, label)| (name.to_owned(), label.to_owned()))
                .to_vec(),
            trials: defaults.trials as u32,
            seed: defaults.seed,
            protected: use_case
                .fields
                .iter()
                .filter(|field| field.role == model::Role::Protected && !use_case.include_protected)
                .map(|field| field.label.clone())
                .collect(),
            gate_policy: use_case.policies.gates.clone(),
            gate_forecast,
        })
    }

    /// How often a model of about the quality that this data allows would meet the gates; `None`
    /// where that would take long.
    async fn gate_forecast(&self, dataset: &Dataset) -> Result<Option<GateForecast>> {
        if dataset.row_count > QUICK_ROWS {
            return Ok(None);
        }
        let use_case = self.use_case(&dataset.use_case)?;
        let policy = self.gate_policy(&dataset.use_case)?;
        // That it does not fit the definition in force is said by the training itself.
        let people = match self.people_for(dataset, Under::InForce(&use_case)).await {
            Err(Error::Conflict {
                code: RefusalCode::OtherDefinition,
                ..
            }) => return Ok(None),
            people => people?,
        };
        compute(move || {
            // What cannot be trained is said by the training itself.
            let Ok((_, known)) = KnownRows::of(&people, &use_case) else {
                return Ok(None);
            };
            let found = training::gate_forecast::gate_forecast(
                &known,
                &use_case,
                &policy,
                &ValidSettings::default(),
            )
            .ok();
            Ok(found.map(
                |Feasibility {
                     passed,
                     resamples,
                     sentence,
                     ..
                 }| GateForecast {
                    passed,
                    resamples,
                    sentence,
                },
            ))
        })
        .await
    }
}

/// True for a dataset in use, with outcomes, that models may learn from.
pub(crate) fn is_for_training(dataset: &Dataset) -> bool {
    dataset.purpose.is_for_training()
        && dataset.positives.is_some()
        && dataset.withdrawn_at.is_none()
}
