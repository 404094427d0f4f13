//! The rows of the file that can be learned from.

use data::Checked;
use training::Dataset;
use training::split::Split;
use workflow::{Error, Result};

use super::splits::Fold;

/// Rows with a known outcome, and where they are in the file.
pub struct People {
    pub dataset: Dataset,
    /// Of each row of the dataset, in its order: the 0-based row of the file, and the id.
    pub rows: Vec<usize>,
    pub ids: Vec<String>,
    pub periods: Option<Vec<String>>,
}

impl People {
    /// Leaves out rows whose outcome is not known yet.
    ///
    /// # Errors
    /// When the file has no outcomes.
    pub fn new(checked: Checked) -> Result<Self> {
        let mut labels = checked
            .labels
            .ok_or_else(|| Error::Invalid("The file has no outcomes.".into()))?;
        if let Some(periods) = &checked.periods {
            data::panel::forget_unsettled(&mut labels, periods);
        }
        let known = labels
            .into_iter()
            .enumerate()
            .filter_map(|(row, label)| Some((row, label?)));
        let (rows, labels): (Vec<usize>, Vec<bool>) = known.unzip();
        if rows.is_empty() {
            return Err(Error::Invalid(
                "No outcome in the file is known: every cell is blank.".into(),
            ));
        }
        let ids: Vec<String> = rows.iter().map(|&row| checked.ids[row].clone()).collect();
        let mut dataset = Dataset::new(checked.table.take(&rows), labels)?.with_persons(&ids);
        let mut texts = None;
        if let Some(periods) = checked.periods {
            let periods: Vec<_> = rows.iter().map(|&row| periods[row]).collect();
            dataset = dataset.with_periods(&periods);
            texts = Some(periods.iter().map(ToString::to_string).collect());
        }
        Ok(Self {
            dataset,
            rows,
            ids,
            periods: texts,
        })
    }

    /// A fold of a file as a split of the dataset.
    ///
    /// # Errors
    /// When a row is not in the file or its outcome is not known, or a person would be on both
    /// sides.
    pub fn split(&self, number: usize, fold: &Fold) -> Result<Split> {
        let wrong = |error: String| Error::Invalid(format!("Fold {number}: {error}."));
        let own = |rows: &[usize]| -> Result<Vec<usize>> {
            let position = |row: &usize| {
                self.rows.binary_search(row).map_err(|_| {
                    wrong(format!(
                        "row {row} is not in the file, or its outcome is not known"
                    ))
                })
            };
            rows.iter().map(position).collect()
        };
        let split = match fold {
            Fold::Test(test) if test.is_empty() => {
                return Err(wrong("it has no test rows".to_owned()));
            }
            Fold::Test(test) => Split::explicit(&self.dataset, &own(test)?),
            Fold::Sides { train, test } => Split::sides(&self.dataset, &own(train)?, &own(test)?),
        };
        split.map_err(|error| wrong(error.to_string()))
    }
}
