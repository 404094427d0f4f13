//! Reading the reference numbers.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;

use serde_json::Value;

/// The golden file, or `None` (said loudly) where the shared folder is absent.
pub fn load(name: &str) -> Option<Value> {
    let shared = std::env::var_os("TENURE_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from);
    match std::fs::read_to_string(shared.join("golden").join(name)) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            eprintln!("SKIPPED: {name}: shared folder absent");
            None
        }
    }
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

pub fn bools(value: &Value) -> Vec<bool> {
    numbers(value).into_iter().map(|label| label > 0.5).collect()
}

pub fn close(what: &str, value: f64, expected: &Value, tolerance: f64) {
    all_close(what, &[value], &Value::Array(vec![expected.clone()]), tolerance);
}

pub fn all_close(what: &str, values: &[f64], expected: &Value, tolerance: f64) {
    let expected = numbers(expected);
    assert_eq!(values.len(), expected.len(), "{what}");
    for (position, (value, expected)) in values.iter().zip(expected).enumerate() {
        assert!((value - expected).abs() <= tolerance, "{what} {position}: {value} instead of {expected}");
    }
}
