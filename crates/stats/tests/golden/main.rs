//! Our numbers against those of reference implementations. Each JSON file beside this one names the
//! library and the version that made it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod calibration;
mod drift;
mod fairness;
mod metrics;

use std::path::Path;

use serde_json::Value;

/// The golden files of that name: the one beside this file, which may be thinned, and the whole one
/// of the shared folder where that is.
fn load(name: &str) -> Vec<Value> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(name);
    let texts = [
        Some(std::fs::read_to_string(own).unwrap()),
        testing::shared_text(&format!("golden/{name}")),
    ];
    texts
        .into_iter()
        .flatten()
        .map(|text| serde_json::from_str(&text).unwrap())
        .collect()
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|value| value.as_f64().unwrap())
        .collect()
}

fn bools(value: &Value) -> Vec<bool> {
    numbers(value)
        .into_iter()
        .map(|label| label > 0.5)
        .collect()
}

fn close(what: &str, value: f64, expected: &Value, tolerance: f64) {
    all_close(
        what,
        &[value],
        &Value::Array(vec![expected.clone()]),
        tolerance,
    );
}

fn all_close(what: &str, values: &[f64], expected: &Value, tolerance: f64) {
    let expected = numbers(expected);
    assert_eq!(values.len(), expected.len(), "{what}");
    for (position, (value, expected)) in values.iter().zip(expected).enumerate() {
        assert!(
            (value - expected).abs() <= tolerance,
            "{what} {position}: {value} instead of {expected}"
        );
    }
}
