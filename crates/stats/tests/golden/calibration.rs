//! Isotonic and Platt calibration against scikit-learn (`calibration.json`); Venn-Abers against
//! refitting by brute force.

use proptest::prelude::*;
use stats::{
    ScoreTable,
    calibration::{interpolate, isotonic, platt},
    venn_abers::VennAbers,
};

use crate::{all_close, bools, close, load, numbers};

#[test]
fn isotonic_agrees() {
    for golden in load("calibration.json") {
        let (truth, scores) = (bools(&golden["y"]), numbers(&golden["rf_scores"]));
        let knots = isotonic(&truth, &scores).unwrap();
        let (x, y): (Vec<f64>, Vec<f64>) = knots.iter().copied().unzip();
        let expected = &golden["isotonic"];
        all_close("x", &x, &expected["x"], 1e-9);
        all_close("y", &y, &expected["y"], 1e-9);
        let at = |scores: &[f64]| {
            scores
                .iter()
                .map(|&score| interpolate(&knots, score))
                .collect::<Vec<f64>>()
        };
        all_close(
            "at",
            &at(&numbers(&expected["grid"])),
            &expected["grid_out"],
            1e-9,
        );
        let fitted = at(&scores);
        all_close("fitted", &fitted, &expected["fitted"], 1e-9);
        for (scores, expected) in [
            (&scores, &golden["before"]),
            (&fitted, &golden["after_isotonic_in_sample"]),
        ] {
            let table = ScoreTable::new(&truth, scores).unwrap();
            for (value, name) in [
                (table.roc_auc(), "roc_auc"),
                (table.average_precision(), "pr_auc"),
                (table.brier(), "brier"),
                (table.log_loss(), "log_loss"),
                (table.ece(), "ece10"),
            ] {
                close(name, value.unwrap(), &expected[name], 1e-9);
            }
        }
    }
}

#[test]
fn platt_agrees() {
    for golden in load("calibration.json") {
        let truth = bools(&golden["y"]);
        for (scores, expected) in [
            ("lr_decision", "platt_on_lr_decision"),
            ("rf_scores", "platt_on_rf_scores"),
        ] {
            let scores = numbers(&golden[scores]);
            let expected = &golden[expected];
            let (a, b) = platt(&truth, &scores).unwrap();
            close("a", a, &expected["a"], 1e-6 * a.abs().max(1.0));
            close("b", b, &expected["b"], 1e-6 * b.abs().max(1.0));
            let out: Vec<f64> = scores
                .iter()
                .map(|score| 1.0 / (1.0 + (a * score + b).exp()))
                .collect();
            all_close("out", &out, &expected["out"], 1e-6);
        }
    }
}

#[test]
fn calibration_survives_degenerate_rows() {
    for truth in [[true; 4], [false; 4], [true, false, false, false]] {
        for scores in [[0.3; 4], [0.0, 1e-300, 1.0, 1e9], [-1e9, 0.0, 0.5, 1.0]] {
            let (a, b) = platt(&truth, &scores).unwrap();
            assert!(
                a.is_finite() && b.is_finite(),
                "{truth:?} {scores:?}: {a} {b}"
            );
            let knots = isotonic(&truth, &scores).unwrap();
            assert!(
                scores
                    .iter()
                    .all(|&score| (0.0..=1.0).contains(&interpolate(&knots, score)))
            );
            let [p0, p1] = VennAbers::fit(&truth, &scores).unwrap().interval(0.4);
            assert!((0.0..=1.0).contains(&p0) && p0 <= p1 && p1 <= 1.0);
        }
    }
    assert!(isotonic(&[], &[]).is_err() && platt(&[true], &[f64::NAN]).is_err());
}

/// The definition: isotonic regression with the score and either label added, read at the score.
fn by_refitting(truth: &[bool], scores: &[f64], score: f64) -> [f64; 2] {
    [false, true].map(|label| {
        let knots = isotonic(&[truth, &[label]].concat(), &[scores, &[score]].concat()).unwrap();
        interpolate(&knots, score)
    })
}

proptest! {
    #[test]
    fn venn_abers_is_what_refitting_says(rows in prop::collection::vec((any::<bool>(), 0_u8..30), 1..60)) {
        let (truth, scores): (Vec<bool>, Vec<f64>) = rows.into_iter().map(|(label, score)| (label, f64::from(score) / 10.0)).unzip();
        let table = VennAbers::fit(&truth, &scores).unwrap();
        for step in -1..=61 {
            let score = f64::from(step) / 20.0;
            let ([p0, p1], [q0, q1]) = (table.interval(score), by_refitting(&truth, &scores, score));
            prop_assert!((p0 - q0).abs() < 1e-12 && (p1 - q1).abs() < 1e-12, "{score}: {p0} {p1} instead of {q0} {q1}");
            prop_assert!(p0 <= p1);
            let probability = table.probability(score);
            prop_assert!(p0 <= probability && probability <= p1);
        }
    }

    #[test]
    fn isotonic_never_decreases(rows in prop::collection::vec((any::<bool>(), -5.0..5.0_f64), 1..80)) {
        let (truth, scores): (Vec<bool>, Vec<f64>) = rows.into_iter().unzip();
        let knots = isotonic(&truth, &scores).unwrap();
        prop_assert!(knots.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 <= pair[1].1));
        // Pooling keeps the mean: what is said on average is what happened.
        let said: f64 = scores.iter().map(|&score| interpolate(&knots, score)).sum();
        prop_assert!((said - truth.iter().filter(|&&positive| positive).count() as f64).abs() < 1e-9);
    }
}
