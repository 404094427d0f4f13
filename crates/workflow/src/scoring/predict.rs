//! Scores for rows of a file or of a program, without storing anything.

use std::collections::HashMap;
use std::sync::Arc;

use data::{CheckNotes, Checked, Refusal};
use domain::{Reason, RefusalCode, VersionNumber};
use model::explain::ModelExplainer;
use model::{Record, Table};
use serde::Serialize;
use store::registry;

use crate::scoring::batch::reason;
use crate::{Analyst, Error, Result, Tenure, error::compute};

/// Records of one request, at most.
const MOST_RECORDS: usize = 10_000;

/// What to tell about each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PredictOptions {
    /// Number of reasons per row; 0 for none.
    pub reasons: usize,
}

/// A row's score: the shape of `tenure predict --json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Prediction {
    pub id: String,
    pub probability: f64,
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
    /// Values of the row that are no level of their field and count as missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub treated_as_missing: Vec<UnknownValue>,
}

/// A value that the use case does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
        version: Option<VersionNumber>,
        records: Vec<Record>,
        options: PredictOptions,
    ) -> Result<(VersionNumber, Vec<Prediction>)> {
        if records.is_empty() || records.len() > MOST_RECORDS {
            return Err(Error::Invalid(format!(
                "A request must contain 1 to {MOST_RECORDS} records; this one has {}.",
                records.len()
            )));
        }
        let (version, explainer) = self.scorer(analyst, use_case, version).await?;
        let work = move || {
            predict_rows(
                &explainer,
                version.into(),
                &check_records(explainer.model(), &records)?,
                options,
            )
        };
        Ok((version, compute(work).await?))
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
    ) -> Result<(VersionNumber, Arc<ModelExplainer>)> {
        let Some(number) = version else {
            let live = self.live_model(analyst, use_case).await?;
            return Ok((live.version.version, Arc::clone(&live.explainer)));
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
        Ok((number, self.explainer(&version).await?))
    }
}

fn check_records(model: &model::Model, records: &[Record]) -> Result<Checked> {
    let mut refusal = Refusal::default();
    let mut table = Table::default();
    for (index, record) in records.iter().enumerate() {
        match model.use_case.check_record(record) {
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
    let id = |(index, record): (usize, &Record)| {
        let given = model
            .use_case
            .id_column
            .as_ref()
            .and_then(|name| record.get(name))
            .filter(|id| !id.trim().is_empty());
        given.cloned().unwrap_or_else(|| (index + 1).to_string())
    };
    let ids = records.iter().enumerate().map(id).collect();
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

/// Reads a file, as `reading` states, and scores every row. `version` is 0 for a model file that is
/// in no registry.
///
/// # Errors
/// When the file cannot be read or breaks a rule of the model's use case.
pub fn predict_with(
    explainer: &ModelExplainer,
    version: u32,
    bytes: &[u8],
    reading: &data::ReadOptions,
    options: PredictOptions,
) -> Result<Vec<Prediction>> {
    let raw = data::read(bytes, reading).map_err(Error::from)?;
    let checked = data::check(&raw, &explainer.model().use_case, data::CheckMode::Scoring)?;
    predict_rows(explainer, version, &checked, options)
}

fn predict_rows(
    explainer: &ModelExplainer,
    version: u32,
    checked: &Checked,
    options: PredictOptions,
) -> Result<Vec<Prediction>> {
    let model = explainer.model();
    let rows = checked.ids.len();
    let explained = match options.reasons {
        0 => None,
        top => Some(explainer.explain_rows(&checked.table, 0..rows, top)?),
    };
    let probabilities = explainer
        .explainer()
        .compiled()
        .probabilities(&model.encode(&checked.table), 0..rows);
    let mut unknown: HashMap<usize, Vec<UnknownValue>> = HashMap::new();
    for unseen in &checked.notes.unseen {
        let value = || UnknownValue {
            field: unseen.field.clone(),
            value: unseen.value.clone(),
        };
        unseen
            .rows
            .iter()
            .for_each(|row| unknown.entry(*row).or_default().push(value()));
    }
    let prediction = |row: usize| Prediction {
        id: checked.ids[row].clone(),
        probability: probabilities[row],
        horizon_days: model.use_case.horizon_days,
        band: model.use_case.band(probabilities[row]).to_owned(),
        interval: model.interval(probabilities[row]),
        decision: probabilities[row] >= model.use_case.policies.cutoff,
        model_version: version,
        reasons: explained
            .as_ref()
            .map(|rows| rows[row].fields.iter().map(reason).collect())
            .unwrap_or_default(),
        treated_as_missing: unknown.get(&row).cloned().unwrap_or_default(),
    };
    Ok((0..rows).map(prediction).collect())
}
