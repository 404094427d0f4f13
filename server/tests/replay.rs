//! Two years of simulated months, by one command: what is found when people begin to leave for
//! other reasons, and what is retrained when nothing has changed. A slice in `make test`, twenty
//! seeds in `make soak`.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use cli::CliHarness;
use serde_json::Value;

fn replay(arguments: &[&str]) -> (CliHarness, Vec<Value>) {
    let cli = CliHarness::new();
    let usual = ["simulate", "--run", "--trials", "2"];
    let months = cli.json(&[&usual, arguments].concat());
    (cli, months.as_array().unwrap().clone())
}

fn retrained(months: &[Value]) -> Vec<u64> {
    months
        .iter()
        .filter(|month| !month["retrained"].is_null())
        .map(|month| month["month"].as_u64().unwrap())
        .collect()
}

/// The smallest number that a binomial of `n` trials at rate `p` exceeds with at most 5%.
fn bound(n: u32, p: f64) -> u32 {
    let mut mass = (1.0 - p).powi(n as i32);
    let (mut at_most, mut k) = (mass, 0);
    while at_most < 0.95 {
        mass *= f64::from(n - k) / f64::from(k + 1) * p / (1.0 - p);
        k += 1;
        at_most += mass;
    }
    k
}

#[test]
fn a_change_is_found_retrained_reviewed_and_gets_a_baseline() {
    let few = ("churn", "6", "segment_shift", 2);
    let two_years = ("attrition", "24", "concept_change", 12);
    let stories = testing::soak(vec![few], vec![few, two_years]);
    for (use_case, months, change, after) in stories {
        let drift = format!("{change}@{after}");
        let (cli, rows) = replay(&[
            "--use-case",
            use_case,
            "--people",
            "1000",
            "--months",
            months,
            "--drift",
            &drift,
        ]);
        let found = retrained(&rows);
        eprintln!("{use_case}, {drift}: retrained in {found:?}");
        assert!(
            !found.is_empty() && found.iter().all(|month| *month >= after),
            "{use_case}: {found:?}"
        );
        let approved = rows
            .iter()
            .filter(|row| row["review"] == "approved")
            .count() as u64;
        assert!(approved >= 1);
        assert_eq!(rows.last().unwrap()["live"], 1 + approved);
        let checks = cli.json(&["drift", "history", "--use-case", use_case]);
        assert_eq!(checks.as_array().unwrap().len(), rows.len());
        // The months after the approval are checked against the baseline of the new version.
        let versions: Vec<u64> = checks
            .as_array()
            .unwrap()
            .iter()
            .map(|check| check["version"].as_u64().unwrap())
            .collect();
        assert!(versions.contains(&2) && versions.last() == Some(&1));
        let requests = cli.json(&["model", "list", "--use-case", use_case]);
        assert!(requests.as_array().unwrap().len() as u64 > approved);
    }
}

/// Months in which nothing changes, with a new seed each: how often is retraining recommended? The
/// checks of one seed are not independent of each other (they share outcomes), so what counts is
/// the number of seeds with any retraining against twelve checks at the stated rate.
#[test]
fn without_a_change_retraining_is_as_rare_as_stated() {
    const STATED: f64 = 0.03;
    let (seeds, months) = testing::soak((2, "5"), (20, "12"));
    let (mut with_any, mut recommended, mut checks) = (0, 0, 0);
    for seed in 1..=seeds {
        let (_, rows) = replay(&[
            "--use-case",
            "attrition",
            "--people",
            "1000",
            "--months",
            months,
            "--seed",
            &seed.to_string(),
            "--undecided",
        ]);
        let advice: Vec<String> = rows
            .iter()
            .filter(|row| row["recommendation"] == "retrain")
            .map(|row| format!("month {}: {}", row["month"], row["reason"]))
            .collect();
        eprintln!(
            "seed {seed}: {} of {} checks recommend retraining {advice:?}",
            advice.len(),
            rows.len()
        );
        with_any += u32::from(!advice.is_empty());
        recommended += advice.len();
        checks += rows.len();
    }
    let months: i32 = months.parse().unwrap();
    let of_a_seed = 1.0 - (1.0 - STATED).powi(months);
    let allowed = bound(seeds, of_a_seed);
    eprintln!(
        "{recommended} of {checks} checks recommend retraining; {with_any} of {seeds} seeds with any, at most {allowed} at {STATED} a check"
    );
    assert!(
        with_any <= allowed,
        "{with_any} of {seeds}, allowed {allowed}"
    );
}
