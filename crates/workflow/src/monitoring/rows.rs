//! Rows that a program sends, compared with the baseline. Nothing of them is kept.

use domain::VersionNumber;
use model::{Column, MISSING_LEVEL, Record, Table, UseCase};
use monitoring::quality::{self, QualityReport};
use monitoring::{ColumnReport, DriftReport, prediction_drift};
use serde::Serialize;
use store::monitoring::checks;

use super::checks::Checked;
use crate::disclosure::{self, drift::Withheld};
use crate::scoring::records::given_ids;
use crate::{Analyst, Error, Member, Result, Tenure, Viewer, error::compute};

/// The answer to rows.
#[derive(Debug, Clone, Serialize)]
pub struct RowsReport {
    pub use_case: String,
    pub model_version: VersionNumber,
    pub rows: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<DriftReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualityReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction: Option<ColumnReport>,
}

impl Tenure {
    /// Feature drift and data quality of rows. A column that is gone, or of another type, is an
    /// answer and no error. Whoever does not see people gets what is released: with rows of their
    /// own choice on one side, exact distances would tell the baseline person by person.
    ///
    /// # Errors
    /// When nothing is in service.
    pub async fn drift_of_rows(
        &self,
        member: &Member<'_>,
        use_case: &str,
        records: Vec<Record>,
    ) -> Result<RowsReport> {
        let material = self
            .drift_material(member, self.expect_live(use_case).await?, false, None)
            .await?;
        let rule = self.rule_for(&Viewer::from(member), use_case);
        let withheld = match rule {
            Some(_) => {
                self.withheld(&[&self.dataset(&material.live.version.dataset_id).await?])
                    .await?
            }
            None => Withheld::default(),
        };
        compute(move || {
            let people = loose_table(&material.definition, &records);
            let quality = material.reference.as_ref().map(|reference| {
                let inputs: Vec<&str> = material
                    .definition
                    .inputs()
                    .map(|field| field.name.as_str())
                    .collect();
                quality::quality(
                    &reference.people.select(&inputs),
                    &people,
                    &quality::Limits::default(),
                )
            });
            Ok(RowsReport {
                use_case: material.definition.id.clone(),
                model_version: material.live.version.version,
                rows: records.len(),
                features: Some(match rule {
                    Some(rule) => {
                        disclosure::drift::features(&material.features(&people), &withheld, rule)
                    }
                    None => material.features(&people),
                }),
                quality: match rule {
                    Some(rule) => {
                        quality.map(|own| disclosure::drift::quality(&own, &withheld, rule))
                    }
                    None => quality,
                },
                prediction: None,
            })
        })
        .await
    }

    /// Prediction drift of scores, or of rows that the live version scores now.
    ///
    /// # Errors
    /// When nothing is in service, or a score is not a probability.
    pub async fn drift_of_scores(
        &self,
        analyst: &Analyst<'_>,
        use_case: &str,
        records: Vec<Record>,
        scores: Option<Vec<f64>>,
    ) -> Result<RowsReport> {
        if scores
            .iter()
            .flatten()
            .any(|score| !(0.0..=1.0).contains(score))
        {
            return Err(Error::Invalid(
                "Scores must be probabilities from 0 to 1.".into(),
            ));
        }
        let material = self
            .drift_material(
                &analyst.member(),
                self.expect_live(use_case).await?,
                false,
                None,
            )
            .await?;
        compute(move || {
            let table = loose_table(&material.definition, &records);
            let ids = given_ids(&material.definition, &records);
            let rows = scores.as_ref().map_or(records.len(), Vec::len);
            // Levels that the model never heard of, or text where it reads numbers, cannot be
            // scored.
            let sound = || {
                material
                    .definition
                    .inputs()
                    .all(|field| fits(&table, field))
            };
            let sound = rows > 0 && scores.is_none() && sound();
            let scores = if sound {
                material.scores(&Checked { table, ids })?
            } else {
                scores
            };
            let before = material
                .reference
                .as_ref()
                .map(|reference| &reference.scores[..]);
            Ok(RowsReport {
                use_case: material.definition.id.clone(),
                model_version: material.live.version.version,
                rows,
                features: None,
                quality: None,
                prediction: Some(prediction_drift(
                    before,
                    scores.as_deref(),
                    &material.policy,
                )),
            })
        })
        .await
    }

    /// The newest check of a use case with its report.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there was none.
    pub async fn latest_check(
        &self,
        member: &Member<'_>,
        use_case: &str,
    ) -> Result<(
        checks::Check,
        std::sync::Arc<monitoring::monthly::MonthlyCheck>,
    )> {
        let newest = self.checks(member, use_case).await?.into_iter().next();
        let check = newest.ok_or_else(|| {
            Error::NotFound(format!(
                "{use_case} has no drift check yet. Run `tenure drift check`."
            ))
        })?;
        let report = self.drift_report_for(&Viewer::from(member), &check).await?;
        Ok((check, report))
    }
}

fn fits(people: &Table, field: &model::Field) -> bool {
    match people.column(&field.name) {
        Some(Column::Number(_)) => !field.is_level(),
        Some(Column::Level { levels, .. }) => {
            field.is_level() && levels.len() == field.levels.len()
        }
        _ => false,
    }
}

/// Records as they came: a field that none has is no column, a number field that holds text is a
/// text column, a new level is a level.
fn loose_table(use_case: &UseCase, records: &[Record]) -> Table {
    let mut table = Table::default();
    for field in use_case.inputs().filter(|field| {
        records
            .iter()
            .any(|record| record.contains_key(&field.name))
    }) {
        let texts: Vec<&str> = records
            .iter()
            .map(|record| record.get(&field.name).map_or("", |text| text.trim()))
            .collect();
        let column = if field.is_level() {
            let mut levels = field.levels.clone();
            let mut code = |text: &&str| match field.parse(text) {
                _ if text.is_empty() => MISSING_LEVEL,
                Ok(model::Cell::Level(code)) => code,
                _ => {
                    let known = levels.iter().position(|level| level == text);
                    known.unwrap_or_else(|| {
                        levels.push((*text).to_owned());
                        levels.len() - 1
                    }) as u32
                }
            };
            Column::Level {
                codes: texts.iter().map(&mut code).collect(),
                levels,
            }
        } else {
            let number = |text: &&str| match field.parse(text) {
                _ if text.is_empty() => Some(f64::NAN),
                Ok(model::Cell::Number(number)) => Some(number),
                _ => text.parse::<f64>().ok(),
            };
            match texts.iter().map(number).collect::<Option<Vec<f64>>>() {
                Some(numbers) => Column::Number(numbers),
                None => Column::Text(texts.iter().map(|text| (*text).to_owned()).collect()),
            }
        };
        table.push(&field.name, column);
    }
    table
}
