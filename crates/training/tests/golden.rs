//! The preprocessing and the logistic fits agree with scikit-learn's on the golden hold-out split.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{attrition, floats, golden, rows};
use model::{Role, Source};
use training::prepared::{Fold, InputChoice};
use training::split::Split;

/// The golden fold, with scikit-learn's name for each of our linear inputs.
fn golden_fold() -> Option<(Fold, Vec<String>)> {
    let (mut use_case, dataset) = attrition()?;
    let splits = golden("splits")?;
    // The reference used every attribute and no derived field.
    use_case.include_protected = true;
    use_case.derived.clear();
    for field in &mut use_case.fields {
        if !["EmployeeCount", "StandardHours", "Over18"].contains(&field.name.as_str()) {
            field.role = Role::Feature;
        }
    }
    let split = Split::explicit(&dataset, &rows(&splits["holdout"]["test"])).unwrap();
    let fold = Fold::new(&dataset, &use_case, &split, &InputChoice::default()).unwrap();
    let names = fold.train.encoding.linear.iter().map(|linear| {
        let input = &fold.train.encoding.encoder.inputs[linear.input as usize];
        let indicator = matches!(input.source, Source::Indicator { .. });
        if indicator {
            input.name.replacen('=', "_", 1)
        } else {
            input.name.clone()
        }
    });
    let names = names.collect();
    Some((fold, names))
}

fn near(ours: f64, theirs: f64, tolerance: f64, what: &str) {
    assert!(
        (ours - theirs).abs() <= tolerance,
        "{what}: {ours} is not {theirs}"
    );
}

#[test]
fn preprocessing_agrees() {
    let (Some((fold, names)), Some(reference)) = (golden_fold(), golden("preprocess")) else {
        return;
    };
    let numeric: Vec<&str> = reference["numeric"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let (medians, means, scales) = (
        floats(&reference["medians"]),
        floats(&reference["means"]),
        floats(&reference["scales_ddof0"]),
    );
    let input =
        |name: &str| &fold.train.encoding.linear[names.iter().position(|own| own == name).unwrap()];
    for (index, name) in numeric.iter().enumerate() {
        near(input(name).impute, medians[index], 1e-12, name);
        near(
            input(name).center,
            means[index],
            1e-12 * means[index].abs(),
            name,
        );
        near(
            input(name).scale,
            scales[index],
            1e-12 * scales[index],
            name,
        );
    }
    for (field, mode) in reference["categorical"]
        .as_array()
        .unwrap()
        .iter()
        .zip(reference["modes"].as_array().unwrap())
    {
        let name = format!("{}_{}", field.as_str().unwrap(), mode.as_str().unwrap());
        near(input(&name).impute, 1.0, 0.0, &name);
    }
    let feature_names: Vec<&str> = reference["feature_names"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    assert_eq!(feature_names.len(), names.len());
    let ids = rows(&reference["row_ids"]);
    for (id, expected) in ids
        .iter()
        .zip(reference["first5_test_rows"].as_array().unwrap())
    {
        let row = fold.test.rows().iter().position(|row| row == id).unwrap();
        for (name, expected) in feature_names.iter().zip(floats(expected)) {
            let linear = input(name);
            near(
                linear.standardize(fold.test_matrix.column(linear.input as usize)[row]),
                expected,
                1e-12,
                name,
            );
        }
    }
}

#[test]
fn logistic_fits_agree() {
    let (Some((fold, names)), Some(reference), Some(splits)) =
        (golden_fold(), golden("logistic"), golden("splits"))
    else {
        return;
    };
    let design = &fold.train.design;
    let test_rows = rows(&splits["holdout"]["test"]);
    for (key, c, balanced) in [
        ("C=1.0,class_weight=None", 1.0, false),
        ("C=0.1,class_weight=None", 0.1, false),
        ("C=1.0,class_weight=balanced", 1.0, true),
    ] {
        let expected = &reference["fits"][key];
        let newton = training::logistic::fit_newton(
            design,
            &fold.train.labels,
            &fold.train.weights(balanced),
            c,
        );
        let linfa = (!balanced)
            .then(|| training::logistic::fit_linfa(design, &fold.train.labels, c, 1e-6).unwrap());
        for (who, fitted, tolerance) in [("newton", Some(newton), 1e-4), ("linfa", linfa, 1e-4)] {
            let Some(fitted) = fitted else { continue };
            near(
                fitted.intercept,
                expected["intercept"].as_f64().unwrap(),
                tolerance,
                who,
            );
            for (name, coefficient) in names.iter().zip(&fitted.coefficients) {
                near(
                    *coefficient,
                    expected["coef"][name].as_f64().unwrap(),
                    tolerance,
                    &format!("{who} {key} {name}"),
                );
            }
            for (id, probability) in test_rows.iter().zip(floats(&expected["test_prob"])) {
                let row = fold.test.rows().iter().position(|row| row == id).unwrap();
                let sum: f64 = fold
                    .train
                    .encoding
                    .linear
                    .iter()
                    .zip(&fitted.coefficients)
                    .fold(fitted.intercept, |sum, (linear, coefficient)| {
                        sum + coefficient
                            * linear
                                .standardize(fold.test_matrix.column(linear.input as usize)[row])
                    });
                near(model::scorer::sigmoid(sum), probability, 1e-5, who);
            }
        }
    }
}

#[test]
fn folds_are_those_of_scikit_learn() {
    let (Some((_, dataset)), Some(reference)) = (attrition(), golden("splits")) else {
        return;
    };
    let splits = training::scikit_folds::repeated_stratified_folds(&dataset, 5, 5, 42).unwrap();
    let expected: Vec<Vec<usize>> = reference["rskf_5x5_seed42_test"]
        .as_array()
        .unwrap()
        .iter()
        .map(rows)
        .collect();
    assert_eq!(splits.len(), expected.len());
    for (split, expected) in splits.iter().zip(expected) {
        assert_eq!(split.test.rows(), expected);
    }
}
