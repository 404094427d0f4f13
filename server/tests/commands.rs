//! First steps on the command line: import, train, approve, predict, score. On real data where the
//! shared folder exists.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use std::path::{Path, PathBuf};
use std::process::Command;

use cli::CliHarness;
use serde_json::Value;

/// Every file of a folder with its bytes, to check that nothing changed.
fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| {
            if path.is_dir() {
                content(&path)
            } else {
                vec![(path.clone(), std::fs::read(&path).unwrap())]
            }
        })
        .collect();
    files.sort();
    files
}

#[test]
fn from_a_file_of_people_to_scores() {
    for (file, use_case, id) in [
        ("ibm_hr_attrition_1470.csv", "attrition", "EmployeeNumber"),
        ("mlc_churn_5000.csv", "churn", ""),
    ] {
        let Some(path) = testing::shared(&format!("data/{file}")) else {
            continue;
        };
        let (cli, path) = (CliHarness::new(), path.to_str().unwrap().to_owned());
        let import = [
            "data",
            "import",
            &path,
            "--use-case",
            use_case,
            "--for",
            "both",
        ];
        let (first, again) = (cli.json(&import), cli.json(&import));
        assert_eq!(
            first["dataset"], again["dataset"],
            "the same bytes are the same version"
        );
        assert_eq!(
            (first["new"].as_bool(), again["new"].as_bool()),
            (Some(true), Some(false))
        );

        let train = [
            "train",
            "--use-case",
            use_case,
            "--trials",
            "4",
            "--candidates",
            "logistic_regression_l2",
        ];
        let trained = cli.json(&train);
        let auc = trained["holdout"]["metrics"]["roc_auc"]["value"]
            .as_f64()
            .unwrap();
        assert!((0.74..0.95).contains(&auc), "{use_case}: ROC AUC {auc}");
        assert_eq!(
            cli.json(&train)["model_hash"],
            trained["model_hash"],
            "the same seed gives the same bytes"
        );

        assert_eq!(
            cli.run(&["batch", "--use-case", use_case]).status.code(),
            Some(2),
            "nothing is live yet"
        );
        cli.add_account("rita", "reviewer");
        let approve = ["model", "approve", "1", "--use-case", use_case, "--reason"];
        let nobody_asked = cli.run(&[&approve[..], &["first", "--as", "rita"]].concat());
        assert_eq!(nobody_asked.status.code(), Some(2));
        let request = cli.json(&["model", "request", "1", "--use-case", use_case]);
        assert_eq!(request["state"], "pending");
        assert_eq!(
            cli.run(&[&approve[..], &["first"]].concat()).status.code(),
            Some(2),
            "the command line is no reviewer"
        );
        assert_eq!(
            cli.run(&[&approve[..], &[" ", "--as", "rita"]].concat())
                .status
                .code(),
            Some(2)
        );
        let approved = cli.json(&[&approve[..], &["first", "--as", "rita"]].concat());
        assert_eq!(
            (
                approved["version"]["stage"].as_str(),
                approved["request"]["state"].as_str()
            ),
            (Some("Production"), Some("approved"))
        );
        let batch = cli.json(&["batch", "--use-case", use_case]);
        let stayed = first["dataset"]["row_count"].as_i64().unwrap()
            - first["dataset"]["positives"].as_i64().unwrap();
        assert_eq!(
            batch["people"].as_i64(),
            Some(stayed),
            "those who left are not scored"
        );

        // A single row gets the same score as in the whole file.
        let all = cli.run(&[
            "predict",
            &path,
            "--use-case",
            use_case,
            "--explain",
            "--json",
        ]);
        let lines: Vec<Value> = String::from_utf8(all.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            lines.len() as i64,
            first["dataset"]["row_count"].as_i64().unwrap()
        );
        let text = std::fs::read_to_string(&path).unwrap();
        let mut rows = text.lines();
        let one = format!("{}\n{}\n", rows.next().unwrap(), rows.nth(41).unwrap());
        std::fs::write(cli.path("one.csv"), one).unwrap();
        let alone = cli.json(&["predict", "one.csv", "--use-case", use_case, "--explain"]);
        assert_eq!(alone["probability"], lines[41]["probability"]);
        assert_eq!(alone["reasons"], lines[41]["reasons"]);
        if !id.is_empty() {
            assert_eq!(alone["id"], lines[41]["id"]);
        }
        assert_eq!(cli.run(&["audit", "verify"]).status.code(), Some(0));
    }
}

#[test]
fn a_bad_file_leaves_the_store_as_it_was() {
    let Some(path) = testing::shared("data/ibm_hr_attrition_1470.csv") else {
        return;
    };
    let cli = CliHarness::new();
    let good = std::fs::read(&path).unwrap();
    cli.json(&[
        "data",
        "import",
        path.to_str().unwrap(),
        "--use-case",
        "attrition",
    ]);
    // Reading checkpoints the write-ahead log, so that the compared files do not change.
    cli.json(&["data", "list"]);
    let before = content(&cli.path("data"));
    let text = String::from_utf8(good.clone()).unwrap();
    let noise: Vec<u8> = (0_u64..10_000_000)
        .map(|index| (index.wrapping_mul(6_364_136_223_846_793_005) >> 33) as u8)
        .collect();
    let cases: [(&str, Vec<u8>, &str); 8] = [
        (
            "missing-column.csv",
            text.replacen("OverTime", "OverTyme", 1).into_bytes(),
            "did you mean",
        ),
        (
            "wrong-level.csv",
            text.replacen("Travel_Rarely", "Travel_Rare", 1)
                .into_bytes(),
            "must be one of",
        ),
        (
            "text-in-number.csv",
            text.replacen("1102", "many", 1).into_bytes(),
            "must be a number",
        ),
        ("empty.csv", Vec::new(), "empty"),
        (
            "header-only.csv",
            text.lines().next().unwrap().as_bytes().to_vec(),
            "no rows",
        ),
        ("noise.csv", noise, "encoding"),
        (
            "cut.parquet",
            b"PAR1 cut short".to_vec(),
            "damaged or truncated",
        ),
        (
            "latin1.csv",
            good.iter()
                .map(|byte| if *byte == b'&' { 0x81 } else { *byte })
                .collect(),
            "encoding",
        ),
    ];
    for (name, bytes, says) in cases {
        std::fs::write(cli.path(name), bytes).unwrap();
        let output = cli.run(&["data", "import", name, "--use-case", "attrition"]);
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{name}: {message}");
        assert!(message.contains(says), "{name}: {message}");
        let output = cli.run(&["data", "import", name, "--use-case", "attrition", "--json"]);
        assert!(serde_json::from_slice::<Value>(&output.stdout).unwrap()["error"].is_string());
        assert!(
            content(&cli.path("data")) == before,
            "{name} changed the store"
        );
    }
}

#[test]
fn a_dry_run_says_what_an_import_would_do_and_stores_nothing() {
    let cli = CliHarness::new();
    cli.json(&["simulate", "--months", "1", "--people", "60", "--out", "."]);
    let import = |file: &str| {
        let arguments = [
            "data",
            "import",
            file,
            "--use-case",
            "attrition",
            "--dry-run",
        ];
        cli.ask(&arguments)
    };
    let (code, preview) = import("training.csv");
    assert_eq!(code, 0, "{preview}");
    let found = &preview["outcome"]["accepted"];
    assert_eq!(found["purpose"], "training", "{preview}");
    assert_eq!(found["rows"], preview["files"][0]["rows"]);
    let columns = preview["files"][0]["columns"].as_array().unwrap();
    let used = |name: &str| {
        let column = columns.iter().find(|column| column["name"] == name);
        column.unwrap()["used_as"].as_str().unwrap()
    };
    assert_eq!(
        [used("EmployeeNumber"), used("Attrition"), used("OverTime")],
        ["id", "target", "input"]
    );
    let text = std::fs::read_to_string(cli.path("training.csv")).unwrap();
    cli.write("wrong.csv", &text.replace("Travel_Rarely", "Never_Rarely"));
    let (code, preview) = import("wrong.csv");
    assert_eq!(code, 2, "{preview}");
    let refused = &preview["outcome"]["refused"];
    assert!(refused["total"].as_u64().unwrap() > 0, "{preview}");
    assert_eq!(refused["cells"][0]["column"], "BusinessTravel");
    assert!(!cli.path("data").exists(), "nothing was made");
}

#[test]
fn bad_usage_is_told_apart_from_failure() {
    let cli = CliHarness::new();
    assert_eq!(
        cli.run(&["train", "--use-case", "nobody"]).status.code(),
        Some(2)
    );
    assert_eq!(cli.run(&["frobnicate"]).status.code(), Some(2));
    assert_eq!(
        cli.run(&["data", "import", "absent.csv", "--use-case", "attrition"])
            .status
            .code(),
        Some(2)
    );
    assert_eq!(
        cli.run(&[
            "run",
            "list",
            "--use-case",
            "attrition",
            "--filter",
            "nonsense"
        ])
        .status
        .code(),
        Some(2)
    );
    std::fs::write(cli.path("case.toml"), "id = 3").unwrap();
    assert_eq!(
        cli.run(&["use-case", "check", "case.toml"]).status.code(),
        Some(1)
    );
}

#[test]
fn a_killed_import_leaves_a_store_that_opens() {
    let Some(path) = testing::shared("data/mlc_churn_5000.csv") else {
        return;
    };
    let cli = CliHarness::new();
    for pause in (0..12).map(|step| step * 12) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tenure"))
            .args([
                "data",
                "import",
                path.to_str().unwrap(),
                "--use-case",
                "churn",
            ])
            .env("TENURE_DATA_DIR", cli.path("data"))
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(pause));
        child.kill().unwrap();
        child.wait().unwrap();
        let list = cli.json(&["data", "list"]);
        assert!(list.as_array().unwrap().len() <= 1);
        assert_eq!(
            cli.run(&["audit", "verify"]).status.code(),
            Some(0),
            "after {pause} ms"
        );
        if let Some(dataset) = list.as_array().unwrap().first() {
            let short = [
                "train",
                "--use-case",
                "churn",
                "--trials",
                "1",
                "--candidates",
                "logistic_regression",
            ];
            assert_eq!(dataset["row_count"], 5000);
            cli.json(&short);
            return;
        }
    }
    cli.json(&[
        "data",
        "import",
        path.to_str().unwrap(),
        "--use-case",
        "churn",
    ]);
}

#[test]
fn a_use_case_is_drafted_from_a_file_and_imports_it() {
    let cli = CliHarness::new();
    let mut text =
        "Employee ID,Department,Gender,Satisfaction,Monthly pay,Exit reason,Status\n".to_owned();
    for row in 0..120 {
        let left = row % 5 == 0;
        let (department, gender, satisfaction) = (
            ["Sales", "Shop "][row % 2],
            ["F", "M"][row / 2 % 2],
            1 + row * 7 % 4,
        );
        let (reason, status) = if left {
            (["resigned", "retired"][row / 5 % 2], "Left")
        } else {
            ("", "Active")
        };
        text += &format!(
            "E{row:04},{department},{gender},{satisfaction},{}.5,{reason},{status}\n",
            2000 + row * 13 % 700
        );
    }
    std::fs::write(cli.path("people.csv"), &text).unwrap();
    let init = [
        "use-case",
        "init",
        "people.csv",
        "--target",
        "status",
        "--horizon-days",
        "365",
    ];
    let drafted = cli.json(&init);
    assert_eq!(
        (
            drafted["id"].as_str(),
            drafted["path"].as_str(),
            drafted["events"].as_u64()
        ),
        (Some("people"), Some("people.toml"), Some(24))
    );
    assert!(
        drafted["refusal"].is_null() && drafted["errors"].as_array().unwrap().is_empty(),
        "{drafted}"
    );
    let usage = |name: &str| {
        drafted["columns"]
            .as_array()
            .unwrap()
            .iter()
            .find(|column| column["name"] == name)
            .unwrap()["use"]
            .clone()
    };
    assert_eq!(
        [
            usage("Employee ID"),
            usage("Gender"),
            usage("Exit reason"),
            usage("Department")
        ],
        ["id", "protected", "post_outcome", "feature"]
    );
    assert_eq!(
        cli.run(&["use-case", "check", "people.toml"]).status.code(),
        Some(0)
    );
    assert_eq!(
        cli.run(&init).status.code(),
        Some(2),
        "an edited file is not overwritten"
    );
    let imported = cli.json(&[
        "data",
        "import",
        "people.csv",
        "--use-case",
        "people",
        "--use-cases",
        ".",
    ]);
    assert_eq!(imported["dataset"]["row_count"], 120);

    // What is not known is asked, by the option that answers.
    for (arguments, option) in [
        (&["--target", "Nobody"][..], "Status"),
        (&["--target", "Department"], "--event"),
    ] {
        let output = cli.run(
            &[
                &["use-case", "init", "people.csv", "--out", "other.toml"],
                arguments,
            ]
            .concat(),
        );
        assert_eq!(output.status.code(), Some(2));
        assert!(
            String::from_utf8_lossy(&output.stderr).contains(option),
            "{arguments:?}"
        );
        assert!(!cli.path("other.toml").exists());
    }

    let shown = cli.run(&["use-case", "show", "attrition", "--toml"]);
    std::fs::write(cli.path("copy.toml"), shown.stdout).unwrap();
    assert_eq!(
        cli.run(&["use-case", "check", "copy.toml"]).status.code(),
        Some(0)
    );
}

#[test]
fn a_use_case_in_the_store_is_imported_used_and_exported() {
    let cli = CliHarness::new();
    let text = include_str!("../../crates/data/use_cases/attrition.toml").replacen(
        "id = \"attrition\"",
        "id = \"retail\"",
        1,
    );
    std::fs::write(cli.path("retail.toml"), &text).unwrap();
    cli.json(&[
        "simulate", "--people", "60", "--months", "1", "--out", "months",
    ]);
    let people = "months/people-2025-01-01.csv";
    assert_eq!(
        cli.run(&["data", "import", people, "--use-case", "retail"])
            .status
            .code(),
        Some(2),
        "there is no such use case yet"
    );
    assert!(!cli.path("data").exists(), "and no store was made");

    let imported = cli.json(&["use-case", "import", "retail.toml"]);
    assert_eq!(
        (
            imported["new"].as_bool(),
            imported["definition"]["version"].as_i64()
        ),
        (Some(true), Some(1))
    );
    let list = cli.json(&["use-case", "list"]);
    let origins: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|own| (own["id"].as_str().unwrap(), own["origin"].as_str().unwrap()))
        .collect();
    assert_eq!(
        origins,
        [
            ("attrition", "built in"),
            ("churn", "built in"),
            ("retail", "store")
        ]
    );
    assert!(
        cli.run(&["use-case", "export", "retail", "--out", "out.toml"])
            .status
            .success()
    );
    assert_eq!(std::fs::read_to_string(cli.path("out.toml")).unwrap(), text);
    assert_eq!(
        cli.json(&["use-case", "versions", "retail"])[0]["version"],
        1
    );

    let dataset = cli.json(&["data", "import", people, "--use-case", "retail"])["dataset"].clone();
    assert_eq!(
        (dataset["purpose"].as_str(), dataset["definition"].as_i64()),
        (Some("scoring"), Some(1))
    );
    let id = dataset["dataset_id"].as_str().unwrap();
    let withdraw = ["data", "withdraw", id, "--reason", "the wrong month"];
    assert_eq!(cli.json(&withdraw)["withdrawn_because"], "the wrong month");
    assert_eq!(cli.run(&withdraw).status.code(), Some(2), "once");
    assert_eq!(cli.run(&["audit", "verify"]).status.code(), Some(0));

    // A file of the same id that says something else: nobody is to guess which of the two is meant.
    std::fs::create_dir(cli.path("cases")).unwrap();
    std::fs::write(
        cli.path("cases/retail.toml"),
        text.replacen("cutoff = 0.25", "cutoff = 0.3", 1),
    )
    .unwrap();
    let twice = cli.run(&[
        "data",
        "import",
        people,
        "--use-case",
        "retail",
        "--use-cases",
        "cases",
    ]);
    assert_eq!(twice.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&twice.stderr).contains("defined twice"));
}
