//! Prints how fast scoring and explaining are on one core: `cargo run --release -p model --example speed`.

use std::time::Instant;

use model::scorer::LEAF;
use model::{Calibrator, Compiled, Explainer, Link, Matrix, Part, PartKind, Scorer, Tree};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const INPUTS: usize = 50;

/// A tree that splits its largest leaf (by cover) again and again: about as unbalanced as a leaf-wise learner's.
fn tree(random: &mut ChaCha8Rng, leaves: usize, max_depth: usize) -> Tree {
    let mut tree = Tree::default();
    let push = |tree: &mut Tree, random: &mut ChaCha8Rng, cover: f64| {
        tree.feature.push(LEAF);
        tree.threshold.push(0.0);
        tree.missing_left.push(false);
        tree.left.push(0);
        tree.right.push(0);
        tree.value.push(random.random_range(-0.2..0.2));
        tree.cover.push(cover);
        tree.feature.len() - 1
    };
    push(&mut tree, random, 1000.0);
    let mut open = vec![(0, 0)];
    for _ in 1..leaves {
        let widest =
            (0..open.len()).filter(|&at| open[at].1 < max_depth).max_by(|&a, &b| tree.cover[open[a].0].total_cmp(&tree.cover[open[b].0]));
        let Some(widest) = widest else { break };
        let (node, depth) = open.swap_remove(widest);
        let cover = tree.cover[node];
        let share = random.random_range(0.2..0.8);
        tree.feature[node] = random.random_range(0..INPUTS as u32);
        tree.threshold[node] = match tree.feature[node] % 5 {
            0 => f64::from(random.random_range(0..200)) / 200.0,
            1 => f64::from(random.random_range(0..9)) / 10.0,
            _ => 0.5,
        };
        for (side, share) in [(0, share), (1, 1.0 - share)] {
            let child = push(&mut tree, random, cover * share);
            open.push((child, depth + 1));
            if side == 0 { tree.left[node] = child as u32 } else { tree.right[node] = child as u32 }
        }
    }
    tree
}

fn scorer(trees: usize, leaves: usize, depth: usize) -> Scorer {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let trees = (0..trees).map(|_| tree(&mut random, leaves, depth)).collect();
    let part = Part { name: "trees".into(), weight: 1.0, kind: PartKind::Trees(trees) };
    Scorer { intercept: -1.0, parts: vec![part], link: Link::Logit, calibrator: Calibrator::None }
}

fn matrix(rows: usize) -> Matrix {
    let mut random = ChaCha8Rng::seed_from_u64(8);
    let column = |input: usize, random: &mut ChaCha8Rng| -> Vec<f64> {
        // Inputs look like a person's: some continuous, some counts, many indicators.
        let value = |random: &mut ChaCha8Rng| match input % 5 {
            0 => random.random(),
            1 => f64::from(random.random_range(0..10)) / 10.0,
            _ => f64::from(random.random_range(0..2)),
        };
        (0..rows).map(|_| value(random)).collect()
    };
    Matrix::from_columns(rows, (0..INPUTS).map(|input| column(input, &mut random)).collect())
}

/// Seconds of the fastest of several runs: the one that others on the machine disturbed least.
fn fastest(runs: usize, mut work: impl FnMut()) -> f64 {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..runs).map(time).fold(f64::INFINITY, f64::min)
}

fn main() {
    let people = matrix(20_000);
    let mut row = Vec::new();
    people.copy_row(0, &mut row);
    let mut sink = 0.0;
    for (trees, leaves, depth) in [(200, 64, 6), (200, 31, 12), (100, 31, 12), (300, 150, 30)] {
        let scorer = scorer(trees, leaves, depth);
        let compiled = Compiled::new(&scorer);
        let million = 1e6 / people.rows() as f64 * fastest(9, || sink += compiled.margins(&people, 0..people.rows())[0]);
        let single = 1e3 * fastest(9, || sink += (0..1000).map(|_| compiled.margin(&row)).sum::<f64>());
        println!("score {trees} trees x {leaves} leaves: {million:.2} s for 1M rows, one row {single:.1} us");
        let mut explainer = None;
        let build = 1e3 * fastest(3, || explainer = Explainer::new(&scorer, INPUTS).ok());
        let Some(explainer) = explainer else { return };
        let rows = 1024;
        let batch = fastest(5, || sink += explainer.contributions_of(&people, 0..rows).map_or(0.0, |values| values[0]));
        let single = 1e6 / 20.0 * fastest(9, || sink += (0..20).filter_map(|_| explainer.contributions(&row).ok()).count() as f64);
        let speed = rows as f64 / batch;
        println!("explain {trees} trees x {leaves} leaves: {speed:.0} rows/s, one row {single:.1} us, built in {build:.1} ms");
    }
    println!("{sink}");
}
