//! Monthly cycles and their schedule on the command line.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use cli::CliHarness;
use serde_json::Value;

const USE_CASE: [&str; 2] = ["--use-case", "attrition"];

impl CliHarness {
    fn of_use_case(&self, code: i32, arguments: &[&str]) -> Value {
        self.json_with_code(code, &[arguments, &USE_CASE].concat())
    }

    /// Simulated people, a live version, and the first month.
    fn first_month(&self) {
        let folder = self.path_text("sim");
        let simulate = [
            "simulate", "--people", "400", "--months", "2", "--seed", "3", "--out", &folder,
        ];
        assert!(self.run(&simulate).status.success());
        let file = |name: &str| format!("{folder}/{name}");
        let import = |name: &str, purpose: &str, day: &str| {
            let file = file(name);
            self.of_use_case(
                0,
                &["data", "import", &file, "--for", purpose, "--as-of", day],
            );
        };
        import("training.csv", "training", "2025-01-01");
        self.of_use_case(
            0,
            &[
                "train",
                "--trials",
                "2",
                "--candidates",
                "logistic_regression_l2",
            ],
        );
        self.add_account("rita", "reviewer");
        self.of_use_case(0, &["model", "request", "1"]);
        let approve = ["model", "approve", "1", "--as", "rita", "--reason", "first"];
        self.of_use_case(0, &approve);
        import("people-2025-01-01.csv", "scoring", "2025-01-01");
    }
}

fn stage<'a>(cycle: &'a Value, name: &str) -> &'a Value {
    let stages = cycle["stages"].as_array().unwrap();
    stages.iter().find(|own| own["stage"] == name).unwrap()
}

#[test]
fn a_month_is_planned_run_shown_and_not_done_twice() {
    let harness = CliHarness::new();
    harness.first_month();
    let plan = harness.of_use_case(0, &["cycle", "run", "--dry-run"]);
    assert_eq!(stage(&plan, "scoring")["planned"], "do");
    assert_eq!(
        harness.of_use_case(0, &["cycle", "status"]),
        Value::Array(vec![])
    );

    let first = harness.of_use_case(0, &["cycle", "run"]);
    assert_eq!(
        (&first["state"], &first["as_of"]),
        (&"finished".into(), &"2025-01-01".into())
    );
    let states: Vec<&str> = first["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| stage["state"].as_str().unwrap())
        .collect();
    assert_eq!(states.len(), 12);
    assert!(
        states
            .iter()
            .all(|state| ["done", "skipped"].contains(state))
    );
    let second = harness.of_use_case(0, &["cycle", "run"]);
    assert_ne!(first["id"], second["id"]);
    for name in ["snapshot", "scoring", "drift"] {
        assert!(stage(&first, name)["result"].is_string(), "{name}");
        assert_eq!(
            stage(&first, name)["result"],
            stage(&second, name)["result"]
        );
    }
    let all = harness.of_use_case(0, &["cycle", "status"]);
    assert_eq!(all.as_array().unwrap().len(), 2);
    let id = first["id"].as_str().unwrap();
    let report = harness.of_use_case(0, &["cycle", "file", id, "monitoring_report"]);
    assert!(report["retraining_recommended"].is_boolean());
    let over = [&["cycle", "retry", id], &USE_CASE[..]].concat();
    harness.refused(&over, 2);
    // What is named is meant, also where another one is the only one with data.
    harness.refused(&["batch", "--use-case", "nowhere"], 2);
}

#[test]
fn a_schedule_is_set_shown_and_turned_off() {
    let harness = CliHarness::new();
    let zone = ["schedule", "set", "--time-zone", "Europe/Berlin"];
    let set = harness.of_use_case(0, &zone);
    assert_eq!(set["schedule"]["cron"], "17 2 1 * *");
    assert_eq!(set["next_runs"].as_array().unwrap().len(), 3);
    let wrong = harness.of_use_case(
        2,
        &["schedule", "set", "--cron", "x", "--time-zone", "Mars"],
    );
    let fields: Vec<&str> = wrong["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["cron", "time_zone"]);
    assert_eq!(harness.of_use_case(0, &["schedule", "show"]), set);
    harness.refused(&["schedule", "off", "--use-case", "nowhere"], 2);
    assert!(
        harness
            .run(&[&["schedule", "off"], &USE_CASE[..]].concat())
            .status
            .success()
    );
    let none = harness.of_use_case(0, &["schedule", "show"]);
    assert!(none["schedule"].is_null());
}

#[test]
fn the_monitoring_policy_is_shown_and_changed_with_a_reason() {
    let harness = CliHarness::new();
    let shipped = harness.of_use_case(0, &["monitoring-policy", "show"]);
    assert_eq!(shipped["version"], 0);
    assert_eq!(shipped["limits"]["share_drifted"], "30%");
    let set = [
        "monitoring-policy",
        "set",
        "--set",
        "share_drifted=25%",
        "--reason",
        "trial",
    ];
    let changed = harness.of_use_case(0, &set);
    assert_eq!(changed["limits"]["share_drifted"], "25%");
    assert_eq!(changed["changes"], serde_json::json!(["share_drifted"]));
    let all = harness.of_use_case(0, &["monitoring-policy", "show", "--all"]);
    assert_eq!(all.as_array().unwrap().len(), 2);
    // Once more nothing would change; unknown limits and values are refused.
    harness.of_use_case(2, &set);
    for wrong in ["share=1%", "share_drifted", "share_drifted=30"] {
        let text = [
            "monitoring-policy",
            "set",
            "--set",
            wrong,
            "--reason",
            "trial",
        ];
        harness.of_use_case(2, &text);
    }
}
