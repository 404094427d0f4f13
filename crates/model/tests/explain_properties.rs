//! Contributions add up, equal the definition of Shapley values, and do not depend on how rows are
//! handed over.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use std::sync::Arc;

use common::model_of;
use model::scorer::LEAF;
use model::{Compiled, Explainer, Matrix, ModelExplainer, PartKind, Scorer, Tree};
use proptest::prelude::*;

fn encoded(model: &model::Model, table: &model::Table) -> (Matrix, Vec<Vec<f64>>) {
    let matrix = model.encode(table);
    let mut rows = vec![Vec::new(); matrix.rows()];
    rows.iter_mut()
        .enumerate()
        .for_each(|(index, row)| matrix.copy_row(index, row));
    (matrix, rows)
}

/// A tree's expected output when only the inputs in `known` have the row's values (others: both
/// sides by cover).
fn path_dependent_game(tree: &Tree, node: usize, row: &[f64], known: u32) -> f64 {
    let input = tree.feature[node];
    if input == LEAF {
        return tree.value[node];
    }
    let (left, right) = (tree.left[node] as usize, tree.right[node] as usize);
    if known >> input & 1 == 1 {
        return path_dependent_game(tree, tree.next(node, row[input as usize]), row, known);
    }
    let share = tree.cover[left] / (tree.cover[left] + tree.cover[right]);
    share * path_dependent_game(tree, left, row, known)
        + (1.0 - share) * path_dependent_game(tree, right, row, known)
}

fn factorial(n: usize) -> f64 {
    (1..=n).map(|k| k as f64).product()
}

/// Shapley values and interaction values by their definition.
fn shapley(inputs: usize, game: &dyn Fn(u32) -> f64) -> (Vec<f64>, Vec<Vec<f64>>) {
    let values: Vec<f64> = (0..1_u32 << inputs).map(game).collect();
    let mut single = vec![0.0; inputs];
    let mut pairs = vec![vec![0.0; inputs]; inputs];
    for set in 0..1_usize << inputs {
        let size = set.count_ones() as usize;
        for i in (0..inputs).filter(|i| set >> i & 1 == 0) {
            let weight = factorial(size) * factorial(inputs - size - 1) / factorial(inputs);
            single[i] += weight * (values[set | 1 << i] - values[set]);
            for j in (0..inputs).filter(|j| *j != i && set >> j & 1 == 0) {
                let weight =
                    factorial(size) * factorial(inputs - size - 2) / (2.0 * factorial(inputs - 1));
                pairs[i][j] += weight
                    * (values[set | 1 << i | 1 << j] - values[set | 1 << i] - values[set | 1 << j]
                        + values[set]);
            }
        }
    }
    (single, pairs)
}

fn margin_game(scorer: &Scorer, row: &[f64], known: u32) -> f64 {
    scorer.parts.iter().fold(scorer.intercept, |sum, part| {
        sum + part.weight
            * match &part.kind {
                PartKind::Trees(trees) => trees
                    .iter()
                    .map(|tree| path_dependent_game(tree, 0, row, known))
                    .sum::<f64>(),
                PartKind::Linear(terms) => {
                    let x = |input: u32, mean: f64| {
                        if known >> input & 1 == 1 {
                            row[input as usize]
                        } else {
                            mean
                        }
                    };
                    terms
                        .iter()
                        .map(|term| term.value(x(term.input, term.mean)))
                        .sum()
                }
            }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn equal_to_the_definition(seed in any::<u64>(), kind in 0_usize..6, leaves in 1_usize..14, missing in prop::sample::select(vec![0.0, 0.2])) {
        let (model, table) = model_of(seed, kind, leaves, missing);
        let (_, rows) = encoded(&model, &table.take(&[0, 1]));
        let inputs = rows[0].len();
        for numbers in [1 << 22, 0] {
            let explainer = Explainer::build(&model.scorer, inputs, None, numbers).unwrap();
            for row in &rows {
                let found = explainer.contributions(row).unwrap();
                let (single, pairs) = shapley(inputs, &|known| margin_game(&model.scorer, row, known));
                let interactions = explainer.interactions(row).unwrap();
                for i in 0..inputs {
                    prop_assert!((found.values[i] - single[i]).abs() < 1e-9);
                    for j in (0..inputs).filter(|j| *j != i) {
                        prop_assert!((interactions.value(i, j) - pairs[i][j]).abs() < 1e-9);
                    }
                }
            }
        }
    }

    #[test]
    fn interventional_equal_to_the_definition(seed in any::<u64>(), kind in 0_usize..6, leaves in 1_usize..14) {
        let (model, table) = model_of(seed, kind, leaves, 0.1);
        let (_, rows) = encoded(&model, &table.take(&[0, 1, 2, 3, 4, 5]));
        let (row, background) = rows.split_first().unwrap();
        let game = |known: u32| {
            let mixed = |other: &Vec<f64>| (0..row.len()).map(|i| if known >> i & 1 == 1 { row[i] } else { other[i] }).collect::<Vec<_>>();
            background.iter().map(|other| model.scorer.margin(&mixed(other))).sum::<f64>() / background.len() as f64
        };
        let (single, _) = shapley(row.len(), &game);
        for numbers in [1 << 22, 0] {
            let explainer = Explainer::build(&model.scorer, row.len(), Some(background), numbers).unwrap();
            let found = explainer.contributions(row).unwrap();
            for (found, wanted) in found.values.iter().zip(&single) {
                prop_assert!((found - wanted).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn one_row_and_many_rows_give_the_same_bits(seed in any::<u64>(), kind in 0_usize..6, leaves in 1_usize..120) {
        let (model, table) = model_of(seed, kind, leaves, 0.1);
        let (matrix, rows) = encoded(&model, &table);
        let compiled = Compiled::new(&model.scorer);
        let margins = compiled.margins(&matrix, 0..matrix.rows());
        let part = compiled.margins(&matrix, 7..150);
        let explainer = Explainer::new(&model.scorer, matrix.columns()).unwrap();
        let all = explainer.contributions_of(&matrix, 0..matrix.rows()).unwrap();
        for (index, row) in rows.iter().enumerate() {
            let wanted = model.scorer.margin(row);
            prop_assert_eq!(wanted.to_bits(), margins[index].to_bits());
            prop_assert_eq!(wanted.to_bits(), compiled.margin(row).to_bits());
            if (7..150).contains(&index) {
                prop_assert_eq!(wanted.to_bits(), part[index - 7].to_bits());
            }
            let one = explainer.contributions(row).unwrap();
            prop_assert_eq!(&one.values, &all[index * row.len()..(index + 1) * row.len()]);
        }
        // Blocks of every size.
        let bits = |numbers: &[f64]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
        let width = matrix.columns();
        for count in [1, 2, 7, 8, 9, 63, 64, 65, 73] {
            let (values, own) = explainer.contributions_and_margins(&matrix, 3..3 + count).unwrap();
            prop_assert_eq!(bits(&values), bits(&all[3 * width..(3 + count) * width]));
            prop_assert_eq!(bits(&own), bits(&margins[3..3 + count]));
            prop_assert_eq!(bits(&compiled.margins(&matrix, 3..3 + count)), bits(&own));
        }
    }

    #[test]
    fn fields_add_up_and_rows_may_come_in_any_order(seed in any::<u64>(), kind in 0_usize..6, leaves in 1_usize..40) {
        let (model, table) = model_of(seed, kind, leaves, 0.1);
        let explainer = ModelExplainer::new(Arc::new(model)).unwrap();
        let together = explainer.explain_rows(&table, 0..20, usize::MAX).unwrap();
        let mut turned = table.clone();
        turned.names.reverse();
        turned.columns.reverse();
        for (row, explanation) in together.iter().enumerate() {
            prop_assert_eq!(explanation, &explainer.explain(&turned, row).unwrap());
            let log_odds: f64 = explanation.fields.iter().map(|field| field.log_odds).sum();
            let points: f64 = explanation.fields.iter().map(|field| field.points).sum();
            prop_assert!((explanation.base_log_odds + log_odds - explanation.log_odds).abs() < 1e-9 * (1.0 + explanation.log_odds.abs()));
            prop_assert!((explanation.base_probability + points / 100.0 - explanation.probability).abs() < 1e-9);
            prop_assert_eq!(explanation.probability.to_bits(), explainer.model().probabilities(&table)[row].to_bits());
        }
    }
}

/// Exchanging inputs everywhere exchanges their contributions and nothing else.
#[test]
fn permuting_inputs_changes_nothing() {
    for kind in 0..6 {
        let (model, table) = model_of(11, kind, 20, 0.1);
        let (_, rows) = encoded(&model, &table.take(&[0, 1, 2]));
        let inputs = rows[0].len();
        let moved = |input: usize| (input + 3) % inputs;
        let mut scorer = model.scorer.clone();
        for part in &mut scorer.parts {
            match &mut part.kind {
                PartKind::Linear(terms) => terms
                    .iter_mut()
                    .for_each(|term| term.input = moved(term.input as usize) as u32),
                PartKind::Trees(trees) => {
                    let splits = trees
                        .iter_mut()
                        .flat_map(|tree| &mut tree.feature)
                        .filter(|feature| **feature != LEAF);
                    splits.for_each(|feature| *feature = moved(*feature as usize) as u32);
                }
            }
        }
        let (before, after) = (
            Explainer::new(&model.scorer, inputs).unwrap(),
            Explainer::new(&scorer, inputs).unwrap(),
        );
        for row in &rows {
            let mut other = vec![0.0; inputs];
            (0..inputs).for_each(|input| other[moved(input)] = row[input]);
            let (before, after) = (
                before.contributions(row).unwrap(),
                after.contributions(&other).unwrap(),
            );
            for input in 0..inputs {
                assert!((before.values[input] - after.values[moved(input)]).abs() < 1e-12);
            }
        }
    }
}

/// A model whose numbers are broken gives an error, never a picture.
#[test]
fn not_a_number_is_refused() {
    let (mut model, table) = model_of(5, 2, 10, 0.0);
    model.scorer.intercept = f64::NAN;
    let explainer = ModelExplainer::new(Arc::new(model)).unwrap();
    assert!(matches!(
        explainer.explain(&table, 0),
        Err(model::ExplainError::DoesNotAddUp { .. })
    ));
    assert!(matches!(
        explainer.explain(&table, 1000),
        Err(model::ExplainError::NoSuchRow(1000))
    ));
}
