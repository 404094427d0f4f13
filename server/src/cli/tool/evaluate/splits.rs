//! Folds from a file.

use serde::Deserialize;
use serde_json::Value;
use workflow::{Error, Result};

use crate::cli::input::read_input;

/// 0-based rows of one fold.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Fold {
    /// Rows that are judged; all others are trained on.
    Test(Vec<usize>),
    /// Both sides, for example forward in time.
    Sides { train: Vec<usize>, test: Vec<usize> },
}

/// The folds in a file: a list of folds, one fold with both sides, or an object that holds such
/// under names (the shape of scripts that write several). Where it holds several lists, `key` says
/// which; a single fold under a name is taken where it is asked for or all there is.
///
/// # Errors
/// [`Error::Invalid`] when there are no folds, several lists and no key, or no folds under the key.
pub fn listed(path: &str, key: Option<&str>) -> Result<Vec<Fold>> {
    let wrong = |error: &dyn std::fmt::Display| Error::Invalid(format!("{path}: {error}"));
    let value: Value = serde_json::from_slice(&read_input(path)?).map_err(|error| wrong(&error))?;
    folds(&value, key).map_err(|error| wrong(&error))
}

fn folds(value: &Value, key: Option<&str>) -> std::result::Result<Vec<Fold>, String> {
    let none = || {
        "There is no list of folds. Each fold is a list of 0-based test rows, or an object with train and test.".to_owned()
    };
    let list = |value: &Value| {
        Vec::<Fold>::deserialize(value)
            .ok()
            .filter(|folds| !folds.is_empty())
    };
    let single = |value: &Value| {
        value
            .is_object()
            .then(|| Fold::deserialize(value).ok())
            .flatten()
            .map(|fold| vec![fold])
    };
    let named =
        |value: &Value, of: &dyn Fn(&Value) -> Option<Vec<Fold>>| -> Vec<(String, Vec<Fold>)> {
            let entries = value.as_object().into_iter().flatten();
            entries
                .filter_map(|(name, value)| Some((name.clone(), of(value)?)))
                .collect()
        };
    if let Some(key) = key {
        let found = value
            .get(key)
            .ok_or_else(|| format!("There is no \"{key}\"."))?;
        return list(found)
            .or_else(|| single(found))
            .ok_or_else(|| format!("\"{key}\" is no list of folds."));
    }
    if let Some(folds) = list(value).or_else(|| single(value)) {
        return Ok(folds);
    }
    let (lists, singles) = (named(value, &list), named(value, &single));
    let mut found = if lists.is_empty() { singles } else { lists };
    match found.len() {
        0 => Err(none()),
        1 => Ok(found.remove(0).1),
        _ => {
            let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
            Err(format!(
                "There are several lists of folds. Choose one with --splits-key: {}.",
                names.join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use serde_json::json;

    use super::*;

    #[test]
    fn folds_are_lists_of_test_rows_or_both_sides() {
        let rows = |value: Value| folds(&value, None).unwrap();
        assert_eq!(
            rows(json!([[0, 2], [1]])),
            [Fold::Test(vec![0, 2]), Fold::Test(vec![1])]
        );
        assert_eq!(rows(json!({ "folds": [[3]] })), [Fold::Test(vec![3])]);
        let sides = Fold::Sides {
            train: vec![0, 1],
            test: vec![2],
        };
        assert_eq!(
            rows(json!({ "train": [0, 1], "test": [2] })).as_slice(),
            std::slice::from_ref(&sides)
        );
        assert_eq!(
            rows(json!([{ "train": [0, 1], "test": [2] }, [5]])),
            [sides.clone(), Fold::Test(vec![5])]
        );
        // The shape of the reference's file: a hold-out beside a list of folds, and other things.
        let both = json!({ "sha": "x", "dropped": ["a"], "holdout": { "train": [0, 1], "test": [2] }, "folds": [[7]] });
        assert_eq!(folds(&both, None).unwrap(), [Fold::Test(vec![7])]);
        assert_eq!(folds(&both, Some("holdout")).unwrap(), [sides]);
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_asked_about() {
        let two = json!({ "first": [[1]], "second": [[2]] });
        assert!(
            folds(&two, None)
                .unwrap_err()
                .contains("--splits-key: first, second")
        );
        assert_eq!(folds(&two, Some("second")).unwrap(), [Fold::Test(vec![2])]);
        for (value, key) in [
            (json!({ "a": "b" }), None),
            (json!([]), None),
            (json!([["x"]]), None),
            (two.clone(), Some("third")),
        ] {
            assert!(folds(&value, key).is_err(), "{value}");
        }
    }
}
