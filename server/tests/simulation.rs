//! Simulated months on the command line: files of any use case, their cycles by one command, and a
//! change of the newest people that is checked and stored nowhere.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use cli::CliHarness;
use serde_json::Value;

fn files(cli: &CliHarness, folder: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(cli.path(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn months_of_churn_are_written_alike_for_a_seed_and_read_back() {
    let cli = CliHarness::new();
    let simulate = |seed: &str, out: &str| {
        cli.json(&[
            "simulate",
            "--use-case",
            "churn",
            "--people",
            "300",
            "--months",
            "3",
            "--seed",
            seed,
            "--drift",
            "missing-feed@1",
            "--drift",
            "level:international_plan:0.5@2",
            "--out",
            out,
        ])
    };
    assert_eq!(simulate("1", "one").as_array().unwrap().len(), 6);
    simulate("1", "again");
    simulate("2", "other");
    assert_eq!(files(&cli, "one"), files(&cli, "again"));
    assert_ne!(files(&cli, "one"), files(&cli, "other"));
    // Nothing of it needs a store.
    assert!(!cli.path("data").exists());
    let import = |name: &str, purpose: &str, day: &str| {
        let file = cli.path_text(&format!("one/{name}"));
        cli.json(&[
            "data",
            "import",
            &file,
            "--use-case",
            "churn",
            "--for",
            purpose,
            "--as-of",
            day,
        ])
    };
    let training = import("training.csv", "training", "2024-12-01");
    let labeled = training["dataset"]["positives"].as_i64().unwrap();
    assert!((5..120).contains(&labeled), "{labeled}");
    import("people-2025-03-01.csv", "scoring", "2025-03-01");
    let id = training["dataset"]["dataset_id"].as_str().unwrap();
    // People like those of a dataset of the store.
    let resampled = [
        "simulate",
        "--use-case",
        "churn",
        "--people",
        "50",
        "--months",
        "1",
        "--data",
        id,
        "--out",
        "resampled",
    ];
    assert_eq!(cli.json(&resampled).as_array().unwrap().len(), 3);
    for wrong in ["earthquake@1", "shift:state:1@1", "concept"] {
        cli.refused(&["simulate", "--drift", wrong, "--out", "none"], 2);
    }
    cli.refused(&["simulate", "--months", "2"], 2);
}

#[test]
fn a_change_of_the_newest_people_is_checked_and_stored_nowhere() {
    let cli = CliHarness::new();
    let run = [
        "simulate",
        "--use-case",
        "attrition",
        "--people",
        "400",
        "--months",
        "2",
        "--seed",
        "3",
        "--trials",
        "2",
        "--run",
    ];
    let months = cli.json(&run);
    assert_eq!(months.as_array().unwrap().len(), 2);
    assert_eq!(months[1]["live"], 1);
    let history = || cli.json(&["drift", "history", "--use-case", "attrition"]);
    let before = history();
    assert_eq!(before.as_array().unwrap().len(), 2);
    let check = |change: &str| {
        cli.ask(&[
            "drift",
            "check",
            "--use-case",
            "attrition",
            "--simulate",
            change,
        ])
    };
    let (code, found) = check("level:overtime:+0.5");
    assert_eq!((code, &found["simulated"]), (1, &Value::Bool(true)));
    let drifted = |report: &Value| {
        let columns = report["features"]["columns"].as_array().unwrap().iter();
        columns
            .filter(|column| column["verdict"] == "drifted")
            .map(|column| column["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(drifted(&found["report"]), ["OverTime"]);
    assert_eq!(drifted(&found["unchanged"]), Vec::<String>::new());
    assert_eq!(check("unit:MonthlyIncome:12").0, 1);
    cli.refused(
        &[
            "drift",
            "check",
            "--use-case",
            "attrition",
            "--simulate",
            "level:JobRole:0.2",
        ],
        2,
    );
    assert_eq!(history(), before);
    // The store has data now: nothing is replayed on top of it.
    assert_eq!(cli.ask(&run).0, 2);
}

/// Where a store has accounts of its own, nobody decides in their place.
#[test]
fn nothing_is_replayed_in_a_store_with_accounts_of_its_own() {
    let cli = CliHarness::new();
    cli.add_account("admin", "admin");
    cli.add_account("reviewer", "reviewer");
    cli.refused(
        &["simulate", "--people", "100", "--months", "1", "--run"],
        2,
    );
    let datasets = cli.json(&["data", "list"]);
    assert_eq!(datasets, Value::Array(Vec::new()));
}
