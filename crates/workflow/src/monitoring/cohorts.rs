//! Cohorts: the people scored in one cycle, joined with what became of them. (The cycle itself,
//! which does the scoring, is in `cycles`.)

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use domain::{BatchId, Date, ScoreBasis, VersionNumber};
use model::UseCase;
use monitoring::outcomes::{Event, Fate, Known, LEAST_KNOWN, over_window};
use monitoring::performance::{self, Outcomes, Realized};
use store::monitoring::outcomes::{self, Cohort, PersonProbability};
use store::scoring;

use crate::{Result, Tenure, error::compute};

/// The time that a score is about, unless the import or the use case says otherwise.
pub const HORIZON_DAYS: i64 = 365;
/// Cycles looked back on.
pub(super) const BATCHES: i64 = 120;
/// Leavers that a check looks for, newest cycles first, and days it looks back at most.
const ENOUGH_LEAVERS: usize = 100;
const MOST_DAYS: i32 = 370;

/// The end of the newest window where nothing has been heard of anybody: no window reaches so far.
const EPOCH: Date = Date::from_day_number(0);

/// Days that the scores of a use case are about: as it states, else [`HORIZON_DAYS`].
pub(super) fn horizon_of(use_case: &UseCase) -> i64 {
    use_case.horizon_days.map_or(HORIZON_DAYS, i64::from)
}

/// One scored person of one cycle.
struct Row {
    left: bool,
    score: f64,
    reason: Option<String>,
}

/// The people of one cycle whose outcome is known.
pub(crate) struct Joined {
    window: CycleWindow,
    scored: usize,
    rows: Vec<Row>,
}

fn ids(people: &[PersonProbability]) -> impl Iterator<Item = &str> {
    people.iter().map(|person| person.person_id.as_str())
}

/// A cycle: the people scored together, and the time up to the next scoring.
#[derive(Debug, Clone)]
pub(crate) struct CycleWindow {
    pub batch: scoring::Batch,
    pub from: Date,
    pub until: Date,
}

impl CycleWindow {
    /// Whether so many known outcomes are a fair sample of so many scored people.
    pub fn enough(&self, known: usize, scored: usize) -> bool {
        known > 0 && known as f64 >= LEAST_KNOWN * scored as f64
    }
}

/// Each cycle with its time, oldest first; the newest ends on `end`.
fn windows(batches: Vec<scoring::Batch>, end: Date) -> impl Iterator<Item = CycleWindow> {
    let starts: Vec<Date> = batches.iter().map(|batch| batch.as_of).collect();
    batches
        .into_iter()
        .enumerate()
        .map(move |(position, batch)| CycleWindow {
            from: starts[position],
            until: starts.get(position + 1).map_or(end, |next| end.min(*next)),
            batch,
        })
}

impl Joined {
    fn is_known(&self) -> bool {
        self.window.enough(self.rows.len(), self.scored)
    }

    /// Length of the window.
    fn days(&self) -> i64 {
        i64::from(self.window.until.days_since(self.window.from))
    }

    fn left(&self) -> usize {
        self.rows.iter().filter(|row| row.left).count()
    }

    /// All that its report is made of.
    fn key(&self, definition: &str, horizon: i64) -> String {
        let mut text = format!(
            "{definition} {horizon} {} {} {}",
            self.window.batch.as_of, self.window.from, self.window.until
        );
        for row in &self.rows {
            let (left, score) = (u8::from(row.left), row.score.to_bits());
            // Written to a string, which does not fail.
            _ = write!(text, "\n{left}{score:x}{:?}", row.reason);
        }
        store::artifacts::hash(text.as_bytes())
    }
}

/// What a check takes from the outcomes.
pub(crate) struct Recent {
    pub left: Vec<bool>,
    pub scores: Vec<f64>,
    pub reasons: Vec<Option<String>>,
    pub cohorts: Vec<String>,
    /// Mean length of the windows.
    pub window: i64,
    pub horizon: i64,
    /// How often people left.
    pub rate: Rate,
}

/// How often people left in the newest cycles.
pub(crate) struct Rate {
    /// `[stayed, left]`: of the newest cycle that was observed for as long as a score is about, else
    /// of all of them.
    counts: [u64; 2],
    /// Length of what was observed, in days, and that of what a score is about.
    days: [i64; 2],
}

impl Rate {
    fn of(cycles: &[&Joined], horizon: i64) -> Self {
        let whole = |cycle: &&&Joined| (cycle.days() as f64 / horizon as f64 - 1.0).abs() < 0.1;
        let counted = |cycles: &[&Joined]| {
            let all: usize = cycles.iter().map(|cycle| cycle.rows.len()).sum();
            let left: usize = cycles.iter().map(|cycle| cycle.left()).sum();
            [(all - left) as u64, left as u64]
        };
        match cycles.iter().find(whole) {
            Some(cycle) => Self {
                counts: counted(&[cycle]),
                days: [horizon, horizon],
            },
            None => Self {
                counts: counted(cycles),
                days: [window_of(cycles), horizon],
            },
        }
    }

    /// `[stayed, left]` over equally long stretches of time: of the baseline, which was observed for
    /// as long as a score is about, and of now. Where cycles are shorter, each person of the
    /// baseline counts as that many cycles of them at a constant rate.
    pub fn beside(&self, baseline: [u64; 2]) -> [[u64; 2]; 2] {
        let [days, horizon] = self.days;
        let all = (baseline[0] + baseline[1]) as f64;
        if days == horizon || all == 0.0 {
            return [baseline, self.counts];
        }
        let share = over_window(baseline[1] as f64 / all, days, horizon);
        let cycles = all * horizon as f64 / days.max(1) as f64;
        let left = (cycles * share).round();
        [[(cycles - left).round() as u64, left as u64], self.counts]
    }
}

/// Mean length of cycles, in days.
fn window_of(cycles: &[&Joined]) -> i64 {
    let days: i64 = cycles.iter().map(|cycle| cycle.days()).sum();
    (days as f64 / cycles.len().max(1) as f64).round() as i64
}

impl Recent {
    /// Bands and cutoff of the use case for the length of the windows: the same people on each
    /// side.
    pub fn limits(&self, use_case: &UseCase) -> (Vec<(String, f64)>, f64) {
        let shorter = |limit| over_window(limit, self.window, self.horizon);
        (
            use_case
                .bands
                .iter()
                .map(|band| (band.name.clone(), shorter(band.from)))
                .collect(),
            shorter(use_case.policies.cutoff),
        )
    }
}

impl Tenure {
    /// Every cycle with what is known of its people, oldest first. `today` ends the newest window.
    async fn joined(
        &self,
        use_case: &str,
        today: Option<Date>,
    ) -> Result<Option<(Vec<Joined>, i64)>> {
        let mut connection = self.store.read().await?;
        let (known, imports) = known_outcomes(&mut connection, use_case).await?;
        let Some(horizon) = imports.first().map(|import| import.horizon_days) else {
            return Ok(None);
        };
        let complete = known.complete_until;
        let last = imports.iter().map(|import| import.last_day).max();
        let batches = days_of(scoring::batches(&mut connection, &use_case.into(), BATCHES).await?);
        let end = today.or(last.max(complete)).unwrap_or(EPOCH);
        let mut joined = Vec::new();
        for window in windows(batches, end) {
            let people = outcomes::scores_of(&mut connection, &window.batch.batch_id).await?;
            joined.push((window, people));
        }
        drop(connection);
        let join = move |at: usize, all: &[(CycleWindow, Vec<PersonProbability>)]| {
            let (window, people) = &all[at];
            let (from, until) = (window.from, window.until);
            let next = all.get(at + 1).filter(|(next, _)| next.from == until);
            let next = next.map(|(_, people)| ids(people).collect::<HashSet<&str>>());
            let listed: Vec<&str> = ids(people).collect();
            let fates = known.fates(&listed, from, until, next.as_ref());
            let row = |(scored, fate): (&PersonProbability, Fate<'_>)| match fate {
                // Of a person from whom the model has learned, it says nothing about how well it predicts.
                _ if scored.basis == ScoreBasis::InSample => None,
                Fate::Left(reason) => Some(Row {
                    left: true,
                    score: scored.probability,
                    reason: reason.map(str::to_owned),
                }),
                Fate::Stayed => Some(Row {
                    left: false,
                    score: scored.probability,
                    reason: None,
                }),
                Fate::Unknown => None,
            };
            Joined {
                scored: people.len(),
                rows: people.iter().zip(fates).filter_map(row).collect(),
                window: window.clone(),
            }
        };
        let joined = compute(move || {
            let over = |at: &usize| joined[*at].0.until > joined[*at].0.from;
            let cycles = (0..joined.len()).filter(over);
            Ok(cycles.map(|at| join(at, &joined)).collect())
        })
        .await?;
        Ok(Some((joined, horizon)))
    }

    /// Every cycle with its time, oldest first; the newest one lasts until the last day that outcomes
    /// tell of.
    pub(crate) async fn cycle_windows(&self, use_case: &str) -> Result<Vec<CycleWindow>> {
        let mut reader = self.store.read().await?;
        let (known, imports) = known_outcomes(&mut reader, use_case).await?;
        let last = imports.iter().map(|import| import.last_day).max();
        let batches = scoring::batches(&mut reader, &use_case.into(), BATCHES).await?;
        let end = last.max(known.complete_until).unwrap_or(EPOCH);
        Ok(windows(days_of(batches), end).collect())
    }

    /// Writes anew how each cycle did, where more has become known.
    pub(crate) async fn renew_cohorts(&self, use_case: &str) -> Result<()> {
        // Without any outcomes, nothing is known of any cycle.
        let (joined, horizon) = self
            .joined(use_case, None)
            .await?
            .unwrap_or_else(|| (Vec::new(), HORIZON_DAYS));
        let definition = self.definition(use_case)?;
        let before = outcomes::cohorts(&mut self.store.read().await?, &use_case.into()).await?;
        let caches = std::sync::Arc::clone(&self.caches);
        let cohorts = compute(move || {
            let report_of = |joined: &Joined| {
                let report = realized_of(&definition.use_case, &recent(&[joined], horizon));
                report
                    .map(|report| serde_json::to_string(&report).map_err(store::Error::from))
                    .transpose()
            };
            let cohort = |joined: &Joined| {
                let report = if joined.is_known() {
                    let key = joined.key(&definition.hash, horizon);
                    caches.cohorts.get_or_compute(&key, || report_of(joined))?
                } else {
                    None
                };
                Ok(Cohort {
                    batch_id: joined.window.batch.batch_id.clone(),
                    use_case: joined.window.batch.use_case.clone(),
                    as_of: joined.window.batch.as_of,
                    until_day: joined.window.until,
                    scored: joined.scored as i64,
                    known: joined.rows.len() as i64,
                    report,
                })
            };
            joined.iter().map(cohort).collect::<Result<Vec<_>>>()
        });
        let cohorts = cohorts.await?;
        let gone: Vec<BatchId> = before
            .iter()
            .filter(|own| !cohorts.iter().any(|other| other.batch_id == own.batch_id))
            .map(|own| own.batch_id.clone())
            .collect();
        let changed: Vec<Cohort> = cohorts
            .into_iter()
            .filter(|cohort| !before.contains(cohort))
            .collect();
        if changed.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let mut transaction = self.store.begin().await?;
        for batch in &gone {
            outcomes::remove_cohort(&mut transaction, batch).await?;
        }
        for cohort in &changed {
            outcomes::set_cohort(&mut transaction, cohort).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The outcomes that a check of day `today` looks at: the newest whole cycles that `version`
    /// scored, until there are enough leavers or a year is spanned. How often people left is of all
    /// versions: that does not depend on who scored them.
    pub(crate) async fn recent_outcomes(
        &self,
        use_case: &str,
        version: VersionNumber,
        today: Date,
    ) -> Result<Option<Recent>> {
        let Some((joined, horizon)) = self.joined(use_case, Some(today)).await? else {
            return Ok(None);
        };
        let newest = |of: &dyn Fn(&&Joined) -> bool| {
            let mut left = 0;
            let known = joined.iter().rev().filter(|cycle| cycle.is_known());
            known
                .filter(of)
                .take_while(|cycle| {
                    let enough = left >= ENOUGH_LEAVERS;
                    left += cycle.left();
                    !enough && today.days_since(cycle.window.from) <= MOST_DAYS
                })
                .collect::<Vec<&Joined>>()
        };
        let all = newest(&|_| true);
        if all.is_empty() {
            return Ok(None);
        }
        let own = newest(&|cycle| cycle.window.batch.version == version);
        Ok(Some(Recent {
            rate: Rate::of(&all, horizon),
            ..recent(&own, horizon)
        }))
    }

    /// The time up to the next scoring and the time that a score is about, in days: as long as the
    /// cycles whose outcomes are known, else as the one before `today`. `None` for the first one.
    pub(crate) async fn time_to_next_scoring(
        &self,
        use_case: &str,
        today: Date,
        recent: Option<&Recent>,
    ) -> Result<Option<[i64; 2]>> {
        if let Some(recent) = recent.filter(|recent| recent.window > 0) {
            return Ok(Some([recent.window, recent.horizon]));
        }
        let batches =
            scoring::batches(&mut self.store.read().await?, &use_case.into(), BATCHES).await?;
        let before = batches.iter().find(|batch| batch.as_of < today);
        let definition = self.use_case(use_case)?;
        let horizon = horizon_of(&definition);
        Ok(before.map(|batch| [i64::from(today.days_since(batch.as_of)), horizon]))
    }
}

/// Everything that is known of what became of people, and the imports in use that tell it, newest
/// first.
pub(crate) async fn known_outcomes(
    reader: &mut store::Reader,
    use_case: &str,
) -> Result<(Known, Vec<outcomes::Import>)> {
    let mut imports = outcomes::imports(reader, &use_case.into()).await?;
    imports.retain(|import| import.withdrawn_at.is_none());
    let mut known = Known {
        events: HashMap::new(),
        complete_until: imports
            .iter()
            .filter_map(|import| import.complete_until)
            .max(),
    };
    for outcome in outcomes::all(reader, &use_case.into()).await? {
        let event = Event {
            day: outcome.day,
            happened: outcome.happened,
            reason: outcome.reason,
        };
        known
            .events
            .entry(outcome.person_id.into_string())
            .or_default()
            .push(event);
    }
    Ok((known, imports))
}

/// Days since 1970-01-01.
pub(super) fn day(date: Date) -> i64 {
    date.day_number().into()
}

/// One batch a day, the last one made, oldest day first.
pub(super) fn days_of(newest_first: Vec<scoring::Batch>) -> Vec<scoring::Batch> {
    let mut batches: Vec<scoring::Batch> = newest_first;
    batches.dedup_by(|later, earlier| later.as_of == earlier.as_of);
    batches.reverse();
    batches
}

fn recent(cycles: &[&Joined], horizon: i64) -> Recent {
    let window = window_of(cycles);
    let rows = || {
        cycles
            .iter()
            .flat_map(|cycle| cycle.rows.iter().map(move |row| (cycle, row)))
    };
    Recent {
        left: rows().map(|(_, row)| row.left).collect(),
        scores: rows()
            .map(|(_, row)| over_window(row.score, window, horizon))
            .collect(),
        reasons: rows().map(|(_, row)| row.reason.clone()).collect(),
        cohorts: rows()
            .map(|(cycle, _)| {
                cycle
                    .window
                    .batch
                    .as_of
                    .to_string()
                    .get(..7)
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect(),
        window,
        horizon,
        rate: Rate::of(cycles, horizon),
    }
}

fn realized_of(use_case: &UseCase, recent: &Recent) -> Option<Realized> {
    let (bands, cutoff) = recent.limits(use_case);
    let outcomes = Outcomes {
        left: &recent.left,
        scores: &recent.scores,
        reasons: &recent.reasons,
        cohorts: &recent.cohorts,
        // The cycles may be of several versions: only chance is in the intervals.
        calibration: [0.0; 3],
    };
    performance::realized(outcomes, &bands, cutoff).ok()
}
