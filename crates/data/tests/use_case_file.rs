//! A use-case file with many errors: all are reported, each once, at its line; and the document of
//! the format names every key.
#![expect(clippy::unwrap_used, reason = "tests")]

use data::{UseCaseError, parse_use_case};
use model::derived::{Bins, Derived};
use model::use_case::{Band, Policies, Target, Terminology};
use model::{Field, UseCase};
use serde::de::DeserializeOwned;

const ATTRITION: &str = include_str!("../use_cases/attrition.toml");
const DOCUMENT: &str = include_str!("../../../docs/use-cases.md");

fn keys(text: &str) -> Vec<String> {
    parse_use_case(text)
        .unwrap_err()
        .into_iter()
        .map(|error| error.key)
        .collect()
}

#[test]
fn all_problems_are_reported_at_once_with_their_lines() {
    let broken = ATTRITION
        .replace("cutoff = 0.25", "cutoff = \"often\"")
        .replacen("kind = \"integer\"", "kind = \"whole\"", 1)
        .replacen(
            "name = \"Gender\"\nlabel = \"Gender\"\n",
            "name = \"Gender\"\n",
            1,
        )
        .replacen(
            "actionable = \"down\"",
            "actionable = \"down\"\ncolor = \"red\"",
            1,
        )
        .replace("label = \"left\"\n", "")
        .replace("segments = [\"Department\"", "segments = [\"Dept\"")
        .replace("range = [0, 200]", "range = [200, 0]");
    let errors = parse_use_case(&broken).unwrap_err();
    let mut found: Vec<&str> = errors.iter().map(|error| error.key.as_str()).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "field.Age.kind",
            "field.DistanceFromHome.range",
            "field.Gender.label",
            "field.OverTime.color",
            "policies.cutoff",
            "target.label"
        ]
    );
    let line = |error: &UseCaseError| broken.lines().nth(error.line - 1).unwrap();
    let at = |key: &str| line(errors.iter().find(|error| error.key == key).unwrap());
    assert_eq!(at("policies.cutoff"), "cutoff = \"often\"");
    assert_eq!(at("field.Age.kind"), "kind = \"whole\"");
    assert_eq!(at("field.OverTime.color"), "color = \"red\"");
    assert_eq!(at("field.DistanceFromHome.range"), "range = [200, 0]");
    assert_eq!(at("target.label"), "[target]");
    assert_eq!(at("field.Gender.label"), "[[field]]");
    assert!(errors.is_sorted_by_key(|error| error.line));
}

#[test]
fn what_is_missing_altogether_is_reported_key_by_key() {
    let mut found = keys("id = 3");
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "bands",
            "description",
            "field",
            "id",
            "policies",
            "target",
            "title",
            "words"
        ]
    );
    assert_eq!(keys("id = ").len(), 1);
    assert!(!keys("a = [\nb = 2\n").is_empty());
    assert_eq!(
        keys(&ATTRITION.replace("[words]", "[wordz]")),
        ["words", "wordz"]
    );
    assert_eq!(
        keys(&format!(
            "field = 3\n{}",
            ATTRITION.replace("[[field]]", "[[fields]]")
        ))
        .len(),
        2
    );
}

#[test]
fn a_problem_is_not_reported_again_by_what_depends_on_it() {
    assert_eq!(
        keys(&ATTRITION.replacen("name = \"Department\"", "name = 7", 1)),
        ["field.6.name"]
    );
    assert_eq!(
        keys(&ATTRITION.replacen("from = 0.15", "from = \"a\"", 1)),
        ["bands.moderate.from"]
    );
}

/// The keys of a table, by what serde expects instead of an unknown one.
fn known<T: DeserializeOwned>() -> Vec<String> {
    let error = toml::from_str::<T>("surely_unknown = 1")
        .err()
        .unwrap()
        .to_string();
    let expected = error.split("expected").nth(1).unwrap();
    expected
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_document_names_every_key_and_its_example_has_them_all() {
    let example = DOCUMENT
        .split("```toml\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    parse_use_case(example).unwrap_or_else(|errors| panic!("{errors:?}"));
    let tables: [(&str, Vec<String>); 8] = [
        ("the file", known::<UseCase>()),
        ("words", known::<Terminology>()),
        ("target", known::<Target>()),
        ("policies", known::<Policies>()),
        ("bands", known::<Band>()),
        ("field", known::<Field>()),
        ("derived", known::<Derived>()),
        ("bins", known::<Bins>()),
    ];
    for (table, keys) in tables {
        assert!(!keys.is_empty(), "{table}");
        for key in keys {
            assert!(
                DOCUMENT.contains(&format!("| `{key}` |")),
                "{table}: {key} is not explained"
            );
            let is_table =
                example.contains(&format!("[{key}]")) || example.contains(&format!("[[{key}]]"));
            assert!(
                is_table
                    || example
                        .lines()
                        .any(|line| line.starts_with(&format!("{key} =")))
                    || example.contains(&format!(" {key} =")),
                "{table}: {key} is not in the example"
            );
        }
    }
}
