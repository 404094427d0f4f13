//! A training from a form: from texts to settings, and its start.

use domain::{FieldProblem, JobId, ProblemCode, RefusalCode};
use training::{Candidate, SelectionMetric, Settings, ValidSettings};

use crate::{Admin, Error, Result, Tenure};

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
    /// Why data is learned from although its feed looks suspect; mostly empty.
    pub accepted_data: String,
}

impl TrainingForm {
    /// The settings that it asks for.
    ///
    /// # Errors
    /// A sentence for each invalid field.
    pub fn settings(&self) -> std::result::Result<ValidSettings, Vec<FieldProblem>> {
        let mut problems = Vec::new();
        let mut whole = |field: &str, text: &str, most: u64, least: u64| {
            let number = text
                .trim()
                .parse::<u64>()
                .ok()
                .filter(|number| (least..=most).contains(number));
            number.unwrap_or_else(|| {
                let message = format!("Enter a whole number from {least} to {most}.");
                problems.push(FieldProblem::new(field, ProblemCode::OutOfRange, message));
                least
            })
        };
        let trials = whole("trials", &self.trials, 5000, 1);
        let seed = whole("seed", &self.seed, u64::from(u32::MAX), 0);
        let minutes = if self.minutes.trim().is_empty() {
            None
        } else {
            Some(whole("minutes", &self.minutes, 24 * 60, 1))
        };
        let candidates: Vec<Candidate> = self
            .candidates
            .iter()
            .filter_map(|name| Candidate::from_name(name))
            .collect();
        let metric = serde_json::from_value::<SelectionMetric>(serde_json::Value::String(
            self.metric.clone(),
        ));
        let metric = metric.unwrap_or_else(|_| {
            problems.push(FieldProblem::new(
                "metric",
                ProblemCode::UnknownValue,
                "Choose one of the metrics.",
            ));
            SelectionMetric::default()
        });
        let settings = Settings {
            trials: trials as usize,
            timeout_seconds: minutes.map(|minutes| minutes as f64 * 60.0),
            candidates,
            metric,
            seed,
            include_protected: self.include_protected.then_some(true),
            accepted_data: Some(self.accepted_data.trim().to_owned())
                .filter(|reason| !reason.is_empty()),
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
    /// Starts the training that a form asks for and gives the job's id.
    ///
    /// # Errors
    /// [`Error::Fields`] with the problems of the form; or when it could not be started.
    pub async fn start_training_form(
        &self,
        admin: &Admin<'_>,
        form: &TrainingForm,
    ) -> Result<JobId> {
        let dataset = self.find_dataset(&admin.member(), &form.dataset).await;
        let dataset = dataset
            .ok()
            .filter(|dataset| *dataset.use_case == *form.use_case && !form.dataset.is_empty());
        match (form.settings(), dataset) {
            (Ok(settings), Some(dataset)) => {
                let accepted = settings.accepted_data.as_deref();
                self.expect_sound_data(&admin.member(), &dataset, accepted)
                    .await
                    .map_err(|error| match error.code() {
                        Some(RefusalCode::CheckFeed) => Error::field(
                            "accepted_data",
                            ProblemCode::NotAllowed,
                            error.to_string(),
                        ),
                        _ => error,
                    })?;
                match self.start_training(admin, dataset, settings).await {
                    Err(Error::Invalid(message)) => {
                        Err(Error::field("dataset", ProblemCode::NotAllowed, message))
                    }
                    started => started,
                }
            }
            (settings, dataset) => {
                let mut problems = settings.err().unwrap_or_default();
                if dataset.is_none() {
                    problems.push(FieldProblem::required(
                        "dataset",
                        "Choose one of the datasets.",
                    ));
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
            candidates: vec![
                "blend".into(),
                "random_forest".into(),
                "logistic_regression_l2".into(),
            ],
            ..TrainingForm::default()
        }
    }

    fn fields(form: &TrainingForm) -> Vec<String> {
        form.settings()
            .unwrap_err()
            .into_iter()
            .map(|problem| problem.field)
            .collect()
    }

    #[test]
    fn a_form_becomes_settings_or_sentences_by_field() {
        let settings = form().settings().unwrap();
        assert_eq!(
            (
                settings.trials,
                settings.seed,
                settings.candidates.len(),
                settings.timeout_seconds
            ),
            (20, 7, 3, None)
        );
        assert_eq!(settings.include_protected, None, "the use case decides");
        assert_eq!(
            TrainingForm {
                minutes: "2".into(),
                ..form()
            }
            .settings()
            .unwrap()
            .timeout_seconds,
            Some(120.0)
        );
        let wrong = TrainingForm {
            trials: "0".into(),
            seed: "x".into(),
            metric: "luck".into(),
            minutes: "-1".into(),
            ..form()
        };
        assert_eq!(fields(&wrong), ["trials", "seed", "minutes", "metric"]);
        let nothing = TrainingForm {
            candidates: vec!["linfa_tree".into()],
            ..form()
        };
        assert_eq!(fields(&nothing), ["candidates"]);
    }
}
