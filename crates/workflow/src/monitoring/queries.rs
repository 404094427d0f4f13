//! Checks, and what is known of the outcomes.

use std::collections::HashMap;

use domain::{BatchId, Estimate, VersionNumber};
use monitoring::performance::Realized;
use store::monitoring::checks;
use store::monitoring::outcomes::{self, Cohort};
use store::scoring;

use super::cohorts::day;
use super::matching::OutcomesReport;
use super::outcomes::{CohortView, Coverage};
use crate::csv_text::csv_text;
use crate::{Member, Result, Tenure, Viewer, disclosure};

impl Tenure {
    /// The checks of a use case, newest day first.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn checks(&self, _: &Member<'_>, use_case: &str) -> Result<Vec<checks::Check>> {
        self.use_case(use_case)?;
        Ok(checks::list(&mut self.store.read().await?, &use_case.into()).await?)
    }

    /// What is known of the outcomes, cycle by cycle.
    ///
    /// # Errors
    /// When there is no such use case, or the store fails.
    pub async fn outcomes_coverage(
        &self,
        viewer: impl Into<Viewer>,
        use_case: &str,
    ) -> Result<Coverage> {
        let rule = self.rule_for(&viewer.into(), use_case);
        self.use_case(use_case)?;
        let mut connection = self.store.read().await?;
        let mut imports = outcomes::imports(&mut connection, &use_case.into()).await?;
        let versions = scoring::versions(&mut connection, &use_case.into()).await?;
        let mut cohorts = outcomes::cohorts(&mut connection, &use_case.into())
            .await?
            .into_iter()
            .map(|cohort| cohort_view(cohort, &versions))
            .collect::<Result<Vec<_>>>()?;
        let mut unmatched = Vec::new();
        for import in &imports {
            let report = outcomes::report(&mut connection, &import.import_id).await?;
            let report = report
                .map(|report| {
                    serde_json::from_str::<OutcomesReport>(&report).map_err(store::Error::from)
                })
                .transpose()?;
            unmatched.push(report.map(|report| report.unmatched as u64));
        }
        if let Some(rule) = rule {
            unmatched
                .iter_mut()
                .flatten()
                .for_each(|count| *count = rule.count(*count));
            for import in &mut imports {
                import.row_count = rule.count(import.row_count.unsigned_abs()).cast_signed();
                import.event_count = rule.count(import.event_count.unsigned_abs()).cast_signed();
            }
            cohorts.iter_mut().for_each(|cohort| {
                cohort.realized = cohort
                    .realized
                    .as_ref()
                    .map(|own| disclosure::drift::realized(own, rule))
            });
        }
        Ok(Coverage {
            imports,
            unmatched,
            cohorts,
        })
    }
}

impl Tenure {
    /// The performance of each evaluated cycle as CSV, oldest first. An interval's ends have columns
    /// of their own; what could not be computed is blank.
    ///
    /// # Errors
    /// As [`Tenure::outcomes_coverage`].
    pub async fn performance_csv(
        &self,
        viewer: impl Into<Viewer>,
        use_case: &str,
    ) -> Result<String> {
        let coverage = self.outcomes_coverage(viewer, use_case).await?;
        let names = METRICS.iter().flat_map(|(name, _)| {
            [
                (*name).to_owned(),
                format!("{name}_low"),
                format!("{name}_high"),
            ]
        });
        let header = ["scored_on", "until", "version", "scored", "known", "left"]
            .map(str::to_owned)
            .into_iter()
            .chain(names);
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let row = |cohort: CohortView| {
            let realized = cohort.realized?;
            let metrics = METRICS.iter().flat_map(|(_, of)| {
                let figure = of(&realized);
                let [low, high] = figure.interval.map_or([None, None], |ends| ends.map(Some));
                [figure.value, low, high].map(number)
            });
            let own = [
                cohort.as_of.to_string(),
                cohort.until.to_string(),
                cohort
                    .version
                    .map(|own| own.to_string())
                    .unwrap_or_default(),
                cohort.scored.to_string(),
                cohort.known.to_string(),
                realized.left.to_string(),
            ];
            Some(own.into_iter().chain(metrics).collect::<Vec<String>>())
        };
        csv_text(header, coverage.cohorts.into_iter().filter_map(row))
    }
}

/// A figure of a cycle.
type Metric = fn(&Realized) -> &Estimate;

/// The figures of a cycle by their names in files.
const METRICS: [(&str, Metric); 10] = [
    ("expected", |own| &own.expected_left),
    ("roc_auc", |own| &own.roc_auc),
    ("average_precision", |own| &own.average_precision),
    ("brier", |own| &own.brier),
    ("calibration_error", |own| &own.calibration_error),
    ("accuracy", |own| &own.accuracy),
    ("precision", |own| &own.precision),
    ("recall", |own| &own.recall),
    ("f1", |own| &own.f1),
    ("top_decile_lift", |own| &own.top_decile_lift),
];

fn cohort_view(cohort: Cohort, versions: &HashMap<BatchId, VersionNumber>) -> Result<CohortView> {
    Ok(CohortView {
        version: versions.get(&cohort.batch_id).copied(),
        day: day(cohort.as_of),
        as_of: cohort.as_of,
        until: cohort.until_day,
        scored: cohort.scored as u32,
        known: cohort.known as u32,
        realized: cohort
            .report
            .map(|report| serde_json::from_str(&report).map_err(store::Error::from))
            .transpose()?,
    })
}
