//! An entry explained again, exactly as it was: by the same version on the same values.

use domain::{PredictionId, Stage};
use serde::Serialize;
use store::prediction_log::{Answer, Input};
use store::registry;

use super::queries::PredictionView;
use super::write::answer;
use crate::scoring::predict_again;
use crate::{Analyst, Result, Tenure, error::compute};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Again {
    /// The same version gives the same numbers, to the bit. `note`: what is to be known of the
    /// version now.
    Same {
        answer: Answer,
        note: Option<String>,
    },
    /// It gives others: the installation computes otherwise than it did.
    Different { answer: Answer },
    /// It cannot be told, and why.
    NotPossible { why: String },
}

impl Tenure {
    /// Opens an entry (see [`Tenure::prediction`]) and explains it again.
    ///
    /// # Errors
    /// Those of [`Tenure::prediction`]; when a file is damaged.
    pub async fn explain_prediction(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        id: &PredictionId,
        record: Option<usize>,
        why: &str,
    ) -> Result<(PredictionView, Again)> {
        let view = self.prediction(analyst, use_case, id, record, why).await?;
        let again = self.again(&view).await?;
        Ok((view, again))
    }

    async fn again(&self, view: &PredictionView) -> Result<Again> {
        let entry = &view.entry;
        let (input, logged) = match &view.record {
            Some((_, line)) => (line.input.clone(), Some(line.answer.clone())),
            None => (entry.input.clone(), entry.answer.clone()),
        };
        let not = |why: String| Ok(Again::NotPossible { why });
        let Some(logged) = logged else {
            return not("The entry holds no answer.".into());
        };
        let record = match input {
            Some(Input::Full(record)) => record,
            Some(Input::Hashed(_)) => {
                return not("Only a hash of the values was kept, as the policy said then.".into());
            }
            None => return not("No values were kept, as the policy said then.".into()),
        };
        let mut reader = self.store.read().await?;
        let version = registry::find(&mut reader, &entry.use_case, entry.version).await?;
        drop(reader);
        let Some(version) = version else {
            return not(format!(
                "Version {} is no longer in the registry.",
                entry.version
            ));
        };
        if version.model_hash != entry.model {
            return not(format!(
                "The model file of version {} is not the one that scored.",
                entry.version
            ));
        }
        let note = match version.stage {
            Stage::Production => None,
            stage @ (Stage::None | Stage::Staging | Stage::Archived) => Some(format!(
                "Version {} does not serve now: it is in the stage {stage}.",
                entry.version
            )),
        };
        let scorer = self.scorer_of(&version).await?;
        let (day, reasons, number) = (entry.as_of, entry.reasons_asked, entry.version);
        let fold = logged.fold;
        let basis = logged.basis;
        let made =
            compute(move || predict_again(&scorer, number, &record, fold, basis, day, reasons));
        let made = answer(&made.await?);
        Ok(if same(&made, &logged) {
            Again::Same { answer: made, note }
        } else {
            Again::Different { answer: made }
        })
    }
}

/// Equal to the bit.
fn same(one: &Answer, other: &Answer) -> bool {
    let bits = |answer: &Answer| {
        let interval = answer.interval.unwrap_or([f64::NAN; 2]);
        let mut bits: Vec<u64> = [answer.probability, interval[0], interval[1]]
            .iter()
            .map(|number| number.to_bits())
            .collect();
        bits.extend(answer.reasons.iter().map(|reason| reason.points.to_bits()));
        bits
    };
    one == other && bits(one) == bits(other)
}
