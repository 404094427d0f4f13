//! A whole training: 50 trials over all candidates, five folds, calibration, hold-out and evidence,
//! on the IBM data.

use benches::{Outcome, fastest, ibm, say};
use domain::FieldProblem;
use training::gates::ValidGatePolicy;
use training::{Settings, Silent, train};

fn main() -> Outcome {
    let Some((use_case, dataset)) = ibm()? else {
        return Ok(());
    };
    let search = Settings {
        repeats: Some(1),
        ..Settings::default()
    }
    .check()
    .map_err(|problems| FieldProblem::list(&problems))?;
    say(
        "tune_50_trials_5_folds",
        fastest(1, || {
            train(
                &dataset,
                &use_case,
                &ValidGatePolicy::sensible(),
                &search,
                &Silent,
            )
        }),
        None,
    );
    Ok(())
}
