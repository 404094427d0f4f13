//! What the histogram grower promises: right splits, missing sides, weights, and the same trees on
//! any number of threads.
#![expect(clippy::unwrap_used, reason = "tests")]

use model::scorer::LEAF;
use model::{Matrix, Tree};
use training::grower::{
    Binned, BoostingParameters, ForestParameters, TreeParameters, fit_boosting, fit_forest,
    fit_mean_tree, fit_tree,
};

fn noise(row: usize, salt: u64) -> f64 {
    let mut bits = (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ salt.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

fn tree_parameters() -> TreeParameters {
    TreeParameters {
        max_depth: 2,
        min_leaf: 1.0,
        smoothing: 0.0,
        bins: 256,
        balanced: false,
    }
}

fn learn(columns: Vec<Vec<f64>>) -> (Matrix, Binned) {
    let inputs: Vec<u32> = (0..columns.len() as u32).collect();
    let matrix = Matrix::from_columns(columns[0].len(), columns);
    let binned = Binned::learn(&matrix, &inputs, 256);
    (matrix, binned)
}

fn values(trees: &[Tree], matrix: &Matrix) -> Vec<f64> {
    let mut row = Vec::new();
    (0..matrix.rows())
        .map(|index| {
            matrix.copy_row(index, &mut row);
            trees.iter().map(|tree| tree.value(&row)).sum()
        })
        .collect()
}

/// 2000 rows, five inputs with some ties and missing values, an outcome that hangs on three of
/// them.
fn people() -> (Matrix, Binned, Vec<bool>) {
    let column = |salt: u64| -> Vec<f64> {
        (0..2000)
            .map(|row| match noise(row, salt) {
                x if x < 0.05 && salt == 2 => f64::NAN,
                x if salt == 3 => (x * 5.0).floor(),
                x => x,
            })
            .collect()
    };
    let columns: Vec<Vec<f64>> = (1..=5).map(column).collect();
    let labels = (0..2000)
        .map(|row| {
            let risk = 0.1
                + 0.4 * columns[0][row]
                + if columns[1][row].is_nan() { 0.3 } else { 0.0 }
                + 0.05 * columns[2][row];
            noise(row, 77) < risk
        })
        .collect();
    let (matrix, binned) = learn(columns);
    (matrix, binned, labels)
}

#[test]
fn tied_values_below_the_root_are_split() {
    // The case that linfa-trees gets wrong: separable at depth 2 only if splits between ties below
    // the root are found.
    let a: Vec<f64> = (0..100).map(|row| f64::from(row / 25)).collect();
    let b: Vec<f64> = (0..100).map(|row| f64::from(row % 25 / 5)).collect();
    let labels: Vec<bool> = (0..100).map(|row| a[row] >= 2.0 && b[row] >= 3.0).collect();
    let (matrix, binned) = learn(vec![a, b]);
    let tree = fit_tree(&binned, &labels, &[1.0; 100], &tree_parameters());
    for (value, label) in values(&[tree], &matrix).into_iter().zip(labels) {
        assert_eq!(value, f64::from(u8::from(label)));
    }
}

#[test]
fn a_missing_value_goes_where_its_likes_went() {
    let x: Vec<f64> = (0..90)
        .map(|row| {
            if row % 3 == 0 {
                f64::NAN
            } else {
                f64::from(row % 3)
            }
        })
        .collect();
    let labels: Vec<bool> = (0..90).map(|row| row % 3 != 1).collect();
    let (matrix, binned) = learn(vec![x]);
    let tree = fit_tree(&binned, &labels, &[1.0; 90], &tree_parameters());
    for (value, label) in values(std::slice::from_ref(&tree), &matrix)
        .into_iter()
        .zip(labels)
    {
        assert_eq!(value, f64::from(u8::from(label)));
    }
    // Only missing against present: every present value, however large, goes left.
    let x: Vec<f64> = (0..90)
        .map(|row| if row % 2 == 0 { f64::NAN } else { 5.0 })
        .collect();
    let labels: Vec<bool> = (0..90).map(|row| row % 2 == 0).collect();
    let (_, binned) = learn(vec![x]);
    let tree = fit_tree(&binned, &labels, &[1.0; 90], &tree_parameters());
    assert_eq!((tree.value(&[f64::NAN]), tree.value(&[1e300])), (1.0, 0.0));
}

#[test]
fn a_weight_of_two_is_a_row_twice() {
    let (_, binned, labels) = people();
    let weights: Vec<f64> = (0..2000)
        .map(|row| if row % 3 == 0 { 2.0 } else { 1.0 })
        .collect();
    let weighted = fit_tree(
        &binned,
        &labels,
        &weights,
        &TreeParameters {
            max_depth: 4,
            min_leaf: 10.0,
            ..tree_parameters()
        },
    );
    let (matrix, ..) = people();
    let twice: Vec<usize> = (0..2000)
        .flat_map(|row| std::iter::repeat_n(row, if row % 3 == 0 { 2 } else { 1 }))
        .collect();
    let repeated_labels: Vec<bool> = twice.iter().map(|&row| labels[row]).collect();
    let repeated = matrix.take(&twice);
    let mut columns: Vec<Vec<f64>> = (0..5)
        .map(|input| repeated.column(input).to_vec())
        .collect();
    // The same bins: more than 256 distinct values would be cut elsewhere when rows repeat.
    for column in &mut columns {
        column
            .iter_mut()
            .for_each(|value| *value = (*value * 50.0).floor());
    }
    let coarse: Vec<Vec<f64>> = (0..5)
        .map(|input| {
            matrix
                .column(input)
                .iter()
                .map(|value| (value * 50.0).floor())
                .collect()
        })
        .collect();
    let (_, coarse) = learn(coarse);
    let (_, repeated) = learn(columns);
    let parameters = TreeParameters {
        max_depth: 4,
        min_leaf: 10.0,
        ..tree_parameters()
    };
    let weighted_coarse = fit_tree(&coarse, &labels, &weights, &parameters);
    let repeated = fit_tree(
        &repeated,
        &repeated_labels,
        &vec![1.0; twice.len()],
        &parameters,
    );
    assert_eq!(weighted_coarse.feature, repeated.feature);
    assert_eq!(weighted_coarse.threshold, repeated.threshold);
    assert!(
        weighted_coarse
            .cover
            .iter()
            .zip(&repeated.cover)
            .all(|(a, b)| (a - b).abs() < 1e-9)
    );
    assert!(weighted.cover[0] > 2000.0);
}

#[test]
fn trees_are_sound_and_add_up() {
    let (matrix, binned, labels) = people();
    let weights = vec![1.0; 2000];
    let forest = ForestParameters {
        trees: 20,
        max_depth: 8,
        min_leaf: 3.0,
        column_share: 0.4,
        bins: 256,
        balanced: false,
    };
    let boosting = BoostingParameters {
        trees: 30,
        main_effect_trees: 10,
        ..BoostingParameters::default()
    };
    let mut trees = fit_forest(&binned, &labels, &weights, &forest, 5);
    trees.extend(fit_boosting(&binned, &labels, &weights, &boosting, 5).1);
    trees.push(fit_mean_tree(&binned, matrix.column(0), 3, 20.0));
    for tree in &trees {
        assert!(tree.is_sound(5));
        for node in (0..tree.feature.len()).filter(|&node| tree.feature[node] != LEAF) {
            let (left, right) = (tree.left[node] as usize, tree.right[node] as usize);
            assert!((tree.cover[node] - tree.cover[left] - tree.cover[right]).abs() < 1e-6);
            let mean = (tree.cover[left] * tree.value[left]
                + tree.cover[right] * tree.value[right])
                / tree.cover[node];
            assert!((tree.value[node] - mean).abs() < 1e-12);
        }
    }
}

#[test]
fn the_root_split_is_the_best_there_is() {
    let (matrix, binned, labels) = people();
    let tree = fit_tree(
        &binned,
        &labels,
        &[1.0; 2000],
        &TreeParameters {
            max_depth: 1,
            ..tree_parameters()
        },
    );
    let gini = |side: &dyn Fn(f64) -> bool, column: &[f64]| {
        let (mut counts, mut events) = ([0.0; 2], [0.0; 2]);
        for (x, label) in column.iter().zip(&labels) {
            let at = usize::from(side(*x));
            counts[at] += 1.0;
            events[at] += f64::from(u8::from(*label));
        }
        (0..2)
            .map(|at| {
                if counts[at] > 0.0 {
                    events[at] * (1.0 - events[at] / counts[at])
                } else {
                    0.0
                }
            })
            .sum::<f64>()
    };
    let mut best = f64::INFINITY;
    for input in 0..5 {
        let column = matrix.column(input);
        for edge in &binned.edges[input] {
            best = best
                .min(gini(&|x| x <= *edge, column))
                .min(gini(&|x| x <= *edge || x.is_nan(), column));
        }
        best = best.min(gini(&|x| x.is_nan(), column));
    }
    let column = matrix.column(tree.feature[0] as usize);
    let found = gini(
        &|x| {
            if x.is_nan() {
                tree.missing_left[0]
            } else {
                x <= tree.threshold[0]
            }
        },
        column,
    );
    assert!((found - best).abs() < 1e-9, "{found} is not {best}");
}

#[test]
fn threads_do_not_change_a_bit() {
    // Above the sizes from which rows and columns are shared out.
    let rows = 20_000;
    let columns: Vec<Vec<f64>> = (1..=8)
        .map(|salt| (0..rows).map(|row| noise(row, salt)).collect())
        .collect();
    let labels: Vec<bool> = (0..rows)
        .map(|row| noise(row, 50) < 0.6 * columns[0][row])
        .collect();
    let inputs: Vec<u32> = (0..8).collect();
    let matrix = Matrix::from_columns(rows, columns);
    let on = |threads: usize| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
            .install(|| {
                let binned = Binned::learn(&matrix, &inputs, 64);
                let boosting = BoostingParameters {
                    trees: 10,
                    row_share: 0.6,
                    bags: 2,
                    ..BoostingParameters::default()
                };
                let forest = ForestParameters {
                    trees: 6,
                    max_depth: 9,
                    min_leaf: 2.0,
                    column_share: 0.5,
                    bins: 64,
                    balanced: false,
                };
                let weights = vec![1.0; rows];
                (
                    fit_boosting(&binned, &labels, &weights, &boosting, 3),
                    fit_forest(&binned, &labels, &weights, &forest, 3),
                )
            })
    };
    assert_eq!(on(1), on(3));
}
