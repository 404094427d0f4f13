//! Models that other libraries have trained, against their own probabilities and SHAP values: see
//! `golden/make.py`.
#![expect(clippy::unwrap_used, reason = "tests")]

use exchange::{Bound, Foreign, Mapping, ModelFormat};
use model::{Column, Explainer, MISSING_LEVEL, Table, UseCase};
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    inputs: Vec<String>,
    rows: Vec<usize>,
    probabilities: Vec<f64>,
    #[serde(default)]
    contributions: Vec<Vec<f64>>,
}

fn attrition() -> UseCase {
    data::built_in()
        .unwrap()
        .into_iter()
        .find(|own| own.id == "attrition")
        .unwrap()
}

/// The public data with the gaps of `make.py`; `filled`: what stands for a missing income.
fn people(use_case: &UseCase, filled: f64) -> Option<Table> {
    let bytes = std::fs::read(testing::shared("data/ibm_hr_attrition_1470.csv")?).unwrap();
    let raw = data::read(&bytes, &data::ReadOptions::default()).unwrap();
    let mut table = data::check(&raw, use_case, data::CheckMode::Training, None)
        .unwrap()
        .table;
    for (name, column) in table.names.iter().zip(&mut table.columns) {
        match column {
            Column::Number(values) if name == "MonthlyIncome" => {
                values
                    .iter_mut()
                    .step_by(7)
                    .for_each(|value| *value = filled);
            }
            Column::Level { codes, .. } if name == "OverTime" => {
                codes
                    .iter_mut()
                    .step_by(11)
                    .for_each(|code| *code = MISSING_LEVEL);
            }
            Column::Number(_) | Column::Level { .. } | Column::Text(_) => {}
        }
    }
    Some(table)
}

fn bound(bytes: &[u8], format: ModelFormat, expected: &Expected, use_case: &UseCase) -> Bound {
    let foreign = Foreign::read(bytes, format).unwrap();
    // Columns of an ONNX file have no names.
    let names: serde_json::Map<String, serde_json::Value> = foreign
        .inputs
        .iter()
        .zip(&expected.inputs)
        .filter(|(own, name)| own != name)
        .map(|(own, name)| (own.clone(), name.clone().into()))
        .collect();
    let mapping = serde_json::to_vec(&serde_json::json!({ "inputs": names })).unwrap();
    foreign
        .bind(use_case, &Mapping::parse(&mapping).unwrap())
        .unwrap()
}

/// Every probability within 1e-6: the others compute in single precision.
fn check(bytes: &[u8], format: ModelFormat, expected: &str, filled: f64) {
    let expected: Expected = serde_json::from_str(expected).unwrap();
    let use_case = attrition();
    let Some(table) = people(&use_case, filled) else {
        return;
    };
    let mut bound = bound(bytes, format, &expected, &use_case);
    let matrix = bound.encoder.encode(&table);
    bound.learn_missing(&matrix);
    let scores = bound.scorer.probabilities(&matrix);
    for (row, wanted) in expected.rows.iter().zip(&expected.probabilities) {
        let difference = (scores[*row] - wanted).abs();
        assert!(
            difference < 1e-6,
            "row {row}: {} against {wanted}",
            scores[*row]
        );
    }
    if expected.contributions.is_empty() {
        return;
    }
    let inputs = bound.encoder.inputs.len();
    let explainer = Explainer::new(&bound.scorer, inputs).unwrap();
    let values = explainer
        .contributions_of(&matrix, 0..matrix.rows())
        .unwrap();
    for (row, wanted) in expected.rows.iter().zip(&expected.contributions) {
        let own = &values[row * inputs..(row + 1) * inputs];
        for (matched, value) in bound.matched.iter().zip(own) {
            let place = expected
                .inputs
                .iter()
                .position(|name| same(name, &matched.input))
                .unwrap();
            let difference = (value - wanted[place]).abs();
            assert!(
                difference < 2e-6,
                "row {row}, {}: {value} against {}",
                matched.input,
                wanted[place]
            );
        }
        // What no split uses contributes nothing.
        let used = bound.matched.iter().map(|own| own.input.as_str());
        let used: Vec<&str> = used.collect();
        for (name, value) in expected.inputs.iter().zip(wanted) {
            assert!(used.iter().any(|own| same(name, own)) || value.abs() < 1e-9);
        }
    }
}

/// LightGBM writes underscores for spaces.
fn same(name: &str, own: &str) -> bool {
    name == own || name.replace(' ', "_") == own
}

#[test]
fn xgboost_scores_and_explains_as_the_library_does() {
    let file = include_bytes!("golden/xgboost.json");
    let expected = include_str!("golden/xgboost.expected.json");
    check(file, ModelFormat::Xgboost, expected, f64::NAN);
}

#[test]
fn lightgbm_scores_and_explains_as_the_library_does() {
    let file = include_bytes!("golden/lightgbm.txt");
    let expected = include_str!("golden/lightgbm.expected.json");
    check(file, ModelFormat::Lightgbm, expected, f64::NAN);
}

#[test]
fn a_forest_of_an_onnx_file_scores_as_onnxruntime_does() {
    let file = include_bytes!("golden/onnx_forest.onnx");
    let expected = include_str!("golden/onnx_forest.expected.json");
    check(file, ModelFormat::Onnx, expected, 6500.0);
}

#[test]
fn a_scaled_logistic_regression_of_an_onnx_file_scores_as_onnxruntime_does() {
    let file = include_bytes!("golden/onnx_logistic.onnx");
    let expected = include_str!("golden/onnx_logistic.expected.json");
    check(file, ModelFormat::Onnx, expected, 6500.0);
}

/// Makes a file another one.
type Change = fn(&mut serde_json::Value);

/// The sentence by which a changed XGBoost file is refused.
fn refused(change: Change) -> String {
    let mut file = serde_json::from_slice(include_bytes!("golden/xgboost.json")).unwrap();
    change(&mut file);
    let bytes = serde_json::to_vec(&file).unwrap();
    Foreign::read(&bytes, ModelFormat::Xgboost)
        .unwrap_err()
        .to_string()
}

#[test]
fn what_is_not_fully_understood_is_refused() {
    let cases: [(Change, &str); 7] = [
        (
            |file| {
                drop(
                    file["learner"]["learner_model_param"]
                        .as_object_mut()
                        .unwrap()
                        .remove("base_score"),
                )
            },
            "base_score",
        ),
        (
            |file| file["learner"]["gradient_booster"]["name"] = "dart".into(),
            "dart",
        ),
        (
            |file| file["learner"]["objective"]["name"] = "reg:squarederror".into(),
            "binary:logistic",
        ),
        (
            |file| file["learner"]["learner_model_param"]["num_class"] = "3".into(),
            "several classes",
        ),
        (
            |file| {
                file["learner"]["gradient_booster"]["model"]["trees"][0]["split_type"][0] = 1.into()
            },
            "categorical",
        ),
        (
            |file| {
                file["learner"]["gradient_booster"]["model"]["trees"][0]["left_children"][0] =
                    4000.into()
            },
            "does not exist",
        ),
        (
            |file| file["learner"]["attributes"] = serde_json::json!({ "best_iteration": "3" }),
            "early stopping",
        ),
    ];
    for (change, word) in cases {
        let sentence = refused(change);
        assert!(sentence.contains(word), "{word}: {sentence}");
    }
    let ubj = Foreign::read(b"{L\0\0\0\0\0\0\0\x07learner", ModelFormat::Xgboost).unwrap_err();
    assert!(ubj.to_string().contains("UBJSON"), "{ubj}");
    let lightgbm = include_str!("golden/lightgbm.txt");
    let cases = [
        ("objective=binary", "objective=regression", "binary"),
        ("num_cat=0", "num_cat=1", "categorical"),
        ("is_linear=0", "is_linear=1", "linear"),
        ("end of trees", "", "truncated"),
        ("num_class=1", "num_class=1\naverage_output", "rf"),
    ];
    for (from, to, word) in cases {
        let file = lightgbm.replace(from, to);
        let error = Foreign::read(file.as_bytes(), ModelFormat::Lightgbm)
            .unwrap_err()
            .to_string();
        assert!(error.contains(word), "{word}: {error}");
    }
    for length in [0, 10, 100, 1000] {
        let onnx = &include_bytes!("golden/onnx_forest.onnx")[..length];
        assert!(Foreign::read(onnx, ModelFormat::Onnx).is_err(), "{length}");
    }
}

#[test]
fn an_input_is_a_field_or_is_refused_by_name() {
    let use_case = attrition();
    let foreign =
        Foreign::read(include_bytes!("golden/xgboost.json"), ModelFormat::Xgboost).unwrap();
    let bind = |name: &str| {
        let mut own = foreign.clone();
        let place = own
            .inputs
            .iter()
            .position(|input| input == "MonthlyIncome")
            .unwrap();
        own.inputs[place] = name.to_owned();
        own.bind(&use_case, &Mapping::default())
    };
    for name in [
        "monthly income",
        "num__MonthlyIncome",
        "OverTime",
        "JobRole=Manager",
        "cat__JobRole_Manager",
    ] {
        assert!(bind(name).is_ok(), "{name}");
    }
    // Levels without numbers, a protected field, the outcome, and nothing that is known.
    for name in ["JobRole", "Gender_Female", "Attrition", "f0"] {
        assert!(bind(name).unwrap_err().to_string().contains(name), "{name}");
    }
}

#[test]
fn a_mapping_names_fields_levels_and_codes() {
    let use_case = attrition();
    let foreign =
        Foreign::read(include_bytes!("golden/xgboost.json"), ModelFormat::Xgboost).unwrap();
    let bind = |target: serde_json::Value| {
        let mapping = serde_json::json!({ "inputs": { "MonthlyIncome": target } });
        foreign.bind(
            &use_case,
            &Mapping::parse(mapping.to_string().as_bytes()).unwrap(),
        )
    };
    let levels = &use_case.field("JobRole").unwrap().levels;
    let codes = |count: usize| -> serde_json::Map<String, serde_json::Value> {
        levels
            .iter()
            .take(count)
            .enumerate()
            .map(|(code, level)| (level.clone(), code.into()))
            .collect()
    };
    assert!(bind("TotalWorkingYears".into()).is_ok());
    assert!(bind("OverTime=No".into()).is_ok());
    assert!(bind(serde_json::json!({ "field": "JobRole", "codes": codes(levels.len()) })).is_ok());
    assert!(
        bind(serde_json::json!({ "field": "JobRole", "codes": codes(levels.len() - 1) })).is_err()
    );
    assert!(bind("OverTime=Sometimes".into()).is_err());
    assert!(bind("none such".into()).is_err());
    let unknown = Mapping::parse(br#"{"inputs": {"f99": "Age"}}"#).unwrap();
    assert!(
        foreign
            .bind(&use_case, &unknown)
            .unwrap_err()
            .to_string()
            .contains("f99")
    );
}
