//! The check of one day's people against the baseline of the live version.

use std::sync::Arc;

use domain::{Date, Recommendation};
use model::Table;
use monitoring::monthly::{Baseline, Month, MonthlyCheck, Settings, monthly_check};
use monitoring::outcomes::over_window;
use monitoring::performance::{Outcomes, estimated};
use monitoring::{Detail, DriftReport, ValidPolicy, feature_drift, quality, recommendation};

use super::baseline::Reference;
use super::cohorts::Recent;
use crate::{Error, Live, Member, Result, StoredPeople, Tenure};

/// Rows on each side behind the importances of a check.
const IMPORTANCE_ROWS: usize = 300;

/// Everything that a check is made from.
#[derive(Clone)]
pub(crate) struct Material {
    /// That of the live version; where it reads files as the definition in force does, the latter.
    pub definition: Arc<model::UseCase>,
    pub live: Arc<Live>,
    pub policy: ValidPolicy,
    pub limits: recommendation::Limits,
    /// `None`: there is no baseline to be had.
    pub reference: Option<Arc<Reference>>,
    pub days_since_training: Option<u32>,
    pub days_since_retraining: Option<u32>,
    /// Checks in a row before this one that found a reason to retrain.
    pub checks_before: u32,
}

impl Tenure {
    /// What a check is made from, on `live`, the live version. `with_leavers` says that the people
    /// to be checked are known to have left or stayed: then only those who stayed are compared, on
    /// both sides.
    pub(crate) async fn drift_material(
        &self,
        member: &Member<'_>,
        live: Arc<Live>,
        with_leavers: bool,
        as_of: Option<Date>,
    ) -> Result<Material> {
        let definition = self.shown_definition(&Arc::new(live.model().use_case.clone()))?;
        let in_force = self.policy_in_force(&live.version.use_case).await?;
        let policy = in_force.check().map_err(Error::Fields)?;
        let (retrained, checks_before) = match as_of {
            Some(day) => (
                self.days_since_retraining(&live, day).await?,
                self.checks_for_retraining(&live, day).await?,
            ),
            None => (None, 0),
        };
        let trained_on = self.dataset(&live.version.dataset_id).await?;
        let days = as_of.and_then(|day| u32::try_from(day.days_since(trained_on.as_of)).ok());
        let reference = match self.reference(member, &live.version, with_leavers).await {
            Ok(reference) => Some(reference),
            // A baseline that is gone is a finding of the check, not the end of it.
            Err(Error::Store(store::Error::Artifact(_)) | Error::NotFound(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(Material {
            definition,
            live,
            policy,
            limits: in_force.retraining,
            reference,
            days_since_training: days,
            days_since_retraining: retrained,
            checks_before,
        })
    }
}

impl Tenure {
    /// Days from the last retraining up to `day`: that of a cycle, which stands on the day that the
    /// cycle was about, or that of a live version which took the place of another one. `None` when
    /// there was none up to that day: the first training is no retraining.
    async fn days_since_retraining(&self, live: &Live, day: Date) -> Result<Option<u32>> {
        let use_case = &live.version.use_case;
        let mut reader = self.store.read().await?;
        let by_cycle = store::cycles::last_retraining(&mut reader, use_case, day).await?;
        let history = store::registry::live_history(&mut reader, use_case).await?;
        let replaced = history
            .iter()
            .filter_map(|change| change.version)
            .any(|version| version != live.version.version);
        let trained = replaced.then(|| live.version.created_at.date());
        let last = [by_cycle, trained.filter(|trained| *trained <= day)]
            .into_iter()
            .flatten()
            .max();
        Ok(last.and_then(|last| u32::try_from(day.days_since(last)).ok()))
    }
}

impl Tenure {
    /// How many checks of the live version in a row, of days before `day`, found a reason to
    /// retrain; of several checks of a day the newest counts.
    async fn checks_for_retraining(&self, live: &Live, day: Date) -> Result<u32> {
        let mut reader = self.store.read().await?;
        let all = store::monitoring::checks::list(&mut reader, &live.version.use_case).await?;
        let mut own: Vec<_> = all
            .into_iter()
            .filter(|check| check.version == live.version.version && check.as_of < day)
            .collect();
        own.dedup_by_key(|check| check.as_of);
        let in_a_row = own.iter().take_while(|check| match check.recommendation {
            // To wait is said only where there is a reason to retrain.
            Recommendation::Retrain | Recommendation::Wait => true,
            Recommendation::Keep | Recommendation::CheckFeed | Recommendation::Unclear => false,
        });
        Ok(u32::try_from(in_a_row.count()).unwrap_or(u32::MAX))
    }
}

/// People to be checked: their values, and who they are.
pub(super) struct Checked<'a> {
    pub table: Table,
    pub ids: Vec<Option<&'a str>>,
}

/// The people to be checked: those who are there now.
pub(super) fn current_people(people: &StoredPeople) -> Checked<'_> {
    let rows = people.current_rows();
    Checked {
        table: people.table.take(&rows),
        ids: rows
            .iter()
            .map(|&row| Some(people.ids[row].as_str()))
            .collect(),
    }
}

impl Material {
    /// How this use case is checked.
    pub fn settings(&self) -> Settings<'_> {
        Settings {
            policy: self.policy.clone(),
            quality: quality::Limits::default(),
            recommendation: self.limits.clone(),
            columns: Some(
                self.definition
                    .inputs()
                    .map(|field| field.name.as_str())
                    .collect(),
            ),
            labels: self
                .definition
                .inputs()
                .map(|field| (field.name.as_str(), field.label.as_str()))
                .collect(),
            id_column: None,
            bands: self
                .definition
                .bands
                .iter()
                .map(|band| (band.name.clone(), band.from))
                .collect(),
            cutoff: self.definition.policies.cutoff,
            seed: self.live.model().lineage.seed,
        }
    }

    /// Scores of checked people, each by a model of a fold that has not learned from the person, as
    /// those of the baseline; `None` where a column that the model reads is not there.
    ///
    /// # Errors
    /// When a model cannot be prepared.
    pub(super) fn scores(&self, people: &Checked<'_>) -> Result<Option<Vec<f64>>> {
        let Checked { table, ids } = people;
        if self
            .definition
            .inputs()
            .any(|field| table.column(&field.name).is_none())
        {
            return Ok(None);
        }
        let scores = self.live.scorer.comparable_probabilities(table, ids)?;
        Ok(Some(scores))
    }

    /// Feature drift of `people` alone.
    pub fn features(&self, people: &Table) -> DriftReport {
        let columns: Vec<&str> = self
            .definition
            .inputs()
            .map(|field| field.name.as_str())
            .collect();
        match self.reference.as_deref() {
            Some(reference) => feature_drift(
                &reference.people,
                people,
                Some(&columns),
                &self.policy,
                Detail::Usual,
            ),
            None => monitoring::monthly::no_baseline(&self.policy),
        }
    }

    /// What makes the data of `people` suspect, in sentences; `None` without a baseline.
    pub fn feed(&self, people: &StoredPeople) -> Option<Vec<String>> {
        let reference = self.reference.as_deref()?;
        let settings = self.settings();
        let report = quality::quality(
            &reference.people,
            &current_people(people).table,
            &settings.quality,
        );
        Some(settings.feed(&report))
    }

    /// The same of rows to learn from, in the columns that the baseline has too.
    pub fn feed_of_training(&self, people: &Table) -> Vec<String> {
        let Some(reference) = self.reference.as_deref() else {
            return Vec::new();
        };
        let columns: Vec<&str> = people
            .names
            .iter()
            .map(String::as_str)
            .filter(|name| reference.people.column(name).is_some())
            .collect();
        let settings = self.settings();
        let report = quality::quality(
            &reference.people.select(&columns),
            &people.select(&columns),
            &settings.quality,
        );
        settings.feed(&report)
    }

    /// Mean absolute contributions over rows spread evenly.
    fn importances(&self, people: &Table) -> Option<Vec<(String, f64)>> {
        let rows = people.rows();
        if rows == 0
            || self
                .definition
                .inputs()
                .any(|field| people.column(&field.name).is_none())
        {
            return None;
        }
        let count = rows.min(IMPORTANCE_ROWS);
        let sample = people.take(&(0..count).map(|row| row * rows / count).collect::<Vec<_>>());
        // The final model on both sides: what changes is then the people.
        let explainer = self.live.scorer.explainer(None).ok()?;
        let found = model::global::global(explainer, &sample).ok()?;
        Some(
            found
                .importance
                .into_iter()
                .map(|importance| (importance.field, importance.log_odds))
                .collect(),
        )
    }

    /// The whole check of `people`, with what has become known of those scored before.
    /// `cycle` is the time up to the next scoring with the time that a score is about, in days.
    ///
    /// # Errors
    /// When a model of the live version cannot be prepared.
    pub(super) fn check(
        &self,
        checked: &Checked<'_>,
        recent: Option<&Recent>,
        cycle: Option<[i64; 2]>,
    ) -> Result<MonthlyCheck> {
        let mut settings = self.settings();
        let (people, scores) = (&checked.table, self.scores(checked)?);
        let importances = self.importances(people);
        let reference = self.reference.as_deref();
        let before = reference.and_then(|reference| self.importances(&reference.people));
        if let Some(recent) = recent.filter(|recent| !recent.left.is_empty()) {
            (settings.bands, settings.cutoff) = recent.limits(&self.definition);
        }
        let outcomes_before = reference.map(|reference| reference.outcomes);
        // How often people left, over equally long stretches of time.
        let (outcomes_before, outcome_counts) = match (outcomes_before, recent) {
            (Some(before), Some(recent)) => {
                let [before, now] = recent.rate.beside(before);
                (Some(before), Some(now))
            }
            (before, _) => (before, None),
        };
        let baseline = Baseline {
            people: reference.map(|reference| &reference.people),
            scores: reference.map(|reference| &reference.scores[..]),
            outcomes: outcomes_before,
            importances: before.as_deref(),
        };
        // Only of cycles that the live version itself has scored.
        let own = recent.filter(|recent| !recent.left.is_empty());
        let outcomes = own.map(|recent| Outcomes {
            left: &recent.left,
            scores: &recent.scores,
            reasons: &recent.reasons,
            cohorts: &recent.cohorts,
            calibration: self.live.model().training.calibration_information,
        });
        let month = Month {
            people,
            scores: scores.as_deref(),
            importances: importances.as_deref(),
            outcomes,
            outcome_counts,
            days_since_training: self.days_since_training,
            days_since_retraining: self.days_since_retraining,
            checks_before: self.checks_before,
        };
        let mut report = monthly_check(baseline, month, &settings);
        // What is estimated is what will be seen: over one cycle.
        if let (Some([days, horizon]), Some(scores)) = (cycle, scores) {
            let shorter: Vec<f64> = scores
                .iter()
                .map(|score| over_window(*score, days, horizon))
                .collect();
            let mut found = estimated(
                &shorter,
                over_window(self.definition.policies.cutoff, days, horizon),
                settings.seed,
            );
            found.limits = format!(
                "{} Covers {days} days, until the next scoring.",
                found.limits
            );
            report.estimated = Some(found);
        }
        Ok(report)
    }
}
