//! What a training learns from and is judged by: the rows of a dataset whose outcome is known.

use std::collections::BTreeSet;

use domain::{Date, Period, PeriodRange};
use model::UseCase;
use serde::{Deserialize, Serialize};
use training::{Dataset, Trained};

use crate::{Error, Result, StoredPeople};

/// Rows with a known outcome. Where some are not known, positions in the dataset that trains are
/// others than in the stored people.
pub(crate) struct KnownRows {
    /// Positions in the stored people, ascending.
    rows: Vec<usize>,
    unknown: u32,
}

/// Which rows of a dataset a training has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowsUsed {
    /// Periods of the rows that it learned from; `None` where the data has no periods.
    pub training_periods: Option<PeriodRange>,
    /// Periods of the rows that it was judged by.
    pub holdout_periods: Option<PeriodRange>,
    /// Rows that were left out because their outcome is not known yet.
    pub unknown_outcomes: u32,
}

impl RowsUsed {
    /// Which periods trained and which judged; `None` where the data has no periods.
    pub fn periods_sentence(&self) -> Option<String> {
        let [training, holdout] = [self.training_periods?, self.holdout_periods?];
        Some(format!("Trained on {training}, evaluated on {holdout}."))
    }

    /// The same as names and values for the record of a run.
    pub(crate) fn tags(&self) -> impl Iterator<Item = (String, String)> {
        let tag = |name: &str, periods: Option<PeriodRange>| {
            Some((format!("data.{name}"), periods?.to_string()))
        };
        [
            tag("training_periods", self.training_periods),
            tag("holdout_periods", self.holdout_periods),
        ]
        .into_iter()
        .flatten()
    }
}

/// Whether what happened within the horizon after one period reaches into that of a later one: then
/// the same leaving is the outcome of both, and who trains on the earlier one knows the later one.
/// A tenth of the horizon is no overlap: months differ in length.
fn overlap(periods: &[Period], use_case: &UseCase) -> bool {
    let Some(horizon) = use_case.horizon_days else {
        return false;
    };
    let days: Option<BTreeSet<Date>> = periods.iter().map(|own| own.last_day()).collect();
    let days: Vec<Date> = days.into_iter().flatten().collect();
    days.windows(2)
        .any(|two| f64::from(two[1].days_since(two[0])) < 0.9 * f64::from(horizon))
}

impl KnownRows {
    /// The rows of `people` whose outcome is known, and the dataset of them. People who repeat over
    /// time stay on one side of a split.
    ///
    /// # Errors
    /// When no outcome is known, or all that are known are the event.
    pub fn of(people: &StoredPeople, use_case: &UseCase) -> Result<(Self, Dataset)> {
        let labels = people.labels.as_ref().ok_or_else(no_outcomes)?;
        let (rows, truth): (Vec<usize>, Vec<bool>) = labels
            .iter()
            .enumerate()
            .filter_map(|(row, label)| label.map(|label| (row, label)))
            .unzip();
        let unknown = (labels.len() - rows.len()) as u32;
        if unknown > 0 && truth.iter().all(|happened| *happened) {
            return Err(Error::Invalid(
                "Every known outcome of this dataset is the event; all other rows are blank, which means not known yet. Where a blank cell \
                 means that it did not happen, set blank = \"negative\" under [target] in the use case and import the file again."
                    .into(),
            ));
        }
        // How many of the known rows are of each file: rows are in the order of the files.
        let (mut end, mut before) = (0, 0);
        let mut sources = Vec::new();
        for (name, count) in &people.sources {
            end += *count as usize;
            let until = rows.partition_point(|row| *row < end);
            sources.push((name.clone(), until - before));
            before = until;
        }
        let table = if unknown == 0 {
            people.table.clone()
        } else {
            people.table.take(&rows)
        };
        let mut dataset = Dataset::new(table, truth)?.with_sources(sources);
        if let Some(periods) = &people.periods {
            let own: Vec<Period> = rows.iter().map(|&row| periods[row]).collect();
            let ids: Vec<String> = rows.iter().map(|&row| people.ids[row].clone()).collect();
            dataset = dataset.with_persons(&ids);
            // An outcome that was not known yet when a later row was judged must not train.
            if !overlap(&own, use_case) {
                dataset = dataset.with_times(Period::ranks(&own));
            }
        }
        if use_case.id_column.is_none() {
            dataset = dataset.without_ids();
        }
        Ok((Self { rows, unknown }, dataset))
    }

    /// Replaces positions among the known rows by those in the stored people.
    pub fn restore_positions(&self, trained: &mut Trained) {
        for row in trained
            .training_rows
            .iter_mut()
            .chain(&mut trained.holdout_rows)
        {
            *row = self.rows[*row];
        }
        for row in &mut trained.served.cross_fit.rows {
            *row = self.rows[*row as usize] as u32;
        }
    }

    /// How many rows have a known outcome.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Where a known row is among the stored people.
    pub fn position(&self, row: usize) -> usize {
        self.rows[row]
    }

    /// Which rows have judged a model that was trained elsewhere.
    pub fn judged(&self, people: &StoredPeople, rows: &[usize]) -> RowsUsed {
        let periods = people.periods.as_ref();
        RowsUsed {
            training_periods: None,
            holdout_periods: periods
                .and_then(|periods| PeriodRange::of(rows.iter().map(|&row| periods[row]))),
            unknown_outcomes: self.unknown,
        }
    }

    /// Which rows a training has used: after [`Self::restore_positions`].
    pub fn used(&self, people: &StoredPeople, trained: &Trained) -> RowsUsed {
        let of = |rows: &[usize]| {
            let periods = people.periods.as_ref()?;
            PeriodRange::of(rows.iter().map(|&row| periods[row]))
        };
        RowsUsed {
            training_periods: of(&trained.training_rows),
            holdout_periods: of(&trained.holdout_rows),
            unknown_outcomes: self.unknown,
        }
    }
}

/// A dataset without any outcome cannot be trained on.
pub(crate) fn no_outcomes() -> Error {
    Error::Invalid("This dataset has no outcomes. Choose one with outcomes.".into())
}
