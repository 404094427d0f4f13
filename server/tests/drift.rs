//! Monitoring on the command line: outcomes, performance, and data that cannot be compared.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use std::path::{Path, PathBuf};
use std::process::Output;

use cli::CliHarness;
use serde_json::Value;

impl CliHarness {
    /// Imports, trains and promotes a model.
    fn live(&self, use_case: &str, file: &str, as_of: &str, candidate: &str) {
        self.json(&[
            "data",
            "import",
            file,
            "--use-case",
            use_case,
            "--as-of",
            as_of,
        ]);
        self.json(&[
            "train",
            "--use-case",
            use_case,
            "--trials",
            "6",
            "--candidates",
            candidate,
        ]);
        self.add_account("rita", "reviewer");
        self.json(&["model", "request", "1", "--use-case", use_case]);
        self.json(&[
            "model",
            "approve",
            "1",
            "--use-case",
            use_case,
            "--as",
            "rita",
            "--reason",
            "first",
        ]);
    }
}

fn harness() -> CliHarness {
    CliHarness::with_use_cases(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/use_cases"))
}

fn terminations() -> Option<Vec<Vec<String>>> {
    let bytes = std::fs::read(testing::shared("data/terminations_10yr_49653.csv")?).unwrap();
    let raw = data::read(&bytes, &data::ReadOptions::default()).unwrap();
    let column =
        |name: &str| &raw.columns[raw.names.iter().position(|known| known == name).unwrap()];
    let names = [
        "EmployeeID",
        "STATUS_YEAR",
        "age",
        "gender_short",
        "department_name",
        "job_title",
        "BUSINESS_UNIT",
        "STATUS",
        "terminationdate_key",
        "termreason_desc",
    ];
    let columns = names.map(column);
    let rows = (0..raw.rows()).map(|row| {
        columns
            .iter()
            .map(|column| column[row].to_owned())
            .collect()
    });
    // Five people have two records in the year in which they left: the later one counts.
    let mut by_year: std::collections::BTreeMap<(String, String), Vec<String>> = Default::default();
    for row in rows.collect::<Vec<Vec<String>>>() {
        let key = (row[0].clone(), row[1].clone());
        if row[7] == "TERMINATED" || !by_year.contains_key(&key) {
            by_year.insert(key, row);
        }
    }
    Some(by_year.into_values().collect())
}

fn csv(heading: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let quoted = |cell: &String| format!("\"{cell}\"");
    let line = |row: Vec<String>| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n";
    format!("{heading}\n{}", rows.map(line).collect::<String>())
}

/// A model frozen at 2009, replayed year by year: no alarm in 2010, the estimated performance stays
/// high, and only the outcomes by reason show that the model broke in 2011.
#[test]
fn ten_years_of_terminations() {
    let Some(rows) = terminations() else { return };
    let cli = harness();
    let heading = "EmployeeID,STATUS_YEAR,age,gender_short,department_name,job_title,BUSINESS_UNIT";
    let year = |row: &Vec<String>| row[1].parse::<u32>().unwrap();
    let past = csv(
        &format!("{heading},STATUS"),
        rows.iter()
            .filter(|row| year(row) <= 2009)
            .map(|row| row[..8].to_vec()),
    );
    cli.live(
        "terminations",
        &cli.write("past.csv", &past),
        "2009-12-31",
        "decision_tree",
    );
    for now in 2010..=2014 {
        let (first, last) = (format!("{now}-01-01"), format!("{now}-12-31"));
        let people = || rows.iter().filter(|row| year(row) == now);
        let file = cli.write(
            "people.csv",
            &csv(heading, people().map(|row| row[..7].to_vec())),
        );
        cli.json(&[
            "data",
            "import",
            &file,
            "--use-case",
            "terminations",
            "--as-of",
            &first,
            "--for",
            "scoring",
        ]);
        cli.json(&["batch", "--use-case", "terminations", "--as-of", &first]);
        let outcome = |row: &Vec<String>| {
            let mut date = row[8].split('/').map(|part| format!("{part:0>2}"));
            let (month, day, in_year) = (
                date.next().unwrap(),
                date.next().unwrap(),
                date.next().unwrap(),
            );
            let day = if row[7] == "TERMINATED" {
                format!("{in_year}-{month}-{day}")
            } else {
                last.clone()
            };
            vec![row[0].clone(), day, row[7].clone(), row[9].clone()]
        };
        let file = cli.write(
            "outcomes.csv",
            &csv("EmployeeID,date,STATUS,reason", people().map(outcome)),
        );
        let imported = cli.json(&["outcomes", "import", &file, "--use-case", "terminations"]);
        assert_eq!(
            (imported["new"].as_bool(), imported["never_scored"].as_u64()),
            (Some(true), Some(0))
        );

        let output = cli.run(&[
            "drift",
            "check",
            "--use-case",
            "terminations",
            "--as-of",
            &last,
            "--json",
        ]);
        let report = &serde_json::from_slice::<Value>(&output.stdout).unwrap()["report"];
        let auc = report["realized"]["roc_auc"]["value"].as_f64().unwrap();
        let estimated = report["estimated"]["roc_auc"]["value"].as_f64().unwrap();
        let of = |reason: &str| {
            let groups = report["realized"]["by_reason"].as_array().unwrap();
            groups.iter().find(|group| group["name"] == reason).unwrap()["roc_auc"]["value"]
                .as_f64()
                .unwrap()
        };
        let reasons = report["recommendation"]["reasons"].as_array().unwrap();
        let says = |signal: &str| {
            let own = reasons.iter().find(|reason| reason["signal"] == signal);
            own.unwrap()["says"].as_str().unwrap()
        };
        eprintln!(
            "{now}: ROC AUC {auc:.3}, estimated {estimated:.3}; {}",
            report["recommendation"]["sentence"]
        );
        assert!(
            estimated > 0.85 && of("Retirement") > 0.95,
            "{now}: people still retire at 60 and 65"
        );
        match now {
            2010 => {
                assert!((0.88..0.94).contains(&auc), "{auc}");
                assert_eq!(
                    (
                        output.status.code(),
                        report["recommendation"]["action"].as_str()
                    ),
                    (Some(0), Some("keep"))
                );
            }
            2011 => {
                assert!(
                    (0.74..0.82).contains(&auc) && of("Resignaton") < 0.7,
                    "{auc}"
                );
                assert_eq!(report["recommendation"]["action"], "retrain");
            }
            2012 => assert_eq!(says("calibration"), "retrain"),
            2014 => {
                assert!((0.61..0.70).contains(&auc), "{auc}");
                assert_eq!(says("performance"), "retrain");
            }
            _ => {}
        }
    }
    let listed = cli.json(&["outcomes", "list", "--use-case", "terminations"]);
    assert_eq!(listed["cohorts"].as_array().unwrap().len(), 5);
    assert_eq!(cli.run(&["audit", "verify"]).status.code(), Some(0));
}

/// A small employer with a live model, and the folder of its months.
fn employer() -> (CliHarness, PathBuf) {
    let cli = harness();
    cli.json(&[
        "simulate", "--people", "500", "--months", "3", "--out", "months",
    ]);
    let months = cli.path("months");
    cli.live(
        "attrition",
        months.join("training.csv").to_str().unwrap(),
        "2025-01-01",
        "logistic_regression_l2",
    );
    (cli, months)
}

#[test]
fn outcomes_are_taken_whole_or_not_at_all() {
    let (cli, months) = employer();
    let file = |name: &str| months.join(name).to_str().unwrap().to_owned();
    for day in ["2025-01-01", "2025-02-01"] {
        let people = file(&format!("people-{day}.csv"));
        cli.json(&[
            "data",
            "import",
            &people,
            "--use-case",
            "attrition",
            "--as-of",
            day,
            "--for",
            "scoring",
        ]);
        cli.json(&["batch", "--use-case", "attrition", "--as-of", day]);
    }
    let wrong = cli.write(
        "wrong.csv",
        "EmployeeNumber,date,Attrition\n1,2025-01-31,Yes\n2,2025-02-30,Yes\n3,2999-01-01,No\n",
    );
    let refused = cli.json_with_code(
        2,
        &["outcomes", "import", &wrong, "--use-case", "attrition"],
    );
    assert_eq!(refused["total"], 2);
    assert_eq!(
        cli.json(&["outcomes", "list", "--use-case", "attrition"])["imports"]
            .as_array()
            .unwrap()
            .len(),
        0
    );

    // A list of leavers alone does not make the others stayers.
    let left = file("outcomes-2025-01-01.csv");
    let named = cli.json(&["outcomes", "import", &left, "--use-case", "attrition"]);
    assert_eq!(named["new"], true);
    let list = || cli.json(&["outcomes", "list", "--use-case", "attrition"]);
    assert!(
        list()["cohorts"][0]["realized"].is_null(),
        "only leavers are known: {}",
        list()
    );
    let import = [
        "outcomes",
        "import",
        &left,
        "--use-case",
        "attrition",
        "--complete-until",
        "2025-02-01",
    ];
    assert_eq!(cli.json(&import)["new"], true);
    assert_eq!(
        cli.json(&import)["new"],
        false,
        "the same file is one import"
    );
    let cohort = &list()["cohorts"][0];
    assert_eq!(
        (cohort["known"].as_i64(), cohort["scored"].as_i64()),
        (Some(500), Some(500))
    );
    assert_eq!(cohort["realized"]["n"], 500);
    assert_eq!(cli.run(&["audit", "verify"]).status.code(), Some(0));

    let guide = cli.run(&[
        "drift",
        "check",
        "--use-case",
        "attrition",
        "--guide",
        "--html",
        "report.html",
    ]);
    let report: Value = serde_json::from_slice(&guide.stdout).unwrap();
    for key in [
        "timestamp",
        "performance",
        "feature_drift",
        "prediction_drift",
        "target_drift",
        "retraining_recommended",
        "reason",
    ] {
        assert!(report.get(key).is_some(), "{key}");
    }
    assert!(
        report["target_drift"]["drift_detected"].is_boolean(),
        "a month is compared with the part of a year that it is"
    );
    let page = std::fs::read_to_string(cli.path("report.html")).unwrap();
    assert!(
        page.starts_with("<!DOCTYPE html>")
            && page.contains("Recommendation")
            && !page.contains("http")
    );
}

#[test]
fn what_cannot_be_compared_is_never_no_drift() {
    let (cli, months) = employer();
    let text = std::fs::read_to_string(months.join("people-2025-02-01.csv")).unwrap();
    let mut lines = text.lines();
    let (heading, first) = (lines.next().unwrap(), lines.next().unwrap());
    let import = |name: &str, text: &str, day: &str| {
        let file = cli.write(name, text);
        cli.run(&[
            "data",
            "import",
            &file,
            "--use-case",
            "attrition",
            "--as-of",
            day,
            "--for",
            "scoring",
        ])
    };
    let refused = |output: Output, says: &str| {
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            output.status.code() == Some(2) && error.contains(says),
            "{error}"
        );
    };
    let check = || cli.json_with_code(3, &["drift", "check", "--use-case", "attrition"]);
    let place = |name: &str| heading.split(',').position(|known| known == name).unwrap();
    let with = |line: &str, place: usize, value: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        cells[place] = value;
        cells.join(",")
    };
    let whole = |column: &str, value: &str| {
        let changed = text
            .lines()
            .skip(1)
            .map(|line| with(line, place(column), value) + "\n");
        format!("{heading}\n{}", changed.collect::<String>())
    };

    // No rows, a missing column, a column of another type: rejected at import.
    refused(
        import("nobody.csv", &format!("{heading}\n"), "2025-02-01"),
        "no rows",
    );
    refused(
        import(
            "gone.csv",
            &text.replacen("OverTime", "Other", 1),
            "2025-02-01",
        ),
        "OverTime",
    );
    refused(
        import("type.csv", &whole("MonthlyIncome", "plenty"), "2025-02-01"),
        "MonthlyIncome",
    );

    // One row: nothing could be compared; a message and exit code 3.
    assert!(
        import("one.csv", &format!("{heading}\n{first}\n"), "2025-02-01")
            .status
            .success()
    );
    let report = check();
    assert_eq!(
        (
            report["check"]["verdict"].as_str(),
            report["check"]["recommendation"].as_str()
        ),
        (Some("too_few_rows"), Some("unclear"))
    );
    let said = cli.run(&["drift", "check", "--use-case", "attrition"]);
    assert_eq!(said.status.code(), Some(3));
    assert!(
        String::from_utf8(said.stdout)
            .unwrap()
            .contains("the current data has 1 row with a value, fewer than 30")
    );

    // The same value for everyone is a change if values varied before.
    assert!(
        import(
            "constant.csv",
            &whole("MonthlyIncome", "5000"),
            "2025-02-02"
        )
        .status
        .success()
    );
    let report = cli.json_with_code(1, &["drift", "check", "--use-case", "attrition"]);
    assert!(
        report["report"]["features"]["columns"]
            .as_array()
            .unwrap()
            .iter()
            .any(|column| column["name"] == "MonthlyIncome" && column["verdict"] == "drifted")
    );
}
