//! Ten years of real terminations, a model frozen at 2009 and replayed year by year: features drift
//! every year, and the year in which the model really breaks shows in outcomes, by reason of
//! leaving.
//!
//! The model is the leaving rate by age and gender up to 2009: that is nearly all there is to learn
//! (people retire at exactly 60 and 65).
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;

use domain::Recommendation;
use model::{Column, Table};
use monitoring::performance::{Outcomes, realized};
use monitoring::recommendation::{Limits, Signals, recommend};
use monitoring::{Detail, ValidPolicy, feature_drift, target_drift};

struct Person {
    year: u32,
    values: HashMap<String, String>,
    reason: Option<String>,
}

/// Fields of a line; a job title in quotes may hold a comma.
fn fields(line: &str) -> Vec<String> {
    let mut quoted = false;
    line.split(|c: char| {
        quoted ^= c == '"';
        c == ',' && !quoted
    })
    .map(|field| field.trim_matches('"').to_owned())
    .collect()
}

fn people() -> Option<Vec<Person>> {
    let text = testing::shared_text("data/terminations_10yr_49653.csv")?;
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next()?.split(',').collect();
    Some(
        lines
            .map(|line| {
                let values: HashMap<String, String> = names
                    .iter()
                    .zip(fields(line))
                    .map(|(name, value)| ((*name).into(), value))
                    .collect();
                let left = values["STATUS"] == "TERMINATED";
                Person {
                    year: values["STATUS_YEAR"].parse().unwrap(),
                    reason: left.then(|| values["termreason_desc"].clone()),
                    values,
                }
            })
            .collect(),
    )
}

fn table(people: &[&Person]) -> Table {
    let mut table = Table::default();
    for name in ["age", "length_of_service", "store_name"] {
        table.push(
            name,
            Column::Number(
                people
                    .iter()
                    .map(|person| person.values[name].parse().unwrap_or(f64::NAN))
                    .collect(),
            ),
        );
    }
    for name in [
        "city_name",
        "department_name",
        "job_title",
        "gender_short",
        "BUSINESS_UNIT",
    ] {
        let mut levels: Vec<String> = people
            .iter()
            .map(|person| person.values[name].clone())
            .collect();
        levels.sort_unstable();
        levels.dedup();
        let codes = people
            .iter()
            .map(|person| levels.binary_search(&person.values[name]).unwrap() as u32)
            .collect();
        table.push(name, Column::Level { codes, levels });
    }
    table
}

#[test]
fn the_break_of_2011_shows_in_outcomes() {
    let Some(all) = people() else { return };
    let key = |person: &Person| {
        (
            person.values["age"].clone(),
            person.values["gender_short"].clone(),
        )
    };
    let mut rates: HashMap<(String, String), (f64, f64)> = HashMap::new();
    let past: Vec<&Person> = all.iter().filter(|person| person.year <= 2009).collect();
    for person in &past {
        let slot = rates.entry(key(person)).or_default();
        *slot = (
            slot.0 + 1.0,
            slot.1 + f64::from(u8::from(person.reason.is_some())),
        );
    }
    let base =
        past.iter().filter(|person| person.reason.is_some()).count() as f64 / past.len() as f64;
    let score = |person: &Person| {
        let (n, left) = rates.get(&key(person)).copied().unwrap_or_default();
        (left + 20.0 * base) / (n + 20.0)
    };
    let counts = |people: &[&Person]| {
        let left = people
            .iter()
            .filter(|person| person.reason.is_some())
            .count() as u64;
        [people.len() as u64 - left, left]
    };
    let reference: Vec<&Person> = past
        .iter()
        .copied()
        .filter(|person| person.year == 2009)
        .collect();
    let mut first_retrain = None;
    for year in 2010..=2015 {
        let now: Vec<&Person> = all.iter().filter(|person| person.year == year).collect();
        let left: Vec<bool> = now.iter().map(|person| person.reason.is_some()).collect();
        let scores: Vec<f64> = now.iter().map(|person| score(person)).collect();
        let reasons: Vec<Option<String>> = now.iter().map(|person| person.reason.clone()).collect();
        let found = realized(
            Outcomes {
                left: &left,
                scores: &scores,
                reasons: &reasons,
                cohorts: &[],
                calibration: [0.0; 3],
            },
            &[],
            0.25,
        )
        .unwrap();
        let drift = |policy: &str| {
            feature_drift(
                &table(&reference),
                &table(&now),
                None,
                &ValidPolicy::named(policy).unwrap(),
                Detail::Usual,
            )
        };
        let target = target_drift(
            Some(counts(&reference)),
            Some(counts(&now)),
            &ValidPolicy::default(),
        );
        let signals = Signals {
            roc_auc: Some(&found.roc_auc),
            outcomes: found.left,
            ..Signals::default()
        };
        let advice = recommend(signals, &Limits::default());
        eprintln!(
            "{year}: guide-000 flags {} of 8, calibrated {}; target {}; ROC AUC {:.3} {:?}; {}",
            drift("guide-000").drifted().len(),
            drift("calibrated").drifted().len(),
            target.verdict,
            found.roc_auc.value.unwrap(),
            found
                .by_reason
                .iter()
                .map(|group| format!(
                    "{} {}: {:.2}",
                    group.left,
                    group.name,
                    group.roc_auc.value.unwrap()
                ))
                .collect::<Vec<_>>(),
            advice.sentence
        );
        if advice.action == Recommendation::Retrain && first_retrain.is_none() {
            first_retrain = Some(year);
        }
        let auc = found.roc_auc.value.unwrap();
        match year {
            2010 => assert!(auc > 0.85),
            2011 => {
                let of = |name: &str| {
                    found
                        .by_reason
                        .iter()
                        .find(|group| group.name == name)
                        .unwrap()
                        .roc_auc
                        .value
                        .unwrap()
                };
                assert!(auc < 0.72 && of("Retirement") > 0.9 && of("Resignaton") < 0.6);
            }
            _ => {}
        }
    }
    assert_eq!(first_retrain, Some(2011));
}
