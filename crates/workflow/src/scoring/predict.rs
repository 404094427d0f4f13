//! Scores for rows of a file or of a program. Those of a program stand in the prediction log.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use data::{Checked, Unread};
use domain::{
    Date, PredictionId, PredictionKind, ProblemCode, RefusalCode, ScoreBasis, VersionNumber,
};
use model::Record;
use model::explain::ModelExplainer;
use store::registry;

use crate::datasets::past_day;
use crate::prediction_log::{Scored as Logged, Source};
use crate::registry::{Fold, VersionScorer, somebody};
use crate::scoring::batch::reason;
use crate::scoring::prediction::{Prediction, UnknownValue};
use crate::scoring::records::{Expect, check_records, given_ids};
use crate::shadow::Answered;
use crate::{Analyst, Error, Result, Tenure, error::compute};

/// Records of one request, at most.
const MOST_RECORDS: usize = 10_000;

/// What to tell about each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PredictOptions {
    /// Number of reasons per row; 0 for none.
    pub reasons: usize,
    /// The day that the rows describe, up to which fields count that count from a date. `None`:
    /// today for records; a file must then have periods.
    pub as_of: Option<Date>,
}

/// Records to be scored.
#[derive(Debug, Default)]
pub struct PredictionRequest {
    pub use_case: String,
    /// `None`: the live version.
    pub version: Option<VersionNumber>,
    pub records: Vec<Record>,
    pub options: PredictOptions,
    /// A batch, even of one record: one entry in the log, with a file.
    pub batch: bool,
    /// Key of the purpose.
    pub purpose: Option<String>,
    /// Of a batch in parts: the entry of the first one, and the number of this one.
    pub part: Option<(PredictionId, u32)>,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicted {
    pub version: VersionNumber,
    /// In the order of the records.
    pub predictions: Vec<Prediction>,
    /// The entry in the prediction log; `None` where it could not be written and the policy allows
    /// going on.
    pub log_id: Option<PredictionId>,
    /// From the request to the scores, without writing the log.
    pub latency_ms: f64,
}

impl Tenure {
    /// Scores records by field name, with the live version or the one asked for. Gives the version
    /// and a score for each record, in order; without an id a record is called by its number from
    /// 1.
    ///
    /// # Errors
    /// [`Error::Refused`] with every field that breaks a rule (rows are records from 1), [`Error::Invalid`] for no or too many records,
    /// [`Error::Conflict`] when nothing serves.
    pub async fn predict_records(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        asked: Option<VersionNumber>,
        records: Vec<Record>,
        options: PredictOptions,
    ) -> Result<(VersionNumber, Vec<Prediction>)> {
        let request = PredictionRequest {
            use_case: use_case.to_owned(),
            version: asked,
            batch: records.len() > 1,
            records,
            options,
            ..PredictionRequest::default()
        };
        let predicted = self.predict(analyst, request).await?;
        Ok((predicted.version, predicted.predictions))
    }

    /// As [`Tenure::predict_records`], with all that the prediction log is told. The answer is given
    /// when its entry is on disk.
    ///
    /// # Errors
    /// Those of [`Tenure::predict_records`]; [`Error::NotLogged`] when the entry cannot be written,
    /// [`Error::Fields`] for an unknown purpose.
    pub async fn predict(
        &self,
        analyst: &Analyst<'_>,
        request: PredictionRequest,
    ) -> Result<Predicted> {
        let started = Instant::now();
        let PredictionRequest {
            use_case,
            version: asked,
            records,
            options,
            batch,
            purpose,
            part,
        } = request;
        let use_case = use_case.as_str();
        if records.is_empty() || records.len() > MOST_RECORDS {
            return Err(Error::Invalid(format!(
                "A request must contain 1 to {MOST_RECORDS} records; this one has {}.",
                records.len()
            )));
        }
        self.expect_purpose(use_case, purpose.as_deref())?;
        let (version, model, scorer) = self.serving(analyst, use_case, asked).await?;
        let policy = self.log_policy(use_case).await?;
        let day = options.as_of.map_or_else(|| Ok(store::today()), past_day)?;
        let options = PredictOptions {
            as_of: Some(day),
            ..options
        };
        let records = Arc::new(records);
        let (own, given) = (Arc::clone(&scorer), Arc::clone(&records));
        let work = move || {
            let ids = given_ids(&own.model().use_case, &given);
            let checked = check_records(own.model(), &given, &ids, day, Expect::MostInputs)?;
            predict_rows(&own, version.into(), &checked, &ids, options)
        };
        let predictions = compute(work).await?;
        let latency_ms = started.elapsed().as_secs_f64() * 1e3;
        let source = Source {
            kind: if batch {
                PredictionKind::Batch
            } else {
                PredictionKind::Single
            },
            caller: analyst.name().clone(),
            purpose,
            started,
            part,
        };
        let in_shadow = asked.is_none() && self.shadow_version(&use_case.into()).await?.is_some();
        // The values move into the entry, unless somebody else needs them too.
        let (logged, records) = if in_shadow {
            (records.as_ref().clone(), Some(records))
        } else {
            (Arc::unwrap_or_clone(records), None)
        };
        let scored = Logged {
            use_case: &scorer.model().use_case,
            version,
            model: &model,
            day,
            reasons_asked: options.reasons,
            records: logged,
            predictions: &predictions,
        };
        let log_id = self.log_scores(policy, source, scored).await?;
        if let Some(records) = records {
            self.count_in_shadow(Answered {
                use_case: use_case.into(),
                live: version,
                scorer,
                records,
                probabilities: predictions.iter().map(|own| own.probability).collect(),
                day,
            });
        }
        Ok(Predicted {
            version,
            predictions,
            log_id,
            latency_ms,
        })
    }

    /// A purpose that a program names is one of those of the use case; none need be named, since the
    /// program knows the person already.
    fn expect_purpose(&self, use_case: &str, purpose: Option<&str>) -> Result<()> {
        let Some(named) = purpose else {
            return Ok(());
        };
        let known = self.purposes(use_case);
        if known.iter().any(|purpose| purpose.key == named) {
            return Ok(());
        }
        let known: Vec<&str> = known.iter().map(|purpose| purpose.key.as_str()).collect();
        let message = if known.is_empty() {
            "The use case has no purposes of access. Leave it out.".to_owned()
        } else {
            format!("The purpose must be one of {}.", known.join(", "))
        };
        Err(Error::field("purpose", ProblemCode::UnknownValue, message))
    }
}

impl Tenure {
    /// What scores people: the live version, or the one asked for. A version that is not or was
    /// never in service is for trials by those who keep the models, and nobody else; so is every
    /// version while the use case is out of service.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nothing serves, [`Error::Forbidden`] for a version that may not score, [`Error::NotFound`] when there is none.
    pub async fn scorer(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        version: Option<VersionNumber>,
    ) -> Result<(VersionNumber, Arc<VersionScorer>)> {
        let (number, _, scorer) = self.serving(analyst, use_case, version).await?;
        Ok((number, scorer))
    }

    /// As [`Tenure::scorer`], with the hash of the model file.
    async fn serving(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        version: Option<VersionNumber>,
    ) -> Result<(VersionNumber, String, Arc<VersionScorer>)> {
        let Some(number) = version else {
            let live = self.live_model(analyst, use_case).await?;
            let hash = live.version.model_hash.clone();
            return Ok((live.version.version, hash, Arc::clone(&live.scorer)));
        };
        let version = self.version(use_case, number).await?;
        let history =
            registry::live_history(&mut self.store.read().await?, &use_case.into()).await?;
        let serves = history
            .last()
            .is_some_and(|change| change.version.is_some());
        let was_live = history.iter().any(|change| change.version == Some(number));
        if !(serves && was_live) && analyst.actor().admin().is_err() {
            let why = if was_live {
                self.why_nothing_serves(use_case).await?
            } else {
                format!("Version {number} was never approved.")
            };
            return Err(Error::forbidden(
                RefusalCode::RoleRequired,
                format!("{why} Only an administrator may try it."),
            ));
        }
        let scorer = self.scorer_of(&version).await?;
        Ok((number, version.model_hash, scorer))
    }
}

/// The probability of each record by a version.
///
/// # Errors
/// When a record breaks a rule of the version's use case.
pub(crate) fn probabilities(
    scorer: &VersionScorer,
    records: &[Record],
    day: Date,
) -> Result<Vec<f64>> {
    let ids = given_ids(&scorer.model().use_case, records);
    let checked = check_records(scorer.model(), records, &ids, day, Expect::MostInputs)?;
    let (probabilities, _) = scorer.probabilities(&checked.table, &ids)?;
    Ok(probabilities)
}

/// Reads a file, as `reading` states, and scores every row.
///
/// # Errors
/// When the file cannot be read or breaks a rule of the model's use case.
pub fn predict_with(
    models: &Models,
    bytes: &[u8],
    reading: &data::ReadOptions,
    options: PredictOptions,
) -> Result<Vec<Prediction>> {
    let raw = data::read(bytes, reading).map_err(Error::from)?;
    let day = options.as_of.map(past_day).transpose()?;
    let use_case = &models.model().use_case;
    let checked = data::check(&raw, use_case, data::CheckMode::Scoring, day)?;
    match models {
        Models::Version(number, scorer) => {
            let ids = somebody(&checked.ids);
            predict_rows(scorer, (*number).into(), &checked, &ids, options)
        }
        Models::File(explainer) => {
            let rows: Vec<usize> = (0..checked.ids.len()).collect();
            let unknown = |_| (None, ScoreBasis::Unknown);
            predict_part(explainer, 0, &checked, &rows, unknown, options)
        }
    }
}

/// What scores a file.
pub enum Models {
    /// A version of the registry, which knows whom it has learned from.
    Version(VersionNumber, Arc<VersionScorer>),
    /// The final model of a file that is in no registry: whom it has learned from is not known.
    File(Arc<ModelExplainer>),
}

impl Models {
    /// The model that the definition is taken from.
    pub fn model(&self) -> &Arc<model::Model> {
        match self {
            Self::Version(_, scorer) => scorer.model(),
            Self::File(explainer) => explainer.model(),
        }
    }
}

/// Scores checked rows by a version, each by the model that has not learned from the person.
fn predict_rows(
    scorer: &VersionScorer,
    version: u32,
    checked: &Checked,
    ids: &[Option<&str>],
    options: PredictOptions,
) -> Result<Vec<Prediction>> {
    let mut predictions: Vec<(usize, Prediction)> = Vec::new();
    let recognized = scorer.recognize(&checked.table, ids.iter().copied().enumerate());
    for (fold, rows) in recognized.by_fold() {
        let basis = |row: usize| (fold, recognized.basis(row));
        let explainer = scorer.explainer(fold)?;
        let part = predict_part(explainer, version, checked, &rows, basis, options)?;
        predictions.extend(rows.into_iter().zip(part));
    }
    predictions.sort_unstable_by_key(|(row, _)| *row);
    Ok(predictions.into_iter().map(|(_, own)| own).collect())
}

/// Scores `rows` by one model.
fn predict_part(
    explainer: &ModelExplainer,
    version: u32,
    checked: &Checked,
    rows: &[usize],
    basis: impl Fn(usize) -> (Fold, ScoreBasis),
    options: PredictOptions,
) -> Result<Vec<Prediction>> {
    let model = explainer.model();
    let everybody = rows.len() == checked.table.rows()
        && rows.iter().enumerate().all(|(place, row)| place == *row);
    let table = if everybody {
        Cow::Borrowed(&checked.table)
    } else {
        Cow::Owned(checked.table.take(rows))
    };
    // An explanation has the probability of the same margin.
    let explained = match options.reasons {
        0 => None,
        top => Some(explainer.explain_rows(&table, 0..rows.len(), top)?),
    };
    let probabilities: Vec<f64> = match &explained {
        Some(rows) => rows.iter().map(|own| own.probability).collect(),
        None => explainer
            .explainer()
            .compiled()
            .probabilities(&model.encode(&table), 0..rows.len()),
    };
    let horizon = match model.use_case.horizon_days {
        None => "not stated".to_owned(),
        Some(1) => "within 1 day".to_owned(),
        Some(days) => format!("within {days} days"),
    };
    let mut unknown: HashMap<usize, Vec<UnknownValue>> = HashMap::new();
    let counts = model.use_case.counted().next().is_some();
    let day = |row: usize| match &checked.periods {
        Some(periods) => periods[row].last_day(),
        None => options.as_of,
    };
    let missing = |unseen: &&data::Unseen| unseen.why != Unread::Other;
    for unseen in checked.notes.unseen.iter().filter(missing) {
        let value = || UnknownValue {
            field: unseen.field.clone(),
            value: unseen.value.clone(),
        };
        unseen
            .rows
            .iter()
            .for_each(|row| unknown.entry(*row).or_default().push(value()));
    }
    let prediction = |(place, &row): (usize, &usize)| Prediction {
        prediction_id: None,
        latency_ms: None,
        fold: basis(row).0,
        horizon: horizon.clone(),
        id: checked.ids[row].clone(),
        probability: probabilities[place],
        basis: basis(row).1,
        horizon_days: model.use_case.horizon_days,
        band: model.use_case.band(probabilities[place]).to_owned(),
        interval: model.interval(probabilities[place]),
        decision: probabilities[place] >= model.use_case.policies.cutoff,
        model_version: version,
        reasons: explained
            .as_ref()
            .map(|rows| rows[place].fields.iter().map(reason).collect())
            .unwrap_or_default(),
        as_of: day(row).filter(|_| counts),
        treated_as_missing: unknown.get(&row).cloned().unwrap_or_default(),
    };
    Ok(rows.iter().enumerate().map(prediction).collect())
}

/// Scores one record by the model of a fold, as it was scored before.
///
/// # Errors
/// When the record breaks a rule of the version's use case, or there is no such fold.
pub(crate) fn predict_again(
    scorer: &VersionScorer,
    version: VersionNumber,
    record: &Record,
    fold: Fold,
    basis: ScoreBasis,
    day: Date,
    reasons: usize,
) -> Result<Prediction> {
    let records = std::slice::from_ref(record);
    let checked = check_records(scorer.model(), records, &[None], day, Expect::Nothing)?;
    let options = PredictOptions {
        reasons,
        as_of: Some(day),
    };
    let explainer = scorer.explainer(fold)?;
    let made = predict_part(
        explainer,
        version.into(),
        &checked,
        &[0],
        |_| (fold, basis),
        options,
    )?;
    let made = made.into_iter().next();
    made.ok_or_else(|| Error::internal("a record was not scored"))
}
