//! The history of checks: what is drawn over time, and the page of one check.

use std::sync::Arc;

use domain::{CheckId, Date, DriftVerdict};
use model::UseCase;
use monitoring::monthly::MonthlyCheck;
use monitoring::recommendation::Limits;
use store::monitoring::checks;
use store::registry;

use super::cohorts::day;
use crate::monitoring::outcomes::CohortView;
use crate::{Error, Member, Result, Tenure, Viewer, disclosure, error::compute};

/// Everything about the checks of a use case between two days.
#[derive(Debug, Clone)]
pub struct DriftHistory {
    pub use_case: Arc<UseCase>,
    /// Oldest first; several of a day stand in the order in which they were made.
    pub points: Vec<HistoryPoint>,
    /// Checks of all days.
    pub total: u32,
    /// Cycles of those days with what became of their people, oldest first.
    pub cohorts: Vec<CohortView>,
    pub events: Vec<HistoryEvent>,
    /// Features over time, weighted by drift and importance, largest first.
    pub features: Vec<FeatureLine>,
    /// Limits of the monitoring policy in force.
    pub limits: Limits,
    /// Smaller changes, of numbers and of categories, are not drift by the policy in force.
    pub least_effects: [f64; 2],
    /// First and last day with a check, whatever days were asked for.
    pub span: Option<[Date; 2]>,
}

/// One check.
#[derive(Debug, Clone)]
pub struct HistoryPoint {
    pub check: checks::Check,
    pub day: i64,
    pub report: Arc<MonthlyCheck>,
    pub notes: Vec<checks::Note>,
    /// The last check of its day: the one that is drawn.
    pub drawn: bool,
}

/// What happened on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Training,
    Promotion,
    Rollback,
    Acknowledgement,
}

/// Something that a time line shows as a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryEvent {
    pub day: i64,
    pub mark: Mark,
    pub sentence: String,
}

/// One feature over time.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureLine {
    pub name: String,
    pub label: String,
    /// Share of the model's attention, 0..=1; `None` where it was not measured.
    pub importance: Option<f64>,
    /// For each drawn check: effect size (`None`: could not be computed) and verdict.
    pub points: Vec<(i64, Option<f64>, DriftVerdict)>,
}

/// The page of one check.
#[derive(Debug, Clone)]
pub struct CheckPage {
    pub use_case: Arc<UseCase>,
    pub check: checks::Check,
    pub report: Arc<MonthlyCheck>,
    pub notes: Vec<checks::Note>,
    pub data_name: String,
    pub simulated: bool,
    /// The checks before and after it, if any: id and day.
    pub before: Option<(CheckId, Date)>,
    pub after: Option<(CheckId, Date)>,
}

/// Share of the sum of importances by feature.
fn shares(report: &MonthlyCheck) -> std::collections::HashMap<&str, f64> {
    let sum: f64 = report.importances.iter().map(|(_, value)| value).sum();
    report
        .importances
        .iter()
        .filter(|_| sum > 0.0)
        .map(|(name, value)| (name.as_str(), value / sum))
        .collect()
}

/// Columns of a check by drift × importance, largest first, each with its share of the importance.
/// Effects are compared with what the policy tolerates, so that numbers and levels stand on one
/// scale; what could not be compared stands in front of what is stable.
pub fn by_weight(report: &MonthlyCheck) -> Vec<(&monitoring::ColumnReport, Option<f64>)> {
    let shares = shares(report);
    let policy = monitoring::Policy::default();
    let weight = |column: &monitoring::ColumnReport| {
        let floor = if column.kind.is_numeric() {
            policy.least_effect_number
        } else {
            policy.least_effect_level
        };
        let effect = column.effect_size.unwrap_or(0.0) / floor;
        let rank = match column.verdict {
            DriftVerdict::Drifted => 2,
            DriftVerdict::CouldNotCompute | DriftVerdict::TooFewRows => 1,
            DriftVerdict::Stable => 0,
        };
        (
            rank,
            effect
                * shares
                    .get(column.name.as_str())
                    .copied()
                    .unwrap_or(if shares.is_empty() { 1.0 } else { 0.0 }),
        )
    };
    let mut columns: Vec<_> = report
        .features
        .columns
        .iter()
        .map(|column| (column, shares.get(column.name.as_str()).copied()))
        .collect();
    columns.sort_by(|(a, _), (b, _)| {
        let (a, b) = (weight(a), weight(b));
        b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    columns
}

impl Tenure {
    /// The report of a check as a viewer may see it.
    pub(crate) async fn drift_report_for(
        &self,
        viewer: &Viewer,
        check: &checks::Check,
    ) -> Result<Arc<MonthlyCheck>> {
        let report = self.drift_report(check).await?;
        let Some(rule) = self.rule_for(viewer, &check.use_case) else {
            return Ok(report);
        };
        let version = self.version(&check.use_case, check.version).await?;
        let (current, reference) = (
            self.dataset(&check.dataset_id).await?,
            self.dataset(&version.dataset_id).await?,
        );
        let withheld = self.withheld(&[&current, &reference]).await?;
        Ok(Arc::new(disclosure::drift::check(&report, &withheld, rule)))
    }

    /// The report of a check.
    pub(crate) async fn drift_report(&self, check: &checks::Check) -> Result<Arc<MonthlyCheck>> {
        let make = async {
            let bytes = self.store.artifact(&check.report_hash).await?;
            compute(move || {
                Ok(Arc::new(
                    serde_json::from_slice(&bytes).map_err(store::Error::from)?,
                ))
            })
            .await
        };
        self.caches
            .reports
            .get_or_make(&check.report_hash, make)
            .await
    }

    /// The checks from `from` to `to` (YYYY-MM-DD, both inclusive; open where absent) with
    /// everything that is drawn beside them.
    ///
    /// # Errors
    /// When there is no such use case, a day is none, or the store fails.
    pub async fn drift_history(
        &self,
        member: &Member<'_>,
        use_case: &str,
        from: Option<&str>,
        to: Option<&str>,
    ) -> Result<DriftHistory> {
        let viewer = Viewer::from(member);
        let definition = self.use_case(use_case)?;
        let (from, to) = (
            from.map(str::parse::<Date>).transpose()?,
            to.map(str::parse::<Date>).transpose()?,
        );
        let inside =
            |day: Date| from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to);
        let mut all = self.checks(member, use_case).await?;
        all.reverse();
        let span = all
            .first()
            .zip(all.last())
            .map(|(first, last)| [first.as_of, last.as_of]);
        let total = all.len() as u32;
        let notes = checks::notes(&mut self.store.read().await?, &use_case.into()).await?;
        let events = self.drift_events(use_case, &all, &notes).await?;
        let mut points: Vec<HistoryPoint> = Vec::new();
        for check in all.into_iter().filter(|check| inside(check.as_of)) {
            if let Some(earlier) = points
                .last_mut()
                .filter(|earlier| earlier.check.as_of == check.as_of)
            {
                earlier.drawn = false;
            }
            let notes = notes
                .iter()
                .filter(|note| note.check_id == check.check_id)
                .cloned()
                .collect();
            let (day, report) = (
                day(check.as_of),
                self.drift_report_for(&viewer, &check).await?,
            );
            points.push(HistoryPoint {
                check,
                day,
                report,
                notes,
                drawn: true,
            });
        }
        let cohorts = self.outcomes_coverage(member, use_case).await?.cohorts;
        let policy = self.policy_in_force(use_case).await?;
        Ok(DriftHistory {
            features: feature_lines(&definition, &points),
            use_case: definition,
            points,
            total,
            cohorts: cohorts
                .into_iter()
                .filter(|cohort| inside(cohort.as_of))
                .collect(),
            events: events
                .into_iter()
                .filter(|event| inside(Date::from_day_number(event.day as i32)))
                .collect(),
            limits: policy.retraining,
            least_effects: [
                policy.drift.least_effect_number,
                policy.drift.least_effect_level,
            ],
            span,
        })
    }

    async fn drift_events(
        &self,
        use_case: &str,
        all: &[checks::Check],
        notes: &[checks::Note],
    ) -> Result<Vec<HistoryEvent>> {
        let mut connection = self.store.read().await?;
        let versions = registry::list(&mut connection, &use_case.into()).await?;
        let changes = registry::live_history(&mut connection, &use_case.into()).await?;
        drop(connection);
        let mut events = Vec::new();
        for version in &versions {
            let dataset = self.dataset(&version.dataset_id).await?;
            let sentence = format!(
                "Version {} trained on data as of {}",
                version.version,
                dataset.as_of.long()
            );
            events.push(HistoryEvent {
                day: day(dataset.as_of),
                mark: Mark::Training,
                sentence,
            });
        }
        let mut before = None;
        for change in &changes {
            let Some(version) = change.version else {
                continue;
            };
            let mark = if before.is_some_and(|before| version < before) {
                Mark::Rollback
            } else {
                Mark::Promotion
            };
            before = Some(version);
            // Checks of past days are made with the version of today: the mark stands where its
            // first check stands.
            let first = all
                .iter()
                .filter(|check| check.version == version && check.created_at >= change.changed_at)
                .map(|check| day(check.as_of))
                .min();
            let changed = day(change.changed_at.date());
            let word = if mark == Mark::Rollback {
                "rolled back to"
            } else {
                "promoted"
            };
            let sentence = format!(
                "Version {version} {word} by {} on {}",
                change.changed_by,
                change.changed_at.long()
            );
            events.push(HistoryEvent {
                day: first.map_or(changed, |first| first.min(changed)),
                mark,
                sentence,
            });
        }
        for note in notes {
            let check = all.iter().find(|check| check.check_id == note.check_id);
            let sentence = format!("Acknowledged by {}: {}", note.created_by, note.note);
            events.extend(check.map(|check| HistoryEvent {
                day: day(check.as_of),
                mark: Mark::Acknowledgement,
                sentence,
            }));
        }
        events.sort_by_key(|event| event.day);
        Ok(events)
    }

    /// One check.
    ///
    /// # Errors
    /// [`Error::NotFound`], or when the store fails.
    pub async fn drift_check(
        &self,
        member: &Member<'_>,
        use_case: &str,
        check_id: &CheckId,
    ) -> Result<CheckPage> {
        let definition = self.use_case(use_case)?;
        let all = self.checks(member, use_case).await?;
        let unknown = || Error::NotFound(format!("{use_case} has no drift check {check_id}."));
        let place = all
            .iter()
            .position(|check| check.check_id == *check_id)
            .ok_or_else(unknown)?;
        let brief = |check: &checks::Check| (check.check_id.clone(), check.as_of);
        let dataset = self.dataset(&all[place].dataset_id).await?;
        let notes = checks::notes(&mut self.store.read().await?, &use_case.into()).await?;
        Ok(CheckPage {
            use_case: definition,
            report: self
                .drift_report_for(&Viewer::from(member), &all[place])
                .await?,
            notes: notes
                .into_iter()
                .filter(|note| note.check_id == *check_id)
                .collect(),
            data_name: dataset.name,
            simulated: dataset.simulated,
            before: all.get(place + 1).map(brief),
            after: place.checked_sub(1).map(|later| brief(&all[later])),
            check: all[place].clone(),
        })
    }
}

fn feature_lines(use_case: &UseCase, points: &[HistoryPoint]) -> Vec<FeatureLine> {
    let drawn: Vec<&HistoryPoint> = points.iter().filter(|point| point.drawn).collect();
    let mut names: Vec<&str> = Vec::new();
    // The newest check decides on the order; what only older ones have stands behind.
    for point in drawn.iter().rev() {
        for (column, _) in by_weight(&point.report) {
            if !names.contains(&column.name.as_str()) {
                names.push(&column.name);
            }
        }
    }
    let line = |name: &str| {
        let importance = drawn
            .last()
            .and_then(|point| shares(&point.report).get(name).copied());
        let find = |point: &&&HistoryPoint| {
            let column = point
                .report
                .features
                .columns
                .iter()
                .find(|column| column.name == name)?;
            Some((
                point.day,
                column.effect_size.filter(|_| column.decided_by.is_some()),
                column.verdict,
            ))
        };
        FeatureLine {
            name: name.to_owned(),
            label: use_case.label(name),
            importance,
            points: drawn.iter().filter_map(|point| find(&point)).collect(),
        }
    };
    names.into_iter().map(line).collect()
}
