//! The policy `evidently` gives Evidently's own verdicts on the four splits of the golden file.
#![expect(clippy::unwrap_used, reason = "tests")]

use domain::DriftVerdict;
use monitoring::check::{column_drift, conclude};
use monitoring::compare::Sample;
use monitoring::{Detail, ValidPolicy};
use serde_json::Value;
use stats::two_sample::{Sorted, Statistic};

fn golden() -> Option<Value> {
    Some(serde_json::from_str(&testing::shared_text("golden/drift.json")?).unwrap())
}

fn samples(values: &Value) -> [Sample; 2] {
    if let Some(categories) = values.get("categories") {
        ["ref_counts", "cur_counts"].map(|key| Sample::Level {
            counts: categories
                .as_array()
                .unwrap()
                .iter()
                .zip(values[key].as_array().unwrap())
                .map(|(level, count)| (level.as_str().unwrap().to_owned(), count.as_u64().unwrap()))
                .collect(),
            missing: 0,
        })
    } else {
        ["ref", "cur"].map(|key| {
            let numbers: Vec<f64> = values[key]
                .as_array()
                .unwrap()
                .iter()
                .map(|v| v.as_f64().unwrap())
                .collect();
            Sample::Number {
                sorted: Sorted::new(&numbers),
                missing: 0,
            }
        })
    }
}

#[test]
fn verdicts_equal_evidently_on_all_four_splits() {
    let Some(golden) = golden() else { return };
    let policy = ValidPolicy::named("evidently").unwrap();
    for (split, body) in golden["splits"].as_object().unwrap() {
        let mut reports = Vec::new();
        let preset = body["evidently_preset"].as_array().unwrap();
        for column in &preset[1..] {
            let name = column["config"]["column"].as_str().unwrap();
            let values = body["numeric"]
                .get(name)
                .unwrap_or(&body["categorical"][name]);
            let [reference, current] = samples(values);
            let report = column_drift(name, &reference, &current, &policy, Detail::All);
            let decider = report
                .decided_by
                .unwrap_or_else(|| panic!("{split} {name}: {:?}", report.why));
            let theirs = values["evidently_default"].as_str().unwrap();
            let ours = match decider {
                Statistic::WassersteinNormed => "wasserstein",
                Statistic::JensenShannon => "jensenshannon",
                Statistic::ChiSquareEvidently => "chisquare",
                Statistic::ZEvidently => "z",
                other => other.name(),
            };
            assert_eq!(ours, theirs, "{split} {name}");
            let test = report.tests[&decider];
            let score = test.p_value.unwrap_or(test.statistic);
            let expected = column["value"].as_f64().unwrap();
            assert!(
                (score - expected).abs() <= 1e-7 * expected.abs() + 1e-14,
                "{split} {name}: {score} for {expected}"
            );
            // Evidently's verdict where the file has it, else by its rule: p at or under the
            // threshold.
            let by_rule = expected <= column["config"]["threshold"].as_f64().unwrap();
            reports.push((
                report,
                values["evidently"][theirs]["drifted"]
                    .as_bool()
                    .unwrap_or(by_rule),
            ));
        }
        let (columns, expected): (Vec<_>, Vec<_>) = reports.into_iter().unzip();
        let check = conclude(columns, &policy);
        for (column, expected) in check.columns.iter().zip(expected) {
            assert_eq!(
                column.verdict == DriftVerdict::Drifted,
                expected,
                "{split} {}",
                column.name
            );
        }
        let counted = &preset[0]["value"];
        assert_eq!(
            check.count(DriftVerdict::Drifted) as f64,
            counted["count"].as_f64().unwrap(),
            "{split}"
        );
        assert_eq!(check.share_drifted, counted["share"].as_f64(), "{split}");
        eprintln!(
            "{split}: {} of {}, {} false alarm {:?}",
            check.count(DriftVerdict::Drifted),
            check.columns.len(),
            check.verdict,
            check.false_alarm_rate
        );
    }
}
