//! Scores for rows of a file or of a program, without storing anything.

use std::collections::HashMap;
use std::sync::Arc;

use data::{CheckNotes, Checked, Refusal, Unread};
use domain::{Date, Reason, RefusalCode, ScoreBasis, VersionNumber};
use model::explain::ModelExplainer;
use model::field::MissingPolicy;
use model::{Record, Table};
use serde::Serialize;
use store::registry;

use crate::datasets::past_day;
use crate::registry::{VersionScorer, somebody};
use crate::scoring::batch::reason;
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

/// A row's score: the shape of `tenure predict --json`.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Prediction {
    pub id: String,
    pub probability: f64,
    /// Whether the model that scored had learned from the person.
    pub basis: ScoreBasis,
    /// Days within which it is meant; `None` (null in JSON) where the use case of the model states
    /// none.
    pub horizon_days: Option<u32>,
    pub band: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<[f64; 2]>,
    /// True at or above the use case's cutoff.
    pub decision: bool,
    /// The version, or 0 for a model file that is in no registry.
    pub model_version: u32,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// The day up to which fields were counted that count from a date; absent where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
    /// Values of the row that are no level of their field, or a date after the day of the row, and
    /// count as missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub treated_as_missing: Vec<UnknownValue>,
}

/// A value that the use case does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct UnknownValue {
    pub field: String,
    pub value: String,
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
        if records.is_empty() || records.len() > MOST_RECORDS {
            return Err(Error::Invalid(format!(
                "A request must contain 1 to {MOST_RECORDS} records; this one has {}.",
                records.len()
            )));
        }
        let (version, scorer) = self.scorer(analyst, use_case, asked).await?;
        let day = options.as_of.map_or_else(|| Ok(store::today()), past_day)?;
        let options = PredictOptions {
            as_of: Some(day),
            ..options
        };
        let records = Arc::new(records);
        let (own, given) = (Arc::clone(&scorer), Arc::clone(&records));
        let work = move || {
            let ids = given_ids(&own.model().use_case, &given);
            let checked = check_records(own.model(), &given, &ids, day)?;
            predict_rows(&own, version.into(), &checked, &ids, options)
        };
        let predictions = compute(work).await?;
        if asked.is_none() {
            self.count_in_shadow(Answered {
                use_case: use_case.into(),
                live: version,
                scorer,
                records,
                probabilities: predictions.iter().map(|own| own.probability).collect(),
                day,
            });
        }
        Ok((version, predictions))
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
        let Some(number) = version else {
            let live = self.live_model(analyst, use_case).await?;
            return Ok((live.version.version, Arc::clone(&live.scorer)));
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
        Ok((number, self.scorer_of(&version).await?))
    }
}

/// The id that each record states.
pub(crate) fn given_ids<'a>(
    use_case: &model::UseCase,
    records: &'a [Record],
) -> Vec<Option<&'a str>> {
    let column = use_case.id_column.as_ref();
    let given = |record: &'a Record| {
        let id = record.get(column?)?.trim();
        (!id.is_empty()).then_some(id)
    };
    records.iter().map(given).collect()
}

/// Every input is stated, with null for a value that is not known, and at least half of them have a
/// value: an empty record would be scored as the usual person.
fn expect_given(
    use_case: &model::UseCase,
    record: &Record,
) -> std::result::Result<(), Vec<model::Problem>> {
    let problem = |column: &str, rule: String| model::Problem {
        column: column.to_owned(),
        value: String::new(),
        rule,
    };
    let absent: Vec<model::Problem> = use_case
        .inputs()
        .filter(|field| !record.contains_key(&field.name))
        .map(|field| {
            let rule = "is not given: state it, or null where the value is not known";
            problem(&field.name, rule.to_owned())
        })
        .collect();
    if !absent.is_empty() {
        return Err(absent);
    }
    let (mut all, mut known) = (0, 0);
    for field in use_case.inputs() {
        all += 1;
        let value = record.get(&field.name).map_or("", String::as_str);
        // A mark or nothing: nothing means no.
        let is_known = !value.trim().is_empty() || field.missing == MissingPolicy::No;
        known += usize::from(is_known);
    }
    if 2 * known < all {
        let rule = format!("has values for {known} of {all} inputs: at least half are needed");
        return Err(vec![problem("record", rule)]);
    }
    Ok(())
}

pub(crate) fn check_records(
    model: &model::Model,
    records: &[Record],
    given: &[Option<&str>],
    day: Date,
) -> Result<Checked> {
    let mut refusal = Refusal {
        of_records: true,
        ..Refusal::default()
    };
    let mut table = Table::default();
    for (index, record) in records.iter().enumerate() {
        let checked = data::as_fields(&model.use_case, record, day).and_then(|record| {
            expect_given(&model.use_case, &record)?;
            model.use_case.check_record(&record)
        });
        match checked {
            // Every record is checked into the same columns.
            Ok(row) => table.append(row).map_err(Error::caused)?,
            Err(problems) => problems.into_iter().for_each(|problem| {
                refusal.add(index + 1, &problem.column, &problem.value, problem.rule)
            }),
        }
    }
    if refusal.total > 0 {
        return Err(refusal.into());
    }
    let id = |(index, given): (usize, &Option<&str>)| {
        given.map_or_else(|| (index + 1).to_string(), str::to_owned)
    };
    let ids = given.iter().enumerate().map(id).collect();
    let (formats, notes) = (Vec::new(), CheckNotes::default());
    Ok(Checked {
        table,
        ids,
        labels: None,
        periods: None,
        unused: Vec::new(),
        formats,
        notes,
    })
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
    let checked = check_records(scorer.model(), records, &ids, day)?;
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
            let unknown = |_| ScoreBasis::Unknown;
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
        let basis = |row: usize| recognized.basis(row);
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
    basis: impl Fn(usize) -> ScoreBasis,
    options: PredictOptions,
) -> Result<Vec<Prediction>> {
    let model = explainer.model();
    let table = checked.table.take(rows);
    let explained = match options.reasons {
        0 => None,
        top => Some(explainer.explain_rows(&table, 0..rows.len(), top)?),
    };
    let probabilities = explainer
        .explainer()
        .compiled()
        .probabilities(&model.encode(&table), 0..rows.len());
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
        id: checked.ids[row].clone(),
        probability: probabilities[place],
        basis: basis(row),
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
