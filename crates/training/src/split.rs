//! Who is learned from and who is only judged. Only a split makes [`TrainRows`], and only
//! [`TrainRows`] can be fitted to: fitting anything outside a fold does not compile.

use std::collections::{BTreeMap, BTreeSet};

use crate::dataset::Dataset;
use crate::error::TrainingError;
use crate::random::{generator, shuffle};

/// Rows that may be fitted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainRows(Vec<usize>);

/// Rows that are only judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRows(Vec<usize>);

impl TrainRows {
    /// Every row of the dataset: for the model that serves, after all about it was chosen and judged
    /// on other fits.
    pub(crate) fn everybody(dataset: &Dataset) -> Self {
        Self((0..dataset.rows()).collect())
    }

    /// Positions in the dataset, ascending.
    pub fn rows(&self) -> &[usize] {
        &self.0
    }
}

impl TestRows {
    /// Positions in the dataset, ascending.
    pub fn rows(&self) -> &[usize] {
        &self.0
    }
}

/// One way to part rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Rows that are fitted to.
    pub train: TrainRows,
    /// Rows that are judged.
    pub test: TestRows,
}

impl Split {
    fn from_test(within: &[usize], mut test: Vec<usize>) -> Self {
        test.sort_unstable();
        let train = within
            .iter()
            .copied()
            .filter(|row| test.binary_search(row).is_err())
            .collect();
        Self {
            train: TrainRows(train),
            test: TestRows(test),
        }
    }

    /// The split whose judged rows are given, for example a fold of a published list.
    ///
    /// # Errors
    /// When a row is not in the dataset, occurs twice, or a person would be on both sides.
    pub fn explicit(dataset: &Dataset, test: &[usize]) -> Result<Self, TrainingError> {
        let all: Vec<usize> = (0..dataset.rows()).collect();
        let mut sorted = test.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() != test.len() || sorted.last().is_some_and(|last| *last >= dataset.rows()) {
            return Err(TrainingError::Split(
                "contains a duplicate or unknown row".into(),
            ));
        }
        let split = Self::from_test(&all, sorted);
        if split.shares_persons(dataset) {
            return Err(TrainingError::Split(
                "has the same person in train and test".into(),
            ));
        }
        Ok(split)
    }

    /// The split whose two sides are given. A person may be on both only where every row that is
    /// trained on is of an earlier time than every row that is judged: the past of somebody is
    /// known by then.
    ///
    /// # Errors
    /// When a side is empty, a row is not in the dataset or occurs twice, or a person would be on
    /// both sides.
    pub fn sides(
        dataset: &Dataset,
        train: &[usize],
        test: &[usize],
    ) -> Result<Self, TrainingError> {
        let sorted = |rows: &[usize]| {
            let mut rows = rows.to_vec();
            rows.sort_unstable();
            rows
        };
        let (train, test) = (sorted(train), sorted(test));
        if train.is_empty() || test.is_empty() {
            return Err(TrainingError::Split("has a side without rows".into()));
        }
        let all = sorted(&[train.as_slice(), &test].concat());
        if all.windows(2).any(|two| two[0] == two[1])
            || all.last().is_some_and(|last| *last >= dataset.rows())
        {
            return Err(TrainingError::Split(
                "contains a duplicate or unknown row".into(),
            ));
        }
        let split = Self {
            train: TrainRows(train),
            test: TestRows(test),
        };
        if split.shares_persons(dataset) && !split.is_forward(dataset) {
            return Err(TrainingError::Split(
                "has the same person in train and test, and does not go forward in time".into(),
            ));
        }
        Ok(split)
    }

    fn shares_persons(&self, dataset: &Dataset) -> bool {
        let Some(persons) = &dataset.persons else {
            return false;
        };
        let trained: std::collections::HashSet<u32> =
            self.train.0.iter().map(|&row| persons[row]).collect();
        self.test
            .0
            .iter()
            .any(|&row| trained.contains(&persons[row]))
    }

    /// Whether every row that is trained on is of an earlier time than every row that is judged;
    /// false without times.
    pub fn is_forward(&self, dataset: &Dataset) -> bool {
        let Some(times) = &dataset.times else {
            return false;
        };
        let latest = self.train.0.iter().map(|&row| times[row]).max();
        let earliest = self.test.0.iter().map(|&row| times[row]).min();
        latest
            .zip(earliest)
            .is_some_and(|(latest, earliest)| latest < earliest)
    }

    /// A hold-out of about `share` of the rows: the latest period where the dataset has times,
    /// whole persons where people repeat, stratified by outcome otherwise.
    ///
    /// # Errors
    /// When one side would lack the event or its absence.
    pub fn hold_out(dataset: &Dataset, share: f64, seed: u64) -> Result<Self, TrainingError> {
        let all: Vec<usize> = (0..dataset.rows()).collect();
        let split = match &dataset.times {
            Some(times) => latest(&all, times, share),
            None => {
                let parts = (1.0 / share.clamp(0.01, 0.99)).round().max(2.0) as usize;
                let test = assign(dataset, &all, parts, seed, 0);
                Self::from_test(
                    &all,
                    all.iter()
                        .zip(&test)
                        .filter(|(_, part)| **part == 0)
                        .map(|(&row, _)| row)
                        .collect(),
                )
            }
        };
        both_classes(dataset, split.train.rows())?;
        both_classes(dataset, split.test.rows())?;
        Ok(split)
    }
}

fn both_classes(dataset: &Dataset, rows: &[usize]) -> Result<(), TrainingError> {
    let positives = rows.iter().filter(|&&row| dataset.labels[row]).count();
    if positives == 0 || positives == rows.len() {
        return Err(TrainingError::Split(
            "leaves one side with only one outcome".into(),
        ));
    }
    Ok(())
}

/// The last period or periods that hold at least `share` of the rows.
fn latest(within: &[usize], times: &[i64], share: f64) -> Split {
    let mut periods: Vec<i64> = within.iter().map(|&row| times[row]).collect();
    periods.sort_unstable();
    let cut = periods[((1.0 - share) * periods.len() as f64)
        .floor()
        .min(periods.len() as f64 - 1.0) as usize]
        .max(periods[0] + 1);
    forward(within, times, cut, i64::MAX)
}

/// Rows before `from` train; rows from `from` up to `until` (excluded) are judged. A person who is
/// judged keeps the rows before `from`: they are the past that is known by then, unlike rows of the
/// same period.
fn forward(within: &[usize], times: &[i64], from: i64, until: i64) -> Split {
    let train = within
        .iter()
        .copied()
        .filter(|&row| times[row] < from)
        .collect();
    let test = within
        .iter()
        .copied()
        .filter(|&row| times[row] >= from && times[row] < until)
        .collect();
    Split {
        train: TrainRows(train),
        test: TestRows(test),
    }
}

/// `folds` ways to part the rows of `train`, `repeats` times anew: forward in time where these rows
/// have [`PERIODS_TO_GO_FORWARD`] times or more (repeats do not apply), whole persons where people
/// repeat, stratified by outcome otherwise.
///
/// # Errors
/// When a fold would lack the event or its absence.
pub fn folds(
    dataset: &Dataset,
    train: &TrainRows,
    folds: usize,
    repeats: usize,
    seed: u64,
) -> Result<Vec<Split>, TrainingError> {
    let within = train.rows();
    let splits: Vec<Split> = match dataset
        .times
        .as_ref()
        .filter(|times| periods(within, times).len() >= PERIODS_TO_GO_FORWARD)
    {
        Some(times) => return forward_with_events(dataset, within, times, folds),
        None => (0..repeats.max(1))
            .flat_map(|repeat| {
                let parts = assign(dataset, within, folds, seed, 1 + repeat as u64);
                (0..folds).map(move |fold| {
                    let test = within
                        .iter()
                        .zip(&parts)
                        .filter(|(_, part)| **part == fold)
                        .map(|(&row, _)| row)
                        .collect();
                    Split::from_test(within, test)
                })
            })
            .collect(),
    };
    checked(dataset, splits)
}

/// Folds forward in time, each side with the event and its absence: where the first periods or a
/// stretch have no event, more periods only train, and then there are fewer folds.
fn forward_with_events(
    dataset: &Dataset,
    within: &[usize],
    times: &[i64],
    folds: usize,
) -> Result<Vec<Split>, TrainingError> {
    let count = periods(within, times).len();
    let parted =
        |folds: usize, lead: usize| checked(dataset, forward_folds(within, times, folds, lead));
    let fewer = (2..=folds)
        .rev()
        .flat_map(|folds| (1..count.saturating_sub(folds).max(2)).map(move |lead| (folds, lead)))
        .find_map(|(folds, lead)| parted(folds, lead).ok());
    fewer.map_or_else(|| parted(folds, 1), Ok)
}

/// Stream of the random numbers that part people into folds for scoring.
const PEOPLE: u64 = 0xc0f;

/// All rows in about `folds` folds that keep the rows of a person together, whatever their times:
/// nobody is on both sides. Fewer folds where one would lack the event or its absence.
///
/// # Errors
/// When even two folds would.
pub fn person_folds(
    dataset: &Dataset,
    folds: usize,
    seed: u64,
) -> Result<Vec<Split>, TrainingError> {
    let within: Vec<usize> = (0..dataset.rows()).collect();
    let most = folds.clamp(2, MOST_FOLDS);
    let parted = |count: usize| {
        let parts = assign(dataset, &within, count, seed, PEOPLE);
        let of = |fold: usize| {
            let test = within.iter().filter(|&&row| parts[row] == fold).copied();
            Split::from_test(&within, test.collect())
        };
        checked(dataset, (0..count).map(of).collect())
    };
    let fewer = (3..=most).rev().map(parted).find(Result::is_ok);
    fewer.unwrap_or_else(|| parted(2))
}

/// A version keeps a model for each fold; the number of a fold is one byte.
const MOST_FOLDS: usize = 20;

fn checked(dataset: &Dataset, splits: Vec<Split>) -> Result<Vec<Split>, TrainingError> {
    for split in &splits {
        both_classes(dataset, split.train.rows())?;
        both_classes(dataset, split.test.rows())?;
    }
    Ok(splits)
}

/// Fewest periods that can be parted into two folds forward in time; calibration and stacking
/// cross-fit, and need two.
pub const PERIODS_TO_GO_FORWARD: usize = 3;

/// Folds forward in time over all rows, to judge a whole training by: `None` without times. Where
/// there are periods enough every fold trains on
/// [`PERIODS_TO_GO_FORWARD`] at least, so that the training inside it goes forward too; from three periods on there are two folds or more.
///
/// # Errors
/// When a fold would lack the event or its absence.
pub fn forward_protocol(
    dataset: &Dataset,
    folds: usize,
) -> Result<Option<Vec<Split>>, TrainingError> {
    let Some(times) = &dataset.times else {
        return Ok(None);
    };
    let all: Vec<usize> = (0..dataset.rows()).collect();
    let lead = periods(&all, times)
        .len()
        .saturating_sub(2)
        .clamp(1, PERIODS_TO_GO_FORWARD);
    checked(dataset, forward_folds(&all, times, folds, lead)).map(Some)
}

/// The times of `within`, ascending.
fn periods(within: &[usize], times: &[i64]) -> BTreeSet<i64> {
    within.iter().map(|&row| times[row]).collect()
}

/// Each fold trains on everything before its own stretch of time. The first `lead` periods only
/// ever train; the others are parted into stretches of about equal numbers of periods, fewer than
/// `folds` where there are fewer periods.
fn forward_folds(within: &[usize], times: &[i64], folds: usize, lead: usize) -> Vec<Split> {
    let distinct: Vec<i64> = periods(within, times).into_iter().collect();
    let judged = distinct.len().saturating_sub(lead);
    let stretches = folds.min(judged);
    (0..stretches)
        .map(|fold| {
            let at = |index: usize| lead + index * judged / stretches;
            let until = distinct.get(at(fold + 1)).copied().unwrap_or(i64::MAX);
            forward(within, times, distinct[at(fold)], until)
        })
        .collect()
}

/// The part (0 to `parts` − 1) of each row of `within`: both classes spread evenly, persons whole.
fn assign(dataset: &Dataset, within: &[usize], parts: usize, seed: u64, stream: u64) -> Vec<usize> {
    let mut random = generator(seed, stream);
    // One unit per person (or row), with the number of its events: units of like counts are dealt
    // out in turn.
    let mut units: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, &row) in within.iter().enumerate() {
        units
            .entry(
                dataset
                    .persons
                    .as_ref()
                    .map_or(index as u32, |persons| persons[row]),
            )
            .or_default()
            .push(index);
    }
    let mut strata: BTreeMap<(usize, usize), Vec<Vec<usize>>> = BTreeMap::new();
    for unit in units.into_values() {
        let positives = unit
            .iter()
            .filter(|&&index| dataset.labels[within[index]])
            .count();
        strata
            .entry((positives, unit.len()))
            .or_default()
            .push(unit);
    }
    let mut part_of = vec![0; within.len()];
    let mut next = 0;
    for (_, mut units) in strata.into_iter().rev() {
        shuffle(&mut units, &mut random);
        for unit in units {
            for index in unit {
                part_of[index] = next % parts;
            }
            next += 1;
        }
    }
    part_of
}
