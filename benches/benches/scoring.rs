//! Scoring: a million rows for each candidate, and one row.

use benches::{Outcome, fastest, ibm, prepared, say, tiled};
use model::{Compiled, Matrix};
use rayon::prelude::*;
use training::Parameters;
use training::candidate::fit;

const ROWS: usize = 1_000_000;
/// XGBoost's CPU seconds for these rows and 200 trees, measured once on two cores; the aim is half
/// of it.
const HALF_OF_XGBOOST: f64 = 0.7;

fn main() -> Outcome {
    let Some((use_case, dataset)) = ibm()? else {
        return Ok(());
    };
    let prepared = prepared(&dataset, &use_case)?;
    let million = tiled(&prepared.matrix, ROWS);
    let mut row = Vec::new();
    prepared.matrix.copy_row(0, &mut row);
    for parameters in [
        Parameters::LogisticRegression(Default::default()),
        Parameters::DecisionTree(benches::tree()),
        Parameters::RandomForest(benches::forest()),
        Parameters::GradientBoosting(Default::default()),
    ] {
        let name = parameters.candidate().name();
        let compiled = Compiled::new(&fit(&parameters, &prepared, 42)?);
        let aim = (name == "gradient_boosting").then_some(HALF_OF_XGBOOST);
        say(
            &format!("score_1m_{name}_one_core"),
            fastest(3, || compiled.probabilities(&million, 0..ROWS)),
            aim,
        );
        say(
            &format!("score_1m_{name}"),
            fastest(3, || on_all_cores(&compiled, &million)),
            None,
        );
        let thousand = fastest(9, || {
            (0..1000)
                .map(|_| compiled.probability(std::hint::black_box(&row)))
                .sum::<f64>()
        });
        say(
            &format!("score_one_row_{name}"),
            thousand / 1000.0,
            Some(10e-6),
        );
    }
    Ok(())
}

fn on_all_cores(compiled: &Compiled, matrix: &Matrix) -> Vec<f64> {
    const CHUNK: usize = 1 << 15;
    let starts: Vec<usize> = (0..matrix.rows()).step_by(CHUNK).collect();
    starts
        .par_iter()
        .flat_map_iter(|&start| {
            compiled.probabilities(matrix, start..(start + CHUNK).min(matrix.rows()))
        })
        .collect()
}
