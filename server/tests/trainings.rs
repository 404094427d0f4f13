//! `tenure train`: the same bytes for the same seed, time limits, a clean stop, merged files in the
//! run.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use std::process::{Child, Command, Stdio};

use cli::CliHarness;
use serde_json::Value;

impl CliHarness {
    /// A store with simulated people whose outcomes are known.
    fn with_people() -> Self {
        let cli = Self::new();
        let file = cli.write("people.csv", &people(600));
        cli.json(&["data", "import", &file, "--use-case", "churn"]);
        cli
    }

    fn train(&self, more: &[&str]) -> Value {
        self.json(&[&["train", "--use-case", "churn"], more].concat())
    }

    /// Starts a training without end, and waits for its first trial.
    fn endless(&self) -> Child {
        let arguments = [
            "train",
            "--use-case",
            "churn",
            "--trials",
            "1000000",
            "--candidates",
            "logistic_regression_l2",
        ];
        let child = self
            .command(&arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while self.newest_job()["done"].as_i64().unwrap_or(0) == 0 {
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        child
    }

    fn newest_job(&self) -> Value {
        self.json(&["job", "list", "--use-case", "churn"])[0].clone()
    }
}

/// Customers of the telecom use case; those who call often leave more.
fn people(rows: usize) -> String {
    let mut text = String::from(
        "State,Account length,Area code,International plan,Voice mail plan,Number vmail messages,Total day minutes,Total day calls,\
         Total day charge,Total eve minutes,Total eve calls,Total eve charge,Total night minutes,Total night calls,Total night charge,\
         Total intl minutes,Total intl calls,Total intl charge,Customer service calls,Churn\n",
    );
    let mut state = 7_u64;
    let mut next = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for row in 0..rows {
        let (calls, minutes) = (next(6), 100 + next(200));
        let leaves = next(100) < 5 + 10 * calls;
        let day = minutes as f64;
        text += &format!(
            "OH,{},415,{},No,0,{day:.1},{},{:.2},{:.1},{},{:.2},{:.1},{},{:.2},{:.1},{},{:.2},{calls},{}\n",
            1 + row % 200,
            if next(10) == 0 { "Yes" } else { "No" },
            50 + next(80),
            day * 0.17,
            day + 10.0,
            60 + next(60),
            (day + 10.0) * 0.085,
            day + 20.0,
            60 + next(60),
            (day + 20.0) * 0.045,
            8.0,
            next(9),
            2.16,
            if leaves { "True" } else { "False" },
        );
    }
    text
}

#[test]
fn one_seed_gives_one_model_file_on_any_number_of_threads() {
    let cli = CliHarness::with_people();
    let trained: Vec<Value> = ["1", "2", "1", "2"]
        .iter()
        .map(|threads| cli.train(&["--trials", "8", "--seed", "7", "--threads", threads]))
        .collect();
    for other in &trained[1..] {
        assert_eq!(other["model_hash"], trained[0]["model_hash"]);
        assert_eq!(
            other["holdout"]["metrics"],
            trained[0]["holdout"]["metrics"]
        );
    }
    let run = cli.json(&["run", "show", trained[0]["run"].as_str().unwrap()]);
    let threads = |run: &Value| {
        let tags = run["tags"].as_array().unwrap().clone();
        tags.into_iter()
            .find(|tag| tag[0] == "environment.threads")
            .unwrap()[1]
            .clone()
    };
    assert_eq!(
        threads(&run),
        "1",
        "the number that was asked for is on record"
    );
    let other_seed = cli.train(&["--trials", "8", "--seed", "8"]);
    assert_ne!(other_seed["model_hash"], trained[0]["model_hash"]);
}

/// The file judges as the training did: it has the rows, and the Brier score of its probabilities
/// is that of the hold-out.
#[test]
fn the_held_out_rows_are_a_file_of_the_run() {
    let cli = CliHarness::with_people();
    let trained = cli.train(&["--trials", "2", "--candidates", "logistic_regression_l2"]);
    let out = cli.path_text("holdout.csv");
    cli.json(&[
        "run",
        "file",
        trained["run"].as_str().unwrap(),
        "holdout.csv",
        "--out",
        &out,
    ]);
    let text = std::fs::read_to_string(out).unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(
        lines.len() as u64 - 1,
        trained["holdout"]["n"].as_u64().unwrap()
    );
    let column = |name: &str| lines[0].iter().position(|own| *own == name).unwrap();
    let (row, outcome, probability) = (column("row"), column("churn"), column("probability"));
    let number = |line: &[&str], column: usize| line[column].parse::<f64>().unwrap();
    let errors = lines[1..]
        .iter()
        .map(|line| (number(line, probability) - number(line, outcome)).powi(2));
    let brier = errors.sum::<f64>() / (lines.len() - 1) as f64;
    assert!(
        (brier
            - trained["holdout"]["metrics"]["brier"]["value"]
                .as_f64()
                .unwrap())
        .abs()
            < 1e-12,
        "{brier}"
    );
    assert!(
        lines[1..]
            .iter()
            .all(|line| (1.0..=600.0).contains(&number(line, row)))
    );
    let refused = cli.refused(
        &[
            "run",
            "file",
            trained["run"].as_str().unwrap(),
            "nothing.csv",
            "--out",
            "x",
        ],
        2,
    );
    assert!(refused.contains("nothing.csv"), "{refused}");
}

/// Everybody lives in one state and has no voice mail.
#[test]
fn a_training_names_inputs_that_carry_nothing() {
    let cli = CliHarness::with_people();
    let trained = cli.train(&["--trials", "2", "--candidates", "logistic_regression_l2"]);
    let notes = trained["input_notes"].as_array().unwrap();
    for field in ["state", "voice_mail_plan"] {
        assert!(
            notes
                .iter()
                .any(|note| note["field"] == field && note["kind"] == "constant"),
            "{field}: {notes:?}"
        );
    }
    assert!(
        notes
            .iter()
            .all(|note| note["field"] != "number_customer_service_calls")
    );
}

#[test]
fn a_training_leaves_eight_steps_its_plots_and_its_card() {
    let cli = CliHarness::with_people();
    let trained = cli.train(&["--trials", "4", "--candidates", "logistic_regression_l2"]);
    let run = cli.json(&["run", "show", trained["run"].as_str().unwrap()]);
    let names = |list: &Value| {
        list.as_array()
            .unwrap()
            .iter()
            .map(|own| own["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(&run["stages"]),
        [
            "validate",
            "merge",
            "preprocess",
            "features",
            "train",
            "evaluate",
            "refit",
            "monitor"
        ]
    );
    let files = names(&run["artifacts"]);
    for file in [
        "roc.svg",
        "precision_recall.svg",
        "calibration.svg",
        "lift.svg",
        "scores.svg",
        "metrics.json",
        "data_profile.json",
        "model.tenure",
    ] {
        assert!(
            files.iter().any(|own| own == file),
            "{file} among {files:?}"
        );
    }
    assert!(
        files.iter().any(|own| own.starts_with("model_card")),
        "{files:?}"
    );
    assert!(
        run["evidence"]["feasibility"]["sentence"]
            .as_str()
            .unwrap()
            .contains("of 200 resamples")
    );
    assert_eq!(cli.newest_job()["status"], "finished");
    let job = cli.json(&["job", "show", cli.newest_job()["id"].as_str().unwrap()]);
    let log = job["lines"].to_string();
    assert!(
        log.contains("Quick logistic regression: ") && log.contains("stage monitor"),
        "{log}"
    );

    // Compared with another run, as a self-contained file.
    let other = cli.train(&[
        "--trials",
        "4",
        "--candidates",
        "logistic_regression_l2",
        "--metric",
        "log_loss",
    ]);
    let ids = [
        trained["run"].as_str().unwrap(),
        other["run"].as_str().unwrap(),
    ];
    let compared = cli.json(&["run", "compare", ids[0], ids[1], "--html", "out.html"]);
    let differ = compared["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .any(|own| own[0] == "settings.metric" && own[2] == true);
    assert!(differ, "{}", compared["parameters"]);
    let page = std::fs::read_to_string(cli.path("out.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("ROC AUC") && page.contains("settings.metric"));
    for loads in ["<script", "url(", "src="] {
        assert!(!page.contains(loads), "{loads}");
    }
}

#[test]
fn a_time_limit_ends_the_search_and_a_model_is_made() {
    let cli = CliHarness::with_people();
    let trained = cli.train(&[
        "--trials",
        "1000000",
        "--timeout",
        "1",
        "--candidates",
        "logistic_regression_l2",
    ]);
    assert_eq!(trained["candidate"], "logistic_regression_l2");
    let run = cli.json(&["run", "show", trained["run"].as_str().unwrap()]);
    let parameters = run["run"]["parameters"].as_array().unwrap();
    let trials = parameters.iter().find(|own| own[0] == "trials").unwrap()[1]
        .as_str()
        .unwrap()
        .parse::<u32>()
        .unwrap();
    assert!((1..1_000_000).contains(&trials), "{trials}");
    for wrong in [["--timeout", "0"], ["--threads", "0"], ["--trials", "0"]] {
        assert_eq!(
            cli.run(&[&["train", "--use-case", "churn"], &wrong[..]].concat())
                .status
                .code(),
            Some(2),
            "{wrong:?}"
        );
    }
}

#[test]
fn control_c_stops_cleanly_and_keeps_what_was_tried() {
    let cli = CliHarness::with_people();
    let mut child = cli.endless();
    assert!(
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(
        child.wait().unwrap().code(),
        Some(1),
        "stopped is no success"
    );
    let job = cli.newest_job();
    assert_eq!(job["status"], "canceled");
    let run = cli.json(&["run", "show", job["run"].as_str().unwrap()]);
    assert_eq!(run["run"]["status"], "canceled");
    assert!(
        run["children"][0]["children"].as_i64().unwrap() > 0,
        "the trials are nested runs"
    );
    assert!(run["artifacts"].to_string().contains("trials.json"));
    assert_eq!(
        cli.json(&["model", "list", "--use-case", "churn"])
            .as_array()
            .unwrap()
            .len(),
        0,
        "no version was made"
    );
    assert_eq!(cli.run(&["audit", "verify"]).status.code(), Some(0));
}

#[test]
fn a_job_is_canceled_from_another_process() {
    let cli = CliHarness::with_people();
    let mut child = cli.endless();
    cli.run(&["job", "cancel", cli.newest_job()["id"].as_str().unwrap()]);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(cli.newest_job()["status"], "canceled");
    assert_eq!(
        cli.run(&["job", "cancel", cli.newest_job()["id"].as_str().unwrap()])
            .status
            .code(),
        Some(2),
        "it has ended"
    );
}

#[test]
fn a_killed_training_is_failed_with_a_sentence_and_a_living_one_is_left_alone() {
    let cli = CliHarness::with_people();
    let mut killed = cli.endless();
    let id = cli.newest_job()["id"].as_str().unwrap().to_owned();
    let mut living = cli.command(&[
        "train",
        "--use-case",
        "churn",
        "--trials",
        "1000000",
        "--candidates",
        "logistic_regression_l2",
    ]);
    let mut living = living
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while cli.newest_job()["id"] == id.as_str()
        || cli.newest_job()["done"].as_i64().unwrap_or(0) == 0
    {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    let jobs = cli.json(&["job", "list", "--use-case", "churn"]);
    let [newer, older] = [&jobs[0], &jobs[1]];
    assert_eq!(
        (newer["status"].as_str(), older["status"].as_str()),
        (Some("running"), Some("failed"))
    );
    assert!(
        older["message"]
            .as_str()
            .unwrap()
            .contains("stopped before the job finished")
    );
    assert_eq!(
        cli.json(&["run", "show", older["run"].as_str().unwrap()])["run"]["status"],
        "failed"
    );
    assert_eq!(
        cli.json(&["run", "show", newer["run"].as_str().unwrap()])["run"]["status"],
        "running"
    );
    let log = cli.json(&["job", "show", older["id"].as_str().unwrap()])["lines"].to_string();
    assert!(
        log.contains("stage train") && log.contains("failed:"),
        "the log is kept: {log}"
    );
    living.kill().unwrap();
    living.wait().unwrap();
}

#[test]
fn two_files_are_merged_and_the_merge_is_on_record() {
    let (Some(first), Some(second)) = (
        testing::shared("data/telecom_churn_bigml_80_2666.csv"),
        testing::shared("data/telecom_churn_bigml_20_667.csv"),
    ) else {
        return;
    };
    let cli = CliHarness::new();
    let paths = [first.to_str().unwrap(), second.to_str().unwrap()];
    let imported = cli.json(&["data", "import", paths[0], paths[1], "--use-case", "churn"]);
    assert_eq!(imported["dataset"]["row_count"], 3333);
    let trained = cli.train(&["--trials", "2", "--candidates", "logistic_regression_l2"]);
    let run = cli.json(&["run", "show", trained["run"].as_str().unwrap()]);
    let merge = run["stages"]
        .as_array()
        .unwrap()
        .iter()
        .find(|stage| stage["name"] == "merge")
        .unwrap()["note"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        merge.contains("2666 rows") && merge.contains("667 rows") && merge.contains(" + "),
        "{merge}"
    );
}
