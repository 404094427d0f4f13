//! Whether the explanation would be another one, had other people been in the training rows: the
//! chosen trial is fitted again on the training side of each fold, and the fields are ranked anew.

use domain::Estimate;
use model::Table;
use model::explain::Explainer;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use stats::stability::selection_stability;

use crate::candidate::{Parameters, fit};
use crate::error::TrainingError;
use crate::prepared::{Fold, Prepared};
use crate::select::SelectionContext;
use crate::settings::ValidSettings;

/// Refits, at most: those of the first folds.
const REFITS: usize = 10;
/// People whose contributions are averaged in each refit.
const SAMPLE: usize = 100;

/// Importances of the fields in refits of one trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// Every field that the model may read, by label.
    pub fields: Vec<String>,
    /// For each refit the mean |contribution| of each field, in the unit of the margin, over people
    /// whom no refit was fitted to.
    pub importances: Vec<Vec<f64>>,
    /// Those people.
    pub rows: u32,
}

impl Stability {
    /// How alike the `top` most important fields of the refits are, corrected for chance: see
    /// [`selection_stability`]. With fewer fields than twice `top`, half of them.
    pub fn of_top(&self, top: usize) -> Estimate {
        let top = top.min(self.fields.len() / 2);
        selection_stability(
            &self
                .importances
                .iter()
                .map(|own| ranked(own).into_iter().take(top).collect())
                .collect::<Vec<_>>(),
            self.fields.len(),
        )
    }

    /// The fields by their mean rank, best first: name, best and worst rank (from 1), and the
    /// number of refits that have it among their `top`.
    pub fn ranks(&self, top: usize) -> Vec<FieldRanks> {
        let places: Vec<Vec<usize>> = self
            .importances
            .iter()
            .map(|own| {
                let mut places = vec![0; own.len()];
                ranked(own)
                    .into_iter()
                    .enumerate()
                    .for_each(|(place, field)| places[field] = place + 1);
                places
            })
            .collect();
        let of = |(field, name): (usize, &String)| {
            let own: Vec<usize> = places.iter().map(|places| places[field]).collect();
            FieldRanks {
                field: name.clone(),
                best: own.iter().min().copied().unwrap_or(0) as u32,
                worst: own.iter().max().copied().unwrap_or(0) as u32,
                among_top: own.iter().filter(|place| **place <= top).count() as u32,
                sum: own.iter().sum(),
            }
        };
        let mut ranks: Vec<FieldRanks> = self.fields.iter().enumerate().map(of).collect();
        ranks.sort_by_key(|own| own.sum);
        ranks
    }
}

/// The rank of a field in the refits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRanks {
    /// Name of the field.
    pub field: String,
    /// Best rank in a refit, from 1.
    pub best: u32,
    /// Worst rank in a refit, from 1.
    pub worst: u32,
    /// Refits in which it is among the strongest.
    pub among_top: u32,
    sum: usize,
}

/// Positions, most important first; equal ones in their own order.
fn ranked(importances: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..importances.len()).collect();
    order.sort_by(|a, b| importances[*b].total_cmp(&importances[*a]));
    order
}

/// Fits `parameters` on the folds of `context` and explains each fit over the rows of `unseen` (a
/// sample of them when there are many).
///
/// # Errors
/// When a learner fails, or a fit cannot be explained exactly.
pub(crate) fn stability(
    context: &SelectionContext<'_>,
    parameters: &Parameters,
    unseen: &Table,
    settings: &ValidSettings,
) -> Result<Stability, TrainingError> {
    let count = SAMPLE.min(unseen.rows());
    let sample = unseen.take(
        &(0..count)
            .map(|index| index * unseen.rows() / count)
            .collect::<Vec<_>>(),
    );
    let fields: Vec<String> = context
        .prepared
        .encoding
        .encoder
        .fields
        .iter()
        .map(|field| field.name.clone())
        .collect();
    let one = |fold: usize| match context.searched.get(fold) {
        Some(fold) => importances(&fold.train, parameters, &sample, &fields, settings.seed),
        None => {
            let fold = Fold::new(
                context.dataset,
                context.use_case,
                &context.splits[fold],
                &settings.inputs(),
            )?;
            importances(&fold.train, parameters, &sample, &fields, settings.seed)
        }
    };
    let refits = context.splits.len().min(REFITS);
    let importances = (0..refits)
        .into_par_iter()
        .with_max_len(1)
        .map(one)
        .collect::<Result<_, TrainingError>>()?;
    Ok(Stability {
        fields: fields
            .iter()
            .map(|field| context.use_case.label(field))
            .collect(),
        importances,
        rows: count as u32,
    })
}

/// Mean |contribution| of each of `fields` in a fit to `prepared`. Columns and derived fields count
/// for the field that people know.
fn importances(
    prepared: &Prepared,
    parameters: &Parameters,
    sample: &Table,
    fields: &[String],
    seed: u64,
) -> Result<Vec<f64>, TrainingError> {
    let failed = |error: model::ExplainError| {
        TrainingError::Learner(format!("a refit cannot be explained: {error}"))
    };
    let encoder = &prepared.encoding.encoder;
    let scorer = fit(parameters, prepared, seed)?;
    let matrix = encoder.encode(sample);
    let explainer = Explainer::new(&scorer, encoder.inputs.len()).map_err(failed)?;
    let values = explainer
        .contributions_of(&matrix, 0..matrix.rows())
        .map_err(failed)?;
    let mut sums = vec![0.0; fields.len()];
    let place: Vec<Option<usize>> = encoder
        .fields
        .iter()
        .map(|field| fields.iter().position(|known| *known == field.name))
        .collect();
    for row in values.chunks_exact(encoder.inputs.len().max(1)) {
        let mut of_row = vec![0.0; fields.len()];
        for (input, value) in encoder.inputs.iter().zip(row) {
            if let Some(place) = place[input.shown_as as usize] {
                of_row[place] += value;
            }
        }
        sums.iter_mut()
            .zip(of_row)
            .for_each(|(sum, value)| *sum += value.abs());
    }
    Ok(sums
        .into_iter()
        .map(|sum| sum / sample.rows().max(1) as f64)
        .collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn refits(importances: &[[f64; 4]]) -> Stability {
        let fields = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        Stability {
            fields,
            importances: importances.iter().map(|own| own.to_vec()).collect(),
            rows: 10,
        }
    }

    #[test]
    fn the_same_order_is_stable_whatever_the_sizes() {
        let stable = refits(&[[4.0, 3.0, 2.0, 1.0], [40.0, 5.0, 1.0, 0.5]]);
        assert!((stable.of_top(2).value.unwrap() - 1.0).abs() < 1e-12);
        let turned = refits(&[[4.0, 3.0, 2.0, 1.0], [1.0, 2.0, 3.0, 4.0]]);
        assert!((turned.of_top(2).value.unwrap() + 1.0).abs() < 1e-12);
        // More than half of the fields cannot be chosen: half are.
        assert_eq!(stable.of_top(4), stable.of_top(2));
        let ranks = refits(&[[4.0, 3.0, 2.0, 1.0], [4.0, 1.0, 2.0, 3.0]]).ranks(2);
        assert_eq!(
            (
                ranks[0].field.as_str(),
                ranks[0].best,
                ranks[0].worst,
                ranks[0].among_top
            ),
            ("a", 1, 1, 2)
        );
        let b = ranks.iter().find(|own| own.field == "b").unwrap();
        assert_eq!((b.best, b.worst, b.among_top), (2, 4, 1));
    }
}
