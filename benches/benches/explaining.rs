//! Exact contributions: rows a second, and one row.

use benches::{Outcome, fastest, ibm, prepared, say, tiled};
use model::Explainer;
use rayon::prelude::*;
use training::Parameters;
use training::candidate::fit;
use training::grower::BoostingParameters;

const ROWS: usize = 16_384;

fn main() -> Outcome {
    let Some((use_case, dataset)) = ibm()? else {
        return Ok(());
    };
    let prepared = prepared(&dataset, &use_case)?;
    let rows = tiled(&prepared.matrix, ROWS);
    let mut row = Vec::new();
    prepared.matrix.copy_row(0, &mut row);
    // As LightGBM's defaults: 100 trees of 31 leaves.
    let usual = BoostingParameters {
        trees: 100,
        max_depth: 16,
        max_leaves: 31,
        column_share: 1.0,
        row_share: 1.0,
        ..Default::default()
    };
    for (name, parameters) in [
        ("boosting_100x31", Parameters::GradientBoosting(usual)),
        (
            "gradient_boosting",
            Parameters::GradientBoosting(Default::default()),
        ),
        ("random_forest", Parameters::RandomForest(benches::forest())),
    ] {
        let scorer = fit(&parameters, &prepared, 42)?;
        let inputs = prepared.matrix.columns();
        let explainer = Explainer::new(&scorer, inputs)?;
        say(
            &format!("shap_build_{name}"),
            fastest(3, || Explainer::new(&scorer, inputs)),
            None,
        );
        let aim = (name == "boosting_100x31").then_some(ROWS as f64 / 50_000.0);
        let seconds = fastest(3, || {
            let chunks: Vec<usize> = (0..ROWS).step_by(1024).collect();
            chunks
                .par_iter()
                .map(|&start| {
                    explainer
                        .contributions_of(&rows, start..(start + 1024).min(ROWS))
                        .map(|values| values.len())
                })
                .collect::<Vec<_>>()
        });
        say(&format!("shap_16k_rows_{name}"), seconds, aim);
        println!("{:<44} {:>8.0} rows a second", "", ROWS as f64 / seconds);
        let twenty = fastest(9, || {
            (0..20)
                .filter_map(|_| explainer.contributions(std::hint::black_box(&row)).ok())
                .count()
        });
        say(&format!("shap_one_row_{name}"), twenty / 20.0, Some(100e-6));
    }
    Ok(())
}
