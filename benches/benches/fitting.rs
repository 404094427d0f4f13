//! One fit of the forest and of boosting: on the IBM data and on 100 000 rows of 30 columns.

use benches::{Outcome, fastest, ibm, prepared, say};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use training::Parameters;
use training::candidate::fit;
use training::grower::{Binned, BoostingParameters, fit_boosting, fit_forest};

fn main() -> Outcome {
    let (boosting, forest) = (BoostingParameters::default(), benches::forest());
    if let Some((use_case, dataset)) = ibm()? {
        let prepared = prepared(&dataset, &use_case)?;
        for parameters in [
            Parameters::GradientBoosting(boosting),
            Parameters::RandomForest(forest),
        ] {
            say(
                &format!("fit_ibm_{}", parameters.candidate().name()),
                fastest(5, || fit(&parameters, &prepared, 42)),
                None,
            );
        }
    }
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let (rows, columns) = (100_000, 30);
    let values: Vec<Vec<f64>> = (0..columns)
        .map(|_| (0..rows).map(|_| random.random::<f64>()).collect())
        .collect();
    let labels: Vec<bool> = (0..rows)
        .map(|row| {
            values[0][row] + values[1][row] * values[2][row] + 0.5 * random.random::<f64>() > 1.1
        })
        .collect();
    let (matrix, inputs) = (
        model::Matrix::from_columns(rows, values),
        (0..columns as u32).collect::<Vec<_>>(),
    );
    let weights = vec![1.0; rows];
    let bins = |count| Binned::learn(&matrix, &inputs, count);
    say(
        "fit_100k_gradient_boosting",
        fastest(2, || {
            fit_boosting(&bins(boosting.bins), &labels, &weights, &boosting, 42)
        }),
        Some(1.0),
    );
    say(
        "fit_100k_random_forest",
        fastest(1, || {
            fit_forest(&bins(forest.bins), &labels, &weights, &forest, 42)
        }),
        None,
    );
    Ok(())
}
