//! A training from a form: what may be chosen, what to expect, and from texts to settings.

use domain::{FieldProblem, JobId, ProblemCode};
use store::datasets::Dataset;
use training::feasibility::Feasibility;
use training::{Candidate, SelectionMetric, Settings, ValidSettings};

use crate::training::commands::to_dataset;
use crate::training::{GateForecast, TrainingChoices};
use crate::{Admin, Error, Member, Result, Tenure, error::compute};

/// From so many rows on, the quick look would keep the page waiting.
const QUICK_ROWS: i64 = 20_000;
/// Name and label of the metrics that a form offers.
const METRICS: [(&str, &str); 4] =
    [("roc_auc", "ROC AUC"), ("average_precision", "Average precision"), ("log_loss", "Log loss"), ("brier", "Brier score")];

/// What a form says, as texts.
#[derive(Debug, Clone, Default)]
pub struct TrainingForm {
    pub use_case: String,
    pub dataset: String,
    pub trials: String,
    /// Minutes after which no further trial starts; empty: no limit.
    pub minutes: String,
    pub candidates: Vec<String>,
    pub metric: String,
    pub seed: String,
    pub include_protected: bool,
}

impl TrainingForm {
    /// The settings that it asks for.
    ///
    /// # Errors
    /// A sentence for each invalid field.
    pub fn settings(&self) -> std::result::Result<ValidSettings, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut whole = |field: &str, text: &str, most: u64, least: u64| {
            let number = text.trim().parse::<u64>().ok().filter(|number| (least..=most).contains(number));
            number.unwrap_or_else(|| {
                let message = format!("Enter a whole number from {least} to {most}.");
                problems.push(FieldProblem::new(field, ProblemCode::OutOfRange, message));
                least
            })
        };
        let trials = whole("trials", &self.trials, 5000, 1);
        let seed = whole("seed", &self.seed, u64::from(u32::MAX), 0);
        let minutes = if self.minutes.trim().is_empty() { None } else { Some(whole("minutes", &self.minutes, 24 * 60, 1)) };
        let candidates: Vec<Candidate> = self.candidates.iter().filter_map(|name| Candidate::from_name(name)).collect();
        let metric = serde_json::from_value::<SelectionMetric>(serde_json::Value::String(self.metric.clone()));
        let metric = metric.unwrap_or_else(|_| {
            problems.push(FieldProblem::new("metric", ProblemCode::UnknownValue, "Choose one of the metrics."));
            SelectionMetric::default()
        });
        let settings = Settings {
            trials: trials as usize,
            timeout_seconds: minutes.map(|minutes| minutes as f64 * 60.0),
            candidates,
            metric,
            seed,
            include_protected: self.include_protected.then_some(true),
            ..Settings::default()
        };
        match settings.check() {
            Ok(settings) if problems.is_empty() => Ok(settings),
            checked => {
                problems.extend(checked.err().unwrap_or_default());
                Err(problems)
            }
        }
    }
}

impl Tenure {
    /// What a form for a training on `dataset` (the newest with outcomes when empty) offers, and what to expect of it.
    ///
    /// # Errors
    /// When there is no such use case or dataset, or the store fails.
    pub async fn training_choices(&self, member: &Member<'_>, use_case: &str, dataset: &str) -> Result<TrainingChoices> {
        let use_case = self.use_case(use_case)?;
        let datasets: Vec<Dataset> =
            self.datasets(member, Some(&use_case.id)).await?.into_iter().filter(|dataset| dataset.positives.is_some()).collect();
        let chosen = datasets.iter().find(|own| dataset.is_empty() || own.dataset_id.as_str() == dataset);
        let gate_forecast = match chosen {
            Some(dataset) => self.gate_forecast(dataset).await?,
            None => None,
        };
        let words = &use_case.words;
        let label = |dataset: &Dataset| {
            let events = dataset.positives.unwrap_or_default();
            format!("{}: {} rows, {events} {}, as of {}", dataset.name, dataset.row_count, words.event_many, dataset.as_of)
        };
        let defaults = Settings::default();
        Ok(TrainingChoices {
            datasets: datasets.iter().map(|dataset| (dataset.dataset_id.to_string(), label(dataset))).collect(),
            candidates: Candidate::ALL
                .iter()
                .map(|candidate| (candidate.name().to_owned(), candidate.label().to_owned(), candidate.may_be_chosen()))
                .collect(),
            metrics: METRICS.map(|(name, label)| (name.to_owned(), label.to_owned())).to_vec(),
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

    /// How often a model of about the quality that this data allows would meet the gates; `None` where that would take long.
    async fn gate_forecast(&self, dataset: &Dataset) -> Result<Option<GateForecast>> {
        if dataset.row_count > QUICK_ROWS {
            return Ok(None);
        }
        let use_case = self.use_case(&dataset.use_case)?;
        let policy = self.gate_policy(&dataset.use_case)?;
        let people = self.people_of(dataset).await?;
        compute(move || {
            let Some(labels) = people.labels.clone() else { return Ok(None) };
            let rows = to_dataset(&people, labels)?;
            // What cannot be trained is said by the training itself.
            let found = training::gate_forecast::gate_forecast(&rows, &use_case, &policy, &ValidSettings::default()).ok();
            Ok(found.map(|Feasibility { passed, resamples, sentence, .. }| GateForecast { passed, resamples, sentence }))
        })
        .await
    }

    /// Starts the training that a form asks for and gives the job's id.
    ///
    /// # Errors
    /// [`Error::Fields`] with the problems of the form; or when it could not be started.
    pub async fn start_training_form(&self, admin: &Admin<'_>, form: &TrainingForm) -> Result<JobId> {
        let dataset = self.find_dataset(&admin.member(), &form.dataset).await;
        let dataset = dataset.ok().filter(|dataset| *dataset.use_case == *form.use_case && !form.dataset.is_empty());
        match (form.settings(), dataset) {
            (Ok(settings), Some(dataset)) => match self.start_training(admin, dataset, settings).await {
                Err(Error::Invalid(message)) => Err(Error::field("dataset", ProblemCode::NotAllowed, message)),
                started => started,
            },
            (settings, dataset) => {
                let mut problems = settings.err().unwrap_or_default();
                if dataset.is_none() {
                    problems.push(FieldProblem::required("dataset", "Choose one of the datasets."));
                }
                Err(Error::Fields(problems))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn form() -> TrainingForm {
        TrainingForm {
            trials: "20".into(),
            seed: "7".into(),
            metric: "log_loss".into(),
            candidates: vec!["blend".into(), "random_forest".into(), "logistic_regression_l2".into()],
            ..TrainingForm::default()
        }
    }

    fn fields(form: &TrainingForm) -> Vec<String> {
        form.settings().unwrap_err().into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_form_becomes_settings_or_sentences_by_field() {
        let settings = form().settings().unwrap();
        assert_eq!((settings.trials, settings.seed, settings.candidates.len(), settings.timeout_seconds), (20, 7, 3, None));
        assert_eq!(settings.include_protected, None, "the use case decides");
        assert_eq!(TrainingForm { minutes: "2".into(), ..form() }.settings().unwrap().timeout_seconds, Some(120.0));
        let wrong = TrainingForm { trials: "0".into(), seed: "x".into(), metric: "luck".into(), minutes: "-1".into(), ..form() };
        assert_eq!(fields(&wrong), ["trials", "seed", "minutes", "metric"]);
        let nothing = TrainingForm { candidates: vec!["linfa_tree".into()], ..form() };
        assert_eq!(fields(&nothing), ["candidates"]);
    }
}
