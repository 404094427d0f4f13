//! Contributions, base values and interactions equal to shap, XGBoost and LightGBM on their own
//! models.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use model::dump::Dump;
use model::explain::contributions_to_curve;
use model::{Explainer, Matrix, Scorer};
use serde_json::Value;

struct Golden {
    scorer: Scorer,
    rows: Vec<Vec<f64>>,
    background: Vec<Vec<f64>>,
    expected: Value,
}

fn golden(name: &str) -> Option<Golden> {
    let text = testing::shared_text(&format!("golden/shap_{name}.json"))?;
    let expected: Value = serde_json::from_str(&text).unwrap();
    let scorer = serde_json::from_str::<Dump>(&text)
        .unwrap()
        .to_scorer()
        .unwrap();
    let rows = |key: &str| serde_json::from_value(expected[key].clone()).unwrap();
    Some(Golden {
        scorer,
        rows: rows("rows"),
        background: rows("background"),
        expected: expected.clone(),
    })
}

fn matrix(rows: &[Vec<f64>]) -> Matrix {
    let columns = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column]).collect())
        .collect();
    Matrix::from_columns(rows.len(), columns)
}

fn close(found: f64, wanted: f64, tolerance: f64, what: &str) {
    assert!(
        (found - wanted).abs() <= tolerance,
        "{what}: {found} is not {wanted}"
    );
}

fn compare(golden: &Golden, explainer: &Explainer, key: &str, tolerance: f64) {
    let expected = &golden.expected["shap"][key];
    close(
        explainer.base(),
        expected["expected_value"].as_f64().unwrap(),
        tolerance,
        &format!("{key} base"),
    );
    let values: Vec<Vec<f64>> = serde_json::from_value(expected["values"].clone()).unwrap();
    let together = explainer
        .contributions_of(&matrix(&golden.rows), 0..golden.rows.len())
        .unwrap();
    for (row, wanted) in values.iter().enumerate() {
        let found = explainer.contributions(&golden.rows[row]).unwrap();
        for (input, wanted) in wanted.iter().enumerate() {
            close(
                found.values[input],
                *wanted,
                tolerance,
                &format!("{key} row {row} input {input}"),
            );
            assert_eq!(
                found.values[input].to_bits(),
                together[row * values[0].len() + input].to_bits()
            );
        }
    }
}

fn check(name: &str, tolerance: f64) {
    let Some(golden) = golden(name) else { return };
    let inputs = golden.rows[0].len();
    for numbers in [1 << 21, 0] {
        let path = Explainer::build(&golden.scorer, inputs, None, numbers).unwrap();
        compare(&golden, &path, "tree_path_dependent/raw", tolerance);
        let interventional =
            Explainer::build(&golden.scorer, inputs, Some(&golden.background), numbers).unwrap();
        // shap keeps the interventional weights in single precision: its own sums miss the margin
        // by up to 3e-8.
        compare(
            &golden,
            &interventional,
            "interventional/raw",
            tolerance.max(1e-7),
        );
    }
    let path = Explainer::new(&golden.scorer, inputs).unwrap();
    let first: Vec<Vec<Vec<f64>>> =
        serde_json::from_value(golden.expected["shap"]["interaction_first3"].clone()).unwrap();
    for (row, wanted) in first.iter().enumerate() {
        let found = path.interactions(&golden.rows[row]).unwrap();
        for (i, wanted) in wanted.iter().enumerate() {
            for (j, wanted) in wanted.iter().enumerate() {
                close(
                    found.value(i, j),
                    *wanted,
                    tolerance,
                    &format!("{name} interaction {row} {i} {j}"),
                );
            }
        }
    }
    let expected: BTreeMap<String, Value> =
        serde_json::from_value(golden.expected.clone()).unwrap();
    for (row, x) in golden.rows.iter().enumerate() {
        if let Some(margins) = expected.get("margin") {
            close(
                golden.scorer.margin(x),
                margins[row].as_f64().unwrap(),
                tolerance,
                "margin",
            );
        }
        if let Some(probabilities) = expected.get("predict_proba") {
            close(
                golden.scorer.probability(x),
                probabilities[row].as_f64().unwrap(),
                tolerance,
                "probability",
            );
        }
    }
}

/// Contributions to the probability and to the logarithmic loss of a model in log-odds.
fn check_curves(name: &str, tolerance: f64) {
    let Some(golden) = golden(name) else { return };
    let labels: Vec<f64> = serde_json::from_value(golden.expected["y"].clone()).unwrap();
    for key in ["interventional/probability", "interventional/log_loss"] {
        let expected = &golden.expected["shap"][key];
        if expected.get("error").is_some() {
            continue;
        }
        for (row, x) in golden.rows.iter().enumerate() {
            let loss = |margin: f64| libm::log1p(libm::exp(margin)) - labels[row] * margin;
            let probability = |margin: f64| model::scorer::sigmoid(margin);
            let curve: &dyn Fn(f64) -> f64 = if key.ends_with("loss") {
                &loss
            } else {
                &probability
            };
            let found =
                contributions_to_curve(&golden.scorer, &golden.background, x, curve).unwrap();
            for (input, value) in found.values.iter().enumerate() {
                close(
                    *value,
                    expected["values"][row][input].as_f64().unwrap(),
                    tolerance,
                    &format!("{name} {key} {row} {input}"),
                );
            }
            if let Some(base) = expected["expected_value"].as_f64() {
                close(found.base, base, tolerance, key);
            }
        }
    }
}

#[test]
fn curves_of_the_margin() {
    check_curves("gbc", 1e-7);
    check_curves("xgb", 1e-5);
    check_curves("lgbm", 1e-5);
}

#[test]
fn decision_tree() {
    check("dt", 1e-9);
}

#[test]
fn random_forest() {
    check("rf", 1e-9);
}

#[test]
fn gradient_boosting_of_scikit_learn() {
    check("gbc", 1e-9);
}

#[test]
fn xgboost() {
    check("xgb", 1e-5);
}

#[test]
fn lightgbm() {
    check("lgbm", 1e-5);
}

#[test]
fn linear() {
    let Some(golden) = golden("linear") else {
        return;
    };
    let explainer = Explainer::interventional(&golden.scorer, &matrix(&golden.background)).unwrap();
    compare(&golden, &explainer, "independent", 1e-9);
}

/// A dump of an XGBoost model with columns of the type `bool`, whose splits have no condition.
#[test]
fn splits_without_a_condition_go_where_xgboost_sends_0_and_1() {
    let cases = ["json", "expected.json"]
        .map(|ending| testing::shared_text(&format!("cases/shap_getdummies_bool.{ending}")));
    let [Some(file), Some(expected)] = cases else {
        return;
    };
    let [mut file, expected] =
        [file, expected].map(|text| serde_json::from_str::<Value>(&text).unwrap());
    let scorer = |file: &Value| {
        serde_json::from_value::<Dump>(file.clone())
            .unwrap()
            .to_scorer()
    };
    assert_eq!(scorer(&file), Err(model::dump::DumpError::NoBaseScore));
    file["base_score"] = (237.0 / 1470.0).into();
    let scorer = scorer(&file).unwrap();
    let rows: Vec<Vec<f64>> = serde_json::from_value(file["rows"].clone()).unwrap();
    let matrix = matrix(&rows);
    let margins: Vec<f64> = serde_json::from_value(expected["margin"].clone()).unwrap();
    let contributions: Vec<Vec<f64>> =
        serde_json::from_value(expected["contribs"].clone()).unwrap();
    let own = Explainer::new(&scorer, rows[0].len())
        .unwrap()
        .contributions_of(&matrix, 0..rows.len())
        .unwrap();
    for (row, (margin, wanted)) in margins.iter().zip(&contributions).enumerate() {
        assert!(
            (scorer.margin(&rows[row]) - margin).abs() < 1e-5,
            "row {row}"
        );
        for (own, wanted) in own[row * rows[0].len()..]
            .iter()
            .zip(&wanted[..rows[0].len()])
        {
            assert!(
                (own - wanted).abs() < 1e-5,
                "row {row}: {own} against {wanted}"
            );
        }
    }
}

#[test]
fn categorical_splits_are_refused_with_a_sentence() {
    let Some(text) = testing::shared_text("cases/shap_categorical.json") else {
        return;
    };
    let mut file: Value = serde_json::from_str(&text).unwrap();
    file["base_score"] = 0.5.into();
    let dump: Dump = serde_json::from_value(file).unwrap();
    assert!(
        dump.to_scorer()
            .unwrap_err()
            .to_string()
            .contains("categorical")
    );
}
