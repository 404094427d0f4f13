//! The files of guides 000 and 004, made from what the stages of a cycle made. Those about people
//! only for those who see people, with a purpose, on record.

use domain::audit::PeopleExportDetail;
use domain::{AuditEvent, CycleFile, CycleId, CycleStage, Subject, UseCaseId};
use serde_json::{Value, json};
use store::cycles::{self, Cycle};
use store::{audit, scoring};

use super::commands::find;
use super::intent::{Before, Progressed};
use super::outcome::StageResult;
use crate::datasets::Under;
use crate::{Analyst, Error, Member, Result, Tenure, error::compute};

impl Tenure {
    /// A file of a cycle without people, as JSON; figures as far as the viewer's role may see them.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such cycle, or its stage was not done.
    pub async fn cycle_file(
        &self,
        member: &Member<'_>,
        use_case: &str,
        cycle_id: &CycleId,
        file: CycleFile,
    ) -> Result<String> {
        let own = self.progressed_of(use_case, cycle_id).await?;
        let value = match file {
            CycleFile::RetrainingSummary => {
                let Before::Done(Some(StageResult::File(hash))) = own.before(CycleStage::Report)?
                else {
                    return Err(missing(file));
                };
                serde_json::from_slice(&self.store.artifact(&hash).await?)
                    .map_err(store::Error::from)?
            }
            CycleFile::MonitoringReport | CycleFile::FeatureDrift | CycleFile::PredictionDrift => {
                if !matches!(own.before(CycleStage::Drift)?, Before::Done(_)) {
                    return Err(missing(file));
                }
                let check = self.check_of(&own).await?;
                let page = self.drift_check(member, use_case, &check.check_id).await?;
                let report = page.report;
                let day = page.check.as_of;
                let (version, made) = (page.check.version, page.check.created_at);
                match file {
                    CycleFile::MonitoringReport => json!(report.guide_report(made)),
                    CycleFile::FeatureDrift => {
                        json!({ "as_of": day, "timestamp": made, "model_version": version, "feature_drift": report.features })
                    }
                    CycleFile::PredictionDrift
                    | CycleFile::RetrainingSummary
                    | CycleFile::Predictions
                    | CycleFile::Features => {
                        json!({ "as_of": day, "timestamp": made, "model_version": version, "prediction_drift": report.prediction })
                    }
                }
            }
            CycleFile::Predictions | CycleFile::Features => {
                return Err(Error::internal("a file about people needs an analyst"));
            }
        };
        pretty(&value)
    }

    /// A file of a cycle with people one by one, as JSON. The export is on record, with the purpose
    /// where one must be named.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such cycle, or nobody was scored in it; [`Error::Invalid`] without a purpose.
    pub async fn cycle_people_file(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        cycle_id: &CycleId,
        file: CycleFile,
        why: &str,
    ) -> Result<String> {
        if !file.is_about_people() {
            return self
                .cycle_file(&analyst.member(), use_case, cycle_id, file)
                .await;
        }
        let why = self
            .purpose(use_case, why)?
            .map(|purpose| purpose.key.clone());
        let own = self.progressed_of(use_case, cycle_id).await?;
        let Before::Done(Some(StageResult::Batch(batch))) = own.before(CycleStage::Scoring)? else {
            return Err(missing(file));
        };
        let mut reader = self.store.read().await?;
        let scores = scoring::of_batch(&mut reader, &batch).await?;
        let record = scoring::find(&mut reader, &batch)
            .await?
            .ok_or_else(|| Error::internal("the scores of the cycle are gone"))?;
        drop(reader);
        let version = self.version(use_case, record.version).await?;
        let definition = self.version_file(&version).await?.model.use_case.clone();
        let people = match file {
            CycleFile::Features => {
                let dataset = self.dataset(&record.dataset_id).await?;
                let under = Under::Model(&definition);
                Some(self.people_for(&dataset, under).await?)
            }
            CycleFile::Predictions
            | CycleFile::MonitoringReport
            | CycleFile::RetrainingSummary
            | CycleFile::FeatureDrift
            | CycleFile::PredictionDrift => None,
        };
        let export = PeopleExportDetail::Rows {
            rows: scores.len(),
            batch: batch.clone(),
            filters: vec![format!("cycle file {file}")],
            why,
        };
        let mut transaction = self.store.begin().await?;
        audit::append(
            &mut transaction,
            analyst.name(),
            &Subject::UseCase(use_case.into()),
            &AuditEvent::PeopleExport { export },
        )
        .await?;
        transaction.commit().await?;
        compute(move || {
            let rows: Vec<Value> = match people {
                Some(people) => scores
                    .iter()
                    .map(|score| features(&definition, &people.table, score))
                    .collect(),
                None => scores
                    .iter()
                    .map(|score| prediction(&definition, &record, score))
                    .collect(),
            };
            pretty(&Value::Array(rows))
        })
        .await
    }

    async fn progressed_of(&self, use_case: &str, cycle_id: &CycleId) -> Result<Progressed> {
        let id: UseCaseId = self.use_case(use_case)?.id.as_str().into();
        let mut reader = self.store.read().await?;
        let cycle: Cycle = find(&mut reader, &id, cycle_id).await?;
        let stages = cycles::stages(&mut reader, cycle_id).await?;
        Ok(Progressed { cycle, stages })
    }
}

fn prediction(
    definition: &model::UseCase,
    batch: &scoring::Batch,
    score: &scoring::Score,
) -> Value {
    json!({
        "id": score.person_id,
        "probability": score.probability,
        "basis": score.basis,
        "band": definition.band(score.probability),
        "interval": score.interval,
        "flagged": score.probability >= definition.policies.cutoff,
        "model_version": batch.version,
        "as_of": batch.as_of,
    })
}

/// The inputs of a person, as the files have them.
fn features(definition: &model::UseCase, table: &model::Table, score: &scoring::Score) -> Value {
    let row = score.position as usize;
    let mut person = serde_json::Map::from_iter([("id".to_owned(), json!(score.person_id))]);
    for field in definition.inputs() {
        if let Some(column) = table.column(&field.name) {
            person.insert(field.name.clone(), cell(field, column, row));
        }
    }
    Value::Object(person)
}

fn cell(field: &model::Field, column: &model::Column, row: usize) -> Value {
    match column {
        // Ordered levels count from 1.
        model::Column::Number(numbers) if !field.levels.is_empty() => {
            let level = (numbers[row] - 1.0) as usize;
            json!(
                Some(numbers[row])
                    .filter(|number| *number >= 1.0)
                    .and_then(|_| field.levels.get(level))
            )
        }
        // A number that is missing is NaN, which JSON has no word for: null.
        model::Column::Number(numbers) => json!(numbers[row]),
        model::Column::Level { codes, levels } => json!(levels.get(codes[row] as usize)),
        model::Column::Text(texts) => json!(texts[row]),
    }
}

fn missing(file: CycleFile) -> Error {
    Error::NotFound(format!(
        "This cycle has no {file}: the stage that makes it was not done."
    ))
}

fn pretty(value: &Value) -> Result<String> {
    serde_json::to_string_pretty(value).map_err(Error::caused)
}
