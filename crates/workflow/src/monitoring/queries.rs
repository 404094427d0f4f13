//! Checks, and what is known of the outcomes.

use store::monitoring::checks;
use store::monitoring::outcomes::{self, Cohort};

use super::cycles::day;
use super::matching::OutcomesReport;
use super::outcomes::{CohortView, Coverage};
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
        let mut cohorts = outcomes::cohorts(&mut connection, &use_case.into())
            .await?
            .into_iter()
            .map(cohort_view)
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

fn cohort_view(cohort: Cohort) -> Result<CohortView> {
    Ok(CohortView {
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
