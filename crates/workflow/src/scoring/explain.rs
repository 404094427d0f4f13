//! One record explained in full, and what would have to change. The record has an entry in the prediction log.

use std::sync::Arc;

use domain::{Date, Reason, ScoreBasis, VersionNumber};
use model::Record;
use model::counterfactual::{Counterfactuals, counterfactuals};
use serde::Serialize;

use super::predict::{PredictOptions, PredictionRequest};
use super::records::{Expect, check_records, given_ids};
use crate::datasets::past_day;
use crate::registry::VersionScorer;
use crate::scoring::batch::reason;
use crate::{Analyst, Error, Result, Tenure, error::compute};

/// Thousand nodes of trees that a search looks at.
const EFFORT: u64 = 20_000;
/// Answers of a search, at most.
const ANSWERS: usize = 5;

/// A record with its score and the contribution of every input.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ExplainedRecord {
    pub probability: f64,
    /// Whether the model that scored had learned from the person.
    pub basis: ScoreBasis,
    pub band: String,
    pub horizon_days: Option<u32>,
    pub interval: Option<[f64; 2]>,
    pub model_version: VersionNumber,
    /// Where the explanation starts: the probability at the expected margin of the training rows.
    pub base_probability: f64,
    /// Every input, largest effect first; their points add up to the probability less the base.
    pub reasons: Vec<Reason>,
    /// In plain words.
    pub sentence: String,
}

/// The smallest changes that bring a record below a probability.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RecordCounterfactuals {
    pub model_version: VersionNumber,
    #[schema(value_type = Object)]
    pub counterfactuals: Counterfactuals,
    /// The result in a sentence.
    pub sentence: String,
}

/// Reasons in the entry of the prediction log.
const REASONS: usize = 3;

impl Tenure {
    /// Scores a record and explains it by all inputs.
    ///
    /// # Errors
    /// As [`Tenure::predict_records`].
    pub async fn explain_record(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        version: Option<VersionNumber>,
        record: Record,
        as_of: Option<Date>,
    ) -> Result<ExplainedRecord> {
        self.log_scoring(analyst, use_case, version, &record, as_of)
            .await?;
        let (version, scorer) = self.scorer(analyst, use_case, version).await?;
        let day = as_of.map_or_else(|| Ok(store::today()), past_day)?;
        compute(move || explained(version, &scorer, record, day)).await
    }

    /// The smallest changes of actionable fields that bring a record below `target`, or below its
    /// risk band where no target is given.
    ///
    /// # Errors
    /// As [`Tenure::predict_records`]; [`Error::Fields`] for a target that is no probability.
    pub async fn counterfactuals_of_record(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        version: Option<VersionNumber>,
        record: Record,
        as_of: Option<Date>,
        target: Option<f64>,
    ) -> Result<RecordCounterfactuals> {
        if target.is_some_and(|target| !(target > 0.0 && target < 1.0)) {
            return Err(Error::field(
                "target",
                domain::ProblemCode::OutOfRange,
                "Give a probability between 0 and 1.",
            ));
        }
        self.log_scoring(analyst, use_case, version, &record, as_of)
            .await?;
        let (version, scorer) = self.scorer(analyst, use_case, version).await?;
        let day = as_of.map_or_else(|| Ok(store::today()), past_day)?;
        let found = compute(move || changes(&scorer, record, day, target)).await?;
        Ok(RecordCounterfactuals {
            model_version: version,
            sentence: found.sentence(),
            counterfactuals: found,
        })
    }

    /// Scores the record, so that it has an entry in the prediction log: who asks why a person scores so has scored that person.
    async fn log_scoring(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        version: Option<VersionNumber>,
        record: &Record,
        as_of: Option<Date>,
    ) -> Result<()> {
        let request = PredictionRequest {
            use_case: use_case.to_owned(),
            version,
            records: vec![record.clone()],
            options: PredictOptions {
                reasons: REASONS,
                as_of,
            },
            ..PredictionRequest::default()
        };
        self.predict(analyst, request).await.map(drop)
    }
}

fn explained(
    version: VersionNumber,
    scorer: &Arc<VersionScorer>,
    record: Record,
    day: Date,
) -> Result<ExplainedRecord> {
    let records = [record];
    let model = scorer.model();
    let ids = given_ids(&model.use_case, &records);
    let checked = check_records(model, &records, &ids, day, Expect::MostInputs)?;
    let recognized = scorer.recognize(&checked.table, ids.iter().copied().enumerate());
    let fold = scorer.model_for(&checked.table, 0, ids[0]);
    let explainer = scorer.explainer(fold)?;
    let explanation = explainer.explain(&checked.table, 0)?;
    let own = explainer.model();
    Ok(ExplainedRecord {
        probability: explanation.probability,
        basis: recognized.basis(0),
        band: own.use_case.band(explanation.probability).to_owned(),
        horizon_days: own.use_case.horizon_days,
        interval: own.interval(explanation.probability),
        model_version: version,
        base_probability: explanation.base_probability,
        reasons: explanation.fields.iter().map(reason).collect(),
        sentence: model::sentence::summary(&explanation, &own.use_case.words),
    })
}

fn changes(
    scorer: &Arc<VersionScorer>,
    record: Record,
    day: Date,
    target: Option<f64>,
) -> Result<Counterfactuals> {
    let records = [record];
    let ids = given_ids(&scorer.model().use_case, &records);
    let checked = check_records(scorer.model(), &records, &ids, day, Expect::MostInputs)?;
    let fold = scorer.model_for(&checked.table, 0, ids[0]);
    let explainer = scorer.explainer(fold)?;
    let model = explainer.model();
    let compiled = explainer.explainer().compiled();
    let target = match target {
        Some(target) => target,
        None => {
            let probability = compiled.probabilities(&model.encode(&checked.table), 0..1)[0];
            let mut bands = model.use_case.bands.iter().map(|band| band.from);
            bands
                .rfind(|from| *from <= probability && *from > 0.0)
                .ok_or_else(|| {
                    Error::Invalid(
                        "The probability is in the lowest band already. Give a target.".into(),
                    )
                })?
        }
    };
    Ok(counterfactuals(
        model,
        compiled,
        &checked.table,
        0,
        target,
        ANSWERS,
        EFFORT,
    )?)
}
