//! Reweighing: rows weigh so that group and outcome are independent (Kamiran and Calders 2012).

use model::UseCase;

use crate::dataset::Dataset;
use crate::error::TrainingError;
use crate::groups::group_codes;
use crate::split::TrainRows;

/// Weight of each training row: `P(group)·P(outcome) / P(group, outcome)`. Rows without the field
/// weigh 1.
///
/// # Errors
/// When the dataset has no such field.
pub fn reweigh(
    dataset: &Dataset,
    use_case: &UseCase,
    field: &str,
    train: &TrainRows,
) -> Result<Vec<f64>, TrainingError> {
    let rows = train.rows();
    let codes = group_codes(&dataset.table, use_case, field).ok_or_else(|| {
        TrainingError::Settings(format!("there is no field {field} to reweigh by"))
    })?;
    let count = |group: Option<u32>, label: Option<bool>| {
        let of = |row: &&usize| {
            group.is_none_or(|group| codes[**row] == Some(group))
                && label.is_none_or(|label| dataset.labels[**row] == label)
        };
        rows.iter()
            .filter(|row| codes[**row].is_some())
            .filter(of)
            .count() as f64
    };
    let known = count(None, None);
    let groups = codes.iter().flatten().max().map_or(0, |most| most + 1);
    let table: Vec<[f64; 2]> = (0..groups)
        .map(|group| {
            [false, true].map(|label| {
                let both = count(Some(group), Some(label));
                if both > 0.0 {
                    count(Some(group), None) * count(None, Some(label)) / (known * both)
                } else {
                    1.0
                }
            })
        })
        .collect();
    Ok(rows
        .iter()
        .map(|&row| {
            codes[row].map_or(1.0, |group| {
                table[group as usize][usize::from(dataset.labels[row])]
            })
        })
        .collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use model::Column;

    use super::*;
    use crate::split::Split;

    #[test]
    fn group_and_outcome_become_independent() {
        let use_case = crate::testing::use_case(&["x", "noise"], &["sex"]);
        let sexes: Vec<u32> = (0..40).map(|row| u32::from(row % 4 == 0)).collect();
        let labels: Vec<bool> = (0..40).map(|row| row % 5 == 0 || row % 8 == 0).collect();
        let mut table = model::Table::default();
        table.push(
            "sex",
            Column::Level {
                codes: sexes.clone(),
                levels: vec!["f".into(), "m".into()],
            },
        );
        let dataset = Dataset::new(table, labels.clone()).unwrap();
        let split = Split::explicit(&dataset, &[]).unwrap();
        let weights = reweigh(&dataset, &use_case, "sex", &split.train).unwrap();
        let rate = |sex: u32| {
            let of = |label: Option<bool>| -> f64 {
                (0..40)
                    .filter(|&row| {
                        sexes[row] == sex && label.is_none_or(|label| labels[row] == label)
                    })
                    .map(|row| weights[row])
                    .sum()
            };
            of(Some(true)) / of(None)
        };
        assert!((rate(0) - rate(1)).abs() < 1e-12);
    }
}
