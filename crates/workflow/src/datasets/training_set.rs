//! Training data from history: rows of snapshots whose horizon has passed, with the outcomes that
//! were recorded for them.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::sync::Arc;

use domain::{AuditEvent, Date, ParentKind, Period, Purpose, RefusalCode, Subject};
use model::use_case::Terminology;
use monitoring::outcomes::{Fate, Known};
use serde::Serialize;
use store::monitoring::outcomes;
use store::{audit, datasets};

use super::reading::Under;
use crate::monitoring::known_outcomes;
use crate::{Admin, Error, Result, StoredPeople, Tenure, error::compute};

/// What to build.
#[derive(Debug, Clone, Default)]
pub struct NewTrainingSet {
    pub use_case: String,
    /// Only rows whose horizon ended on or before this day, YYYY-MM-DD; today when absent.
    pub until: Option<String>,
}

/// The rows that history gives, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TrainingSetPlan {
    pub until: Date,
    pub horizon_days: u32,
    /// The snapshots that rows come from, oldest first.
    pub snapshots: Vec<SnapshotRows>,
    /// Rows of the training set: people at a day, whose outcome is known.
    pub rows: usize,
    /// Rows with the event within the horizon.
    pub events: usize,
    /// Rows whose horizon has not ended by `until`.
    pub not_over: usize,
    /// Rows whose horizon has ended, but of whom nothing is recorded up to its end.
    pub not_recorded: usize,
    /// Rows of people to whom it had happened by the day of the snapshot.
    pub gone_before: usize,
    /// Rows that a later import of the same day replaces.
    pub replaced: usize,
    /// Snapshots without a day: their periods are running numbers.
    pub without_days: Vec<String>,
    /// Every event up to this day is recorded.
    pub complete_until: Option<Date>,
}

/// What a snapshot gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SnapshotRows {
    pub dataset_id: String,
    pub name: String,
    pub rows: usize,
}

impl TrainingSetPlan {
    /// Whether there are rows with and without the event.
    pub fn can_be_built(&self) -> bool {
        self.events > 0 && self.events < self.rows
    }

    /// What becomes of the rows, in words.
    pub fn sentences(&self, words: &Terminology) -> Vec<String> {
        let number = |count: usize| domain::format::count(u32::try_from(count).unwrap_or(u32::MAX));
        let rows = |count: usize| match count {
            1 => "1 row".to_owned(),
            many => format!("{} rows", number(many)),
        };
        let left_out = [
            (self.not_over, "horizon not over"),
            (self.not_recorded, "outcome not recorded"),
            (self.gone_before, "event before the snapshot date"),
            (self.replaced, "replaced by a later import of the same day"),
        ];
        let left_out: Vec<String> = left_out
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, why)| format!("{} ({why})", rows(count)))
            .collect();
        let snapshots = match self.snapshots.len() {
            1 => "1 snapshot".to_owned(),
            many => format!("{many} snapshots"),
        };
        let mut sentences = vec![format!(
            "{snapshots}, {}, {} {} within {} days, until {}.",
            rows(self.rows),
            number(self.events),
            if self.events == 1 {
                &words.event_one
            } else {
                &words.event_many
            },
            self.horizon_days,
            self.until.long()
        )];
        if !left_out.is_empty() {
            sentences.push(format!("Left out: {}.", left_out.join(", ")));
        }
        if self.not_recorded > 0 && self.complete_until.is_none() {
            sentences.push(format!(
                "No import of outcomes says up to which day it names all {}: who is not named counts as not known.",
                words.event_many
            ));
        }
        if !self.without_days.is_empty() {
            sentences.push(format!(
                "Without a date, and left out: {}.",
                self.without_days.join(", ")
            ));
        }
        sentences
    }
}

/// What was built.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TrainingSetBuilt {
    pub dataset: datasets::Dataset,
    /// False: the same history had given this dataset before.
    pub new: bool,
    pub plan: TrainingSetPlan,
}

/// A snapshot with its rows, as the definition in force reads them.
struct Snapshot {
    dataset: datasets::Dataset,
    people: Arc<StoredPeople>,
}

/// Rows and where they come from.
struct History {
    plan: TrainingSetPlan,
    people: StoredPeople,
    parents: Vec<datasets::Parent>,
    last_day: Option<Date>,
    simulated: bool,
}

impl Tenure {
    /// Counts the rows that history gives, without building anything.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the use case states no horizon, the day is not one up to today, or the snapshots differ in their columns.
    pub async fn plan_training_set(
        &self,
        _: &Admin<'_>,
        new: &NewTrainingSet,
    ) -> Result<TrainingSetPlan> {
        Ok(self.history(new).await?.plan)
    }

    /// Builds a dataset for training from the snapshots and outcomes in the store. The same history
    /// gives the same dataset.
    ///
    /// # Errors
    /// Those of [`Tenure::plan_training_set`]; [`Error::Conflict`] when no outcome is known, or all that are known are the same.
    pub async fn build_training_set(
        &self,
        admin: &Admin<'_>,
        new: &NewTrainingSet,
    ) -> Result<TrainingSetBuilt> {
        let History {
            plan,
            people,
            parents,
            last_day,
            simulated,
        } = self.history(new).await?;
        let definition = self.definition(&new.use_case)?;
        let words = &definition.use_case.words;
        let Some(as_of) = last_day.filter(|_| plan.can_be_built()) else {
            let sentence = format!(
                "A training set needs rows with and without the event. {}",
                plan.sentences(words).join(" ")
            );
            return Err(Error::conflict(RefusalCode::NoOutcomes, sentence));
        };
        let (people, content, hash) = compute(move || {
            let (content, hash) = (people.to_bytes()?, people.rows_hash()?);
            Ok((people, content, hash))
        })
        .await?;
        let content_hash = self.store.put_artifact(content).await?;
        let of_kind = |kind| parents.iter().filter(|parent| parent.kind == kind).count() as u64;
        let snapshots = of_kind(ParentKind::Snapshot);
        let mut transaction = self.store.begin().await?;
        let dataset = datasets::Dataset {
            dataset_id: store::new_id(),
            use_case: new.use_case.as_str().into(),
            hash,
            definition: self
                .record_definition(&mut transaction, admin.name(), &definition)
                .await?,
            purpose: Purpose::Training,
            content_hash,
            name: format!(
                "Training set from {snapshots} {}, until {}",
                if snapshots == 1 {
                    "snapshot"
                } else {
                    "snapshots"
                },
                plan.until
            ),
            row_count: people.ids.len() as i64,
            column_count: people.table.columns.len() as i64,
            positives: Some(plan.events as i64),
            known_outcomes: Some(plan.rows as i64),
            as_of,
            simulated,
            created_by: admin.name().clone(),
            created_at: store::now(),
            withdrawn_at: None,
            withdrawn_by: None,
            withdrawn_because: None,
        };
        if let Some(dataset) = datasets::same(&mut transaction, &dataset).await? {
            return Ok(TrainingSetBuilt {
                dataset,
                new: false,
                plan,
            });
        }
        datasets::insert(&mut transaction, &dataset, &[]).await?;
        datasets::insert_parents(&mut transaction, &dataset.dataset_id, &parents).await?;
        let event = AuditEvent::DataDerive {
            hash: dataset.hash.clone(),
            rows: dataset.row_count,
            name: dataset.name.clone(),
            as_of,
            snapshots,
            outcomes: of_kind(ParentKind::Outcomes),
            definition: dataset.definition,
        };
        audit::append(
            &mut transaction,
            admin.name(),
            &Subject::Dataset(dataset.dataset_id.clone()),
            &event,
        )
        .await?;
        transaction.commit().await?;
        self.refresh_use_cases().await?;
        Ok(TrainingSetBuilt {
            dataset,
            new: true,
            plan,
        })
    }

    async fn history(&self, new: &NewTrainingSet) -> Result<History> {
        self.refresh_use_cases().await?;
        let use_case = Arc::clone(&self.definition(&new.use_case)?.use_case);
        let today = store::today();
        let until: Date = new.until.as_deref().map_or(Ok(today), str::parse)?;
        if until > today {
            return Err(Error::Invalid(format!(
                "{until} is in the future: what happens until then is not known. Use a date up to today, {today}."
            )));
        }
        let horizon = use_case.horizon_days.ok_or_else(|| {
            Error::Invalid(format!(
                "The use case {} does not state within how many days the event is predicted. Set horizon_days, and build the training set then.",
                use_case.id
            ))
        })?;
        let mut connection = self.store.read().await?;
        let (known, imports) = known_outcomes(&mut connection, &new.use_case).await?;
        drop(connection);
        let mut all = self.all_datasets(Some(&new.use_case)).await?;
        all.retain(|dataset| dataset.withdrawn_at.is_none() && dataset.purpose.is_for_scoring());
        // Oldest day first, and of one day in the order of import.
        all.sort_by_key(|dataset| (dataset.as_of, dataset.created_at));
        let mut snapshots = Vec::new();
        for dataset in all {
            let people = self
                .people_for(&dataset, read_under(&dataset, &use_case))
                .await?;
            snapshots.push(Snapshot { dataset, people });
        }
        compute(move || assemble(snapshots, &known, &imports, until, horizon)).await
    }

    /// The rows of a training set as another definition reads them: those of its snapshots, read
    /// again, with the outcomes that it was built with. Boxed, since reading a snapshot leads here
    /// again.
    pub(super) fn read_training_set_again<'a>(
        &'a self,
        dataset: &'a datasets::Dataset,
        parents: Vec<datasets::Parent>,
        under: Under<'a>,
    ) -> Pin<Box<dyn Future<Output = Result<StoredPeople>> + Send + 'a>> {
        Box::pin(async move {
            let own = self.people_of(dataset).await?;
            let mut read = Vec::new();
            for parent in parents {
                match parent.kind {
                    ParentKind::Snapshot => {
                        let dataset = self.dataset(&parent.parent_id).await?;
                        let under = read_under(&dataset, under.use_case());
                        let people = self.people_for(&dataset, under).await?;
                        read.push((Snapshot { dataset, people }, parent.row_count as usize));
                    }
                    ParentKind::Outcomes => {}
                }
            }
            compute(move || same_rows(&own, read)).await
        })
    }
}

/// The rows of `own` as they are in its snapshots, which give so many rows each.
fn same_rows(own: &StoredPeople, snapshots: Vec<(Snapshot, usize)>) -> Result<StoredPeople> {
    let (mut parts, mut start) = (Vec::new(), 0);
    for (snapshot, count) in snapshots {
        let rows = snapshot.by_person();
        let find = |row: usize| {
            // Without periods, all rows are of the one day of their snapshot.
            let day = own.day(row).unwrap_or(snapshot.dataset.as_of);
            rows.get(&(own.ids[row].as_str(), day)).copied()
        };
        let chosen: Option<Vec<usize>> = (start..start + count).map(find).collect();
        let chosen = chosen.ok_or_else(|| {
            Error::internal("a row of a training set is missing from its snapshot")
        })?;
        parts.push((snapshot.dataset.name.clone(), snapshot.people.take(&chosen)));
        start += count;
    }
    let mut whole = stack(parts)?;
    whole.labels.clone_from(&own.labels);
    whole.periods.clone_from(&own.periods);
    Ok(whole)
}

/// A snapshot with outcomes of its own is read with them, one without as people to be scored.
fn read_under<'a>(dataset: &datasets::Dataset, use_case: &'a model::UseCase) -> Under<'a> {
    if dataset.positives.is_some() {
        Under::InForce(use_case)
    } else {
        Under::Model(use_case)
    }
}

impl StoredPeople {
    /// The day that a row describes, where its period has one.
    fn day(&self, row: usize) -> Option<Date> {
        self.periods.as_ref()?.get(row)?.last_day()
    }
}

impl Snapshot {
    /// The day that a row describes; `None` where its period is a running number.
    fn day(&self, row: usize) -> Option<Date> {
        match &self.people.periods {
            None => Some(self.dataset.as_of),
            Some(_) => self.people.day(row),
        }
    }

    fn by_person(&self) -> HashMap<(&str, Date), usize> {
        (0..self.people.ids.len())
            .filter_map(|row| Some(((self.people.ids[row].as_str(), self.day(row)?), row)))
            .collect()
    }
}

/// Whether the event had happened to a person by a day, and was not followed by word that the
/// person was there again.
fn gone_by(known: &Known, person: &str, day: Date) -> bool {
    let events = known.events.get(person).map_or(&[][..], Vec::as_slice);
    events
        .iter()
        .filter(|event| event.day <= day)
        .max_by_key(|event| event.day)
        .is_some_and(|event| event.happened)
}

fn assemble(
    snapshots: Vec<Snapshot>,
    known: &Known,
    imports: &[outcomes::Import],
    until: Date,
    horizon: u32,
) -> Result<History> {
    let days = i32::try_from(horizon).unwrap_or(i32::MAX);
    // The latest import of a day tells of a person on that day.
    let mut latest: HashMap<(&str, Date), usize> = HashMap::new();
    for (at, snapshot) in snapshots.iter().enumerate() {
        latest.extend(snapshot.by_person().into_keys().map(|key| (key, at)));
    }
    let mut plan = TrainingSetPlan {
        until,
        horizon_days: horizon,
        snapshots: Vec::new(),
        rows: 0,
        events: 0,
        not_over: 0,
        not_recorded: 0,
        gone_before: 0,
        replaced: 0,
        without_days: Vec::new(),
        complete_until: known.complete_until,
    };
    let (mut parts, mut parents) = (Vec::new(), Vec::new());
    let (mut labels, mut row_days) = (Vec::new(), Vec::new());
    let mut used_outcomes = false;
    for (at, snapshot) in snapshots.iter().enumerate() {
        let mut chosen = Vec::new();
        for (row, person) in snapshot.people.ids.iter().enumerate() {
            let Some(day) = snapshot.day(row) else {
                continue;
            };
            if latest.get(&(person.as_str(), day)) != Some(&at) {
                plan.replaced += 1;
            } else if day.day_number().saturating_add(days) > until.day_number() {
                plan.not_over += 1;
            } else if gone_by(known, person, day) {
                plan.gone_before += 1;
            } else {
                let fate = known.fate(person, day, day.plus_days(days));
                // Outcomes name who left after the day of a file; of whom the file itself says that
                // it happened, they need not speak.
                let own = snapshot.people.outcome(row);
                let label = match fate {
                    Fate::Left(_) => Some(true),
                    Fate::Stayed => Some(own == Some(true)),
                    Fate::Unknown => own,
                };
                used_outcomes |= fate != Fate::Unknown;
                match label {
                    None => plan.not_recorded += 1,
                    Some(label) => {
                        chosen.push(row);
                        labels.push(Some(label));
                        row_days.push(day);
                        plan.events += usize::from(label);
                    }
                }
            }
        }
        if snapshot.people.periods.is_some()
            && !snapshot.people.ids.is_empty()
            && snapshot.day(0).is_none()
        {
            plan.without_days.push(snapshot.dataset.name.clone());
        }
        if !chosen.is_empty() {
            plan.snapshots.push(SnapshotRows {
                dataset_id: snapshot.dataset.dataset_id.to_string(),
                name: snapshot.dataset.name.clone(),
                rows: chosen.len(),
            });
            parents.push((
                ParentKind::Snapshot,
                snapshot.dataset.dataset_id.to_string(),
                chosen.len(),
            ));
            parts.push((snapshot.dataset.name.clone(), snapshot.people.take(&chosen)));
        }
    }
    plan.rows = labels.len();
    let simulated = snapshots
        .iter()
        .any(|snapshot| snapshot.dataset.simulated && named(&parents, &snapshot.dataset))
        || (used_outcomes && imports.iter().any(|import| import.simulated));
    if used_outcomes {
        parents.extend(
            imports
                .iter()
                .map(|import| (ParentKind::Outcomes, import.import_id.clone(), 0)),
        );
    }
    let mut people = stack(parts)?;
    people.labels = Some(labels);
    let distinct: BTreeMap<Date, ()> = row_days.iter().map(|day| (*day, ())).collect();
    // One day is no panel: nothing can be split in time.
    people.periods =
        (distinct.len() > 1).then(|| row_days.iter().copied().map(Period::Day).collect());
    Ok(History {
        plan,
        people,
        parents: parents
            .into_iter()
            .enumerate()
            .map(|(position, (kind, parent_id, rows))| datasets::Parent {
                position: position as i64,
                kind,
                parent_id,
                row_count: rows as i64,
            })
            .collect(),
        last_day: distinct.into_keys().last(),
        simulated,
    })
}

fn named(parents: &[(ParentKind, String, usize)], dataset: &datasets::Dataset) -> bool {
    parents
        .iter()
        .any(|(_, parent, _)| *parent == *dataset.dataset_id)
}

/// Rows of several snapshots, one below the other.
fn stack(parts: Vec<(String, StoredPeople)>) -> Result<StoredPeople> {
    let mut parts = parts.into_iter();
    let Some((name, mut whole)) = parts.next() else {
        return Ok(StoredPeople {
            table: model::Table::default(),
            ids: Vec::new(),
            labels: None,
            periods: None,
            sources: Vec::new(),
            levels: BTreeMap::new(),
        });
    };
    let first = name.clone();
    whole.sources = vec![(name, whole.ids.len() as u32)];
    for (name, part) in parts {
        whole.table.append(part.table).map_err(|error| {
            Error::Invalid(format!(
                "The snapshots {first} and {name} differ in their columns ({error}). Withdraw the one that lacks columns, or import it again with all of them."
            ))
        })?;
        whole.sources.push((name, part.ids.len() as u32));
        whole.ids.extend(part.ids);
    }
    Ok(whole)
}
