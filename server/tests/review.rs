//! Model governance on the command line: every command once with its exit code, policies from
//! files, two processes at once, killed processes, and an edited export of the audit log. The rules
//! are tested in `crates/workflow/tests/features`.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;
#[path = "common/folder.rs"]
mod folder;

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use cli::CliHarness;
use folder::copy;
use serde_json::Value;

impl CliHarness {
    /// Simulated people and a number of trained versions.
    fn with_versions(versions: usize) -> Self {
        let cli = Self::new();
        let out = cli.path("simulated");
        let out = out.to_str().unwrap();
        cli.json(&[
            "simulate",
            "--use-case",
            "attrition",
            "--people",
            "600",
            "--months",
            "1",
            "--seed",
            "3",
            "--out",
            out,
        ]);
        let labeled = std::fs::read_dir(out)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.to_string_lossy().contains("training"));
        cli.json(&[
            "data",
            "import",
            labeled.unwrap().to_str().unwrap(),
            "--use-case",
            "attrition",
            "--for",
            "both",
        ]);
        for seed in 0..versions {
            let seed = seed.to_string();
            cli.json(&[
                "train",
                "--use-case",
                "attrition",
                "--trials",
                "2",
                "--candidates",
                "logistic_regression_l2",
                "--seed",
                &seed,
            ]);
        }
        for (name, role) in [
            ("rita", "reviewer"),
            ("sam", "reviewer"),
            ("ann", "analyst"),
        ] {
            cli.add_account(name, role);
        }
        cli
    }

    fn request(&self, version: &str) -> Value {
        self.json(&["model", "request", version, "--use-case", "attrition"])
    }

    fn approve(&self, version: &str, name: &str) -> Value {
        self.json(&[
            "model",
            "approve",
            version,
            "--use-case",
            "attrition",
            "--as",
            name,
            "--reason",
            "ranks well",
        ])
    }

    fn stages(&self, data: &Path) -> Vec<(i64, String, bool)> {
        let list = self.json_on(data, &["model", "list", "--use-case", "attrition"]);
        let row = |row: &Value| {
            (
                row["version"].as_i64().unwrap(),
                row["stage"].as_str().unwrap().to_owned(),
                row["live"] == true,
            )
        };
        let mut stages: Vec<_> = list.as_array().unwrap().iter().map(row).collect();
        stages.sort();
        stages
    }
}

#[test]
fn the_commands_from_request_to_rollback() {
    let cli = CliHarness::with_versions(3);
    let about = ["--use-case", "attrition"];
    let decide = |verb: &'static str, version: &'static str, name: &'static str| {
        vec![
            "model",
            verb,
            version,
            "--use-case",
            "attrition",
            "--as",
            name,
            "--reason",
            "because",
        ]
    };
    cli.request("1");
    let nobody = cli.refused(
        &[&["model", "approve", "1", "--reason", "x"][..], &about].concat(),
        2,
    );
    assert!(
        nobody.contains("reviewer role"),
        "the command line itself is no reviewer: {nobody}"
    );
    let approved = cli.json(&decide("approve", "1", "rita"));
    assert_eq!(
        (
            approved["version"]["stage"].as_str(),
            approved["already"].as_bool()
        ),
        (Some("Production"), Some(false))
    );

    // What voided a request is told to whoever decides on it.
    cli.request("2");
    cli.request("3");
    cli.approve("2", "sam");
    let void = cli.refused(&decide("approve", "3", "rita"), 2);
    assert!(
        void.contains("void") && void.contains("version 2 was promoted"),
        "{void}"
    );
    for (command, text, change) in [
        ("describe", "other words", "the description changed"),
        (
            "limitations",
            "not for the night shift",
            "the known limitations changed",
        ),
    ] {
        cli.request("3");
        cli.json(&[&["model", command, "3", text][..], &about].concat());
        let void = cli.refused(&decide("approve", "3", "rita"), 2);
        assert!(void.contains(change), "{void}");
    }

    cli.request("3");
    let told = cli.run(&decide("request-changes", "3", "rita"));
    assert!(
        told.status.success()
            && String::from_utf8_lossy(&told.stdout)
                .contains("Changes requested for version 3 of attrition.")
    );
    cli.request("3");
    cli.json(&decide("reject", "3", "rita"));
    let archived = cli.refused(&[&["model", "request", "3"][..], &about].concat(), 2);
    assert!(archived.contains("archived"), "{archived}");

    let rollback = [
        "model",
        "rollback",
        "--as",
        "rita",
        "--reason",
        "complaints",
        "--use-case",
        "attrition",
    ];
    cli.json(&rollback);
    let again = cli.refused(&rollback, 2);
    assert!(
        again.contains("rolled back to version 1 by rita") && again.contains("Specify the version"),
        "{again}"
    );
    let told = cli.run(&decide("approve", "2", "sam"));
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.contains("was approved but is no longer live"),
        "{told}"
    );

    let refused = cli.refused(
        &[
            &["model", "undeploy", "--as", "ann", "--reason", "x"][..],
            &about,
        ]
        .concat(),
        2,
    );
    assert!(refused.contains("reviewer or admin"), "{refused}");
    cli.json(&[&["model", "undeploy", "--reason", "wrong data"][..], &about].concat());
    let nothing = cli.refused(&["batch", "--use-case", "attrition"], 2);
    assert!(
        nothing.contains("was undeployed") && nothing.contains("wrong data"),
        "{nothing}"
    );
    cli.json(
        &[
            &[
                "model", "rollback", "2", "--as", "sam", "--reason", "mended",
            ][..],
            &about,
        ]
        .concat(),
    );
    assert_eq!(
        cli.json(&["batch", "--use-case", "attrition"])["version"],
        2,
        "the next scores are by the version that is live"
    );

    let history = |more: &[&str]| cli.json(&[&["model", "history"][..], &about, more].concat());
    assert_eq!(history(&[]).as_array().unwrap().len(), 5);
    assert_eq!(history(&["--as-of", "2020-01-01"]), serde_json::json!([]));
    assert_eq!(history(&["--as-of", "2099-01-01"])[0]["version"], 2);
    assert!(
        cli.refused(
            &[
                "model",
                "history",
                "--use-case",
                "attrition",
                "--as-of",
                "yesterday"
            ],
            2
        )
        .contains("YYYY-MM-DD")
    );

    // What a promotion stores with the run.
    let card = cli.json(&[&["model", "card", "2"][..], &about].concat())["markdown"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        card.contains("Approved by sam on") && card.contains("Stage: Production"),
        "{card}"
    );
    let run = cli.json(&[
        "run",
        "show",
        approved["version"]["run_id"].as_str().unwrap(),
    ]);
    let names: Vec<&str> = run["artifacts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["name"].as_str().unwrap())
        .collect();
    for name in [
        "baseline.json",
        "reference_data.parquet",
        "reference_predictions.csv",
        "model_card.md",
        "gate_policy.json",
    ] {
        assert!(names.contains(&name), "{name} is missing among {names:?}");
    }
    let log = cli.json(&["audit", "list", "--action", "model.undeploy"]);
    assert_eq!(log.as_array().unwrap().len(), 1, "{log}");
    assert_eq!(cli.run(&["audit", "verify"]).status.code(), Some(0));
}

#[test]
fn a_version_is_called_by_its_alias_and_decided_on_its_evidence() {
    let cli = CliHarness::with_versions(1);
    cli.json(&["model", "alias", "1", "autumn", "--use-case", "attrition"]);
    cli.json(&[
        "model",
        "tag",
        "1",
        "team",
        "people analytics",
        "--use-case",
        "attrition",
    ]);
    for (alias, says) in [
        ("12", "must not look like a version number"),
        ("Live", "reserved for the review process"),
        ("a b/c", "letters, digits"),
    ] {
        assert!(
            cli.refused(
                &["model", "alias", "1", alias, "--use-case", "attrition"],
                2
            )
            .contains(says),
            "{alias}"
        );
    }
    assert!(
        cli.refused(&["model", "show", "1", "--use-case", "nope"], 2)
            .contains("There is no use case nope")
    );
    let unknown = cli.refused(&["model", "show", "winter", "--use-case", "attrition"], 2);
    assert!(
        unknown.contains("No version of attrition has the alias winter"),
        "{unknown}"
    );
    cli.json(&["model", "request", "autumn", "--use-case", "attrition"]);
    cli.json(&[
        "model",
        "comment",
        "autumn",
        "ask Sales first",
        "--use-case",
        "attrition",
        "--as",
        "ann",
    ]);
    // The evidence on the command line, with the hash that the decision is bound to.
    let review = cli.json(&["model", "review", "autumn", "--use-case", "attrition"]);
    assert_eq!(
        (
            review["state"].as_str(),
            review["blocking"].as_array().map(Vec::len)
        ),
        (Some("pending"), Some(0))
    );
    let titles: Vec<&str> = review["gates"]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gate| gate["title"].as_str().unwrap())
        .collect();
    assert!(
        titles.contains(&"Complete model card")
            && titles
                .iter()
                .any(|title| title.starts_with("Explanation stability, top 5"))
    );
    let approve = [
        "model",
        "approve",
        "autumn",
        "--use-case",
        "attrition",
        "--as",
        "rita",
        "--reason",
        "fine",
        "--evidence",
    ];
    assert!(
        cli.refused(&[&approve[..], &["00ff"]].concat(), 2)
            .contains("evidence")
    );
    let evidence = review["evidence"].as_str().unwrap();
    let approved = cli.json(
        &[
            &approve[..],
            &[
                evidence,
                "--checklist",
                "card,groups",
                "--findings",
                "nothing odd",
            ],
        ]
        .concat(),
    );
    let checklist = approved["decision"]["checklist"].as_str().unwrap();
    assert!(
        checklist.contains("groups") && checklist.contains("nothing odd"),
        "{checklist}"
    );
    cli.json(&["batch", "--use-case", "attrition"]);
    let shown = cli.json(&["model", "show", "1", "--use-case", "attrition"]);
    assert_eq!(
        (shown["aliases"][0].as_str(), shown["tags"]["team"].as_str()),
        (Some("autumn"), Some("people analytics"))
    );
    assert_eq!(
        (
            shown["comments"][0]["author"].as_str(),
            shown["scored"].as_array().unwrap().len()
        ),
        (Some("ann"), 1)
    );
    cli.json(&[
        "model",
        "alias",
        "1",
        "autumn",
        "--remove",
        "--use-case",
        "attrition",
    ]);
    assert!(
        cli.refused(&["model", "show", "autumn", "--use-case", "attrition"], 2)
            .contains("has the alias autumn")
    );
}

/// A policy that requires documentation and a named author.
#[test]
fn the_strict_policy_asks_for_a_name_and_a_whole_card() {
    let cli = CliHarness::new();
    let cases = cli.path("cases");
    std::fs::create_dir_all(cases.join("gates")).unwrap();
    let use_case = include_str!("../../crates/data/use_cases/attrition.toml")
        .replace("gates = \"sensible\"", "gates = \"papers\"");
    std::fs::write(cases.join("attrition.toml"), use_case).unwrap();
    let policy = "name = \"papers\"\ndescription = \"ours\"\ninconclusive_blocks = true\nnamed_author = true\n\
                  [[gates]]\nkind = \"documentation\"\nparts = [\"purpose\", \"description\", \"limitations\"]\n\
                  [[gates]]\nkind = \"explanation_stability\"\ntop = 5\nlimit = 0.2\n";
    std::fs::write(cases.join("gates/papers.toml"), policy).unwrap();
    let run = |arguments: &[&str]| {
        let output = cli.run(&[arguments, &["--use-cases", cases.to_str().unwrap()]].concat());
        (
            output.status.code(),
            format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ),
        )
    };
    let out = cli.path("simulated");
    let out = out.to_str().unwrap();
    cli.json(&[
        "simulate",
        "--use-case",
        "attrition",
        "--people",
        "600",
        "--months",
        "1",
        "--seed",
        "3",
        "--out",
        out,
    ]);
    let files = std::fs::read_dir(out)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let labeled = files
        .into_iter()
        .find(|path| path.to_string_lossy().contains("training"))
        .unwrap();
    assert_eq!(
        run(&[
            "data",
            "import",
            labeled.to_str().unwrap(),
            "--use-case",
            "attrition",
            "--for",
            "both"
        ])
        .0,
        Some(0)
    );
    for (name, role) in [("rita", "reviewer"), ("ada", "admin")] {
        cli.add_account(name, role);
    }
    let train = [
        "train",
        "--use-case",
        "attrition",
        "--trials",
        "1",
        "--candidates",
        "logistic_regression_l2",
    ];
    assert_eq!(
        run(&train).0,
        Some(0),
        "what is written later does not keep a version out of Staging"
    );
    let nobody = run(&["model", "request", "1", "--use-case", "attrition"]);
    assert!(
        nobody.0 == Some(2) && nobody.1.contains("has no named author"),
        "{}",
        nobody.1
    );
    assert_eq!(run(&[&train[..], &["--as", "ada"]].concat()).0, Some(0));
    let approve = || {
        run(&[
            "model",
            "approve",
            "2",
            "--use-case",
            "attrition",
            "--as",
            "rita",
            "--reason",
            "fine",
        ])
    };
    assert_eq!(
        run(&["model", "request", "2", "--use-case", "attrition"]).0,
        Some(0)
    );
    let refused = approve();
    assert!(
        refused.0 == Some(2) && refused.1.contains("Complete model card"),
        "{}",
        refused.1
    );
    let review = run(&["model", "review", "2", "--use-case", "attrition"]);
    assert!(
        review.0 == Some(1)
            && review
                .1
                .contains("Missing from the model card: description, known limitations"),
        "{}",
        review.1
    );
    run(&[
        "model",
        "describe",
        "2",
        "the first one",
        "--use-case",
        "attrition",
    ]);
    run(&[
        "model",
        "limitations",
        "2",
        "no night shifts",
        "--use-case",
        "attrition",
    ]);
    assert_eq!(
        run(&["model", "request", "2", "--use-case", "attrition"]).0,
        Some(0)
    );
    let approved = approve();
    assert!(
        approved.0 == Some(0) && approved.1.contains("Version 2 of attrition is live"),
        "{}",
        approved.1
    );
    let unknown = include_str!("../../crates/data/use_cases/attrition.toml")
        .replace("gates = \"sensible\"", "gates = \"paper\"");
    std::fs::write(cli.path("other.toml"), unknown).unwrap();
    let checked = run(&["use-case", "check", "other.toml"]);
    assert!(
        checked.0 == Some(1)
            && checked
                .1
                .contains("policies.gates: There is no gate policy paper. Use one of: sensible"),
        "{}",
        checked.1
    );
}

#[test]
fn of_two_reviewers_at_once_one_decides_and_the_other_is_told() {
    let cli = CliHarness::with_versions(1);
    cli.request("1");
    let race = |name: &str, verb: &str| {
        cli.command_on(
            &cli.path("data"),
            &[
                "model",
                verb,
                "1",
                "--use-case",
                "attrition",
                "--as",
                name,
                "--reason",
                "quick",
            ],
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
    };
    let children = [race("rita", "approve"), race("sam", "reject")];
    let outcomes = children.map(|child| child.wait_with_output().unwrap());
    let codes: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.status.code())
        .collect();
    assert!(
        codes == [Some(0), Some(2)] || codes == [Some(2), Some(0)],
        "{codes:?}"
    );
    let loser = outcomes
        .iter()
        .find(|outcome| outcome.status.code() == Some(2))
        .unwrap();
    let told = String::from_utf8_lossy(&loser.stderr);
    assert!(
        told.contains("was already decided")
            && (told.contains("rita approved") || told.contains("sam rejected")),
        "{told}"
    );
}

#[test]
fn gates_of_a_policy_file_block_until_they_are_waived() {
    let cli = CliHarness::new();
    let out = cli.path("simulated");
    cli.json(&[
        "simulate",
        "--use-case",
        "attrition",
        "--people",
        "600",
        "--months",
        "1",
        "--seed",
        "3",
        "--out",
        out.to_str().unwrap(),
    ]);
    let cases = cli.path("cases");
    std::fs::create_dir_all(cases.join("gates")).unwrap();
    let use_case = include_str!("../../crates/data/use_cases/attrition.toml")
        .replace("gates = \"sensible\"", "gates = \"house\"");
    std::fs::write(cases.join("attrition.toml"), use_case).unwrap();
    let policy = |waivers: bool, limit: f64| {
        format!(
            "name = \"house\"\ndescription = \"ours\"\ninconclusive_blocks = false\napprovals = 2\nwaivers = {waivers}\n\n[[gates]]\nkind = \"absolute\"\nmetric = \"roc_auc\"\nlimit = {limit}\n"
        )
    };
    std::fs::write(cases.join("gates/house.toml"), policy(true, 0.99)).unwrap();
    let with_cases = |arguments: &[&str]| {
        [arguments, &["--use-cases", cases.to_str().unwrap()]]
            .concat()
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    let run = |arguments: &[&str]| {
        let arguments = with_cases(arguments);
        let output = cli.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        (
            output.status.code(),
            format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ),
        )
    };
    let labeled = std::fs::read_dir(&out)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().contains("training"));
    assert_eq!(
        run(&[
            "data",
            "import",
            labeled.unwrap().to_str().unwrap(),
            "--use-case",
            "attrition",
            "--for",
            "both"
        ])
        .0,
        Some(0)
    );
    let trained = run(&[
        "train",
        "--use-case",
        "attrition",
        "--trials",
        "1",
        "--candidates",
        "logistic_regression",
    ]);
    assert!(matches!(trained.0, Some(0 | 1)), "{}", trained.1);
    for name in ["rita", "sam"] {
        cli.add_account(name, "reviewer");
    }
    let ask = ["model", "request", "1", "--use-case", "attrition"];
    let (code, says) = run(&ask);
    assert!(
        code == Some(2) && says.contains("ROC AUC at least 0.99"),
        "{says}"
    );
    let waive = |gate: &str, expires: &str| {
        let as_rita = [
            "model",
            "waive",
            "1",
            "--use-case",
            "attrition",
            "--as",
            "rita",
            "--gate",
            gate,
            "--owner",
            "hr",
            "--reason",
            "a trial",
        ];
        run(&[&as_rita[..], &["--expires", expires]].concat())
    };
    assert_eq!(
        waive("ROC AUC at least 0.99", "2001-01-01").0,
        Some(2),
        "a day of the past"
    );
    assert_eq!(
        waive("ROC AUC at least 0.990", "2099-01-01").0,
        Some(2),
        "neither a key nor a title"
    );
    assert_eq!(waive("absolute/roc_auc/0.99", "2099-01-01").0, Some(0));
    assert_eq!(run(&ask).0, Some(0));
    let approve = |name: &str| {
        run(&[
            "model",
            "approve",
            "1",
            "--use-case",
            "attrition",
            "--as",
            name,
            "--reason",
            "a trial",
        ])
    };
    let first = approve("rita");
    assert!(
        first.0 == Some(0) && first.1.contains("approvals still required: 1"),
        "{}",
        first.1
    );
    assert!(
        !cli.stages(&cli.path("data"))[0].2,
        "one of two approvals is not enough"
    );
    // On a copy, the second approval promotes it.
    let copied = cli.path("copied");
    cli.json(&["model", "list", "--use-case", "attrition"]);
    copy(&cli.path("data"), &copied);
    let second = with_cases(&[
        "model",
        "approve",
        "1",
        "--use-case",
        "attrition",
        "--as",
        "sam",
        "--reason",
        "a trial",
        "--json",
    ]);
    let second = cli
        .command_on(
            &copied,
            &second.iter().map(String::as_str).collect::<Vec<_>>(),
        )
        .output()
        .unwrap();
    assert!(
        second.status.success(),
        "{}",
        String::from_utf8_lossy(&second.stderr)
    );
    assert!(cli.stages(&copied)[0].2, "two of two approvals");
    // Gates that changed after the training are not those that the version was judged by.
    std::fs::write(cases.join("gates/house.toml"), policy(true, 0.6)).unwrap();
    let changed = approve("sam");
    assert!(
        changed.0 == Some(2) && changed.1.contains("gates changed"),
        "{}",
        changed.1
    );
}

/// A promotion is atomic, whenever the process dies.
#[test]
fn a_promotion_that_is_killed_happens_whole_or_not_at_all() {
    let cli = CliHarness::with_versions(2);
    cli.request("1");
    cli.approve("1", "rita");
    cli.request("2");
    let source = cli.path("data");
    // Reading checkpoints the write-ahead log, so that the copied files do not change.
    cli.json(&["model", "list", "--use-case", "attrition"]);
    let command = [
        "model",
        "approve",
        "2",
        "--use-case",
        "attrition",
        "--as",
        "rita",
        "--reason",
        "better",
    ];
    let place = |round: usize| cli.path(&format!("round-{round}"));
    copy(&source, &place(0));
    let began = Instant::now();
    assert!(
        cli.command_on(&place(0), &command)
            .output()
            .unwrap()
            .status
            .success()
    );
    let whole = began.elapsed();
    let mut happened = 0;
    let rounds = testing::soak(8_u32, 50);
    for round in 1..=rounds {
        let data = place(round as usize);
        copy(&source, &data);
        let mut child = cli
            .command_on(&data, &command)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // From early to past the usual end, more often towards the end, where the writes are.
        let share = (f64::from(round) / f64::from(rounds)).sqrt() * 1.15;
        std::thread::sleep(Duration::from_secs_f64(whole.as_secs_f64() * share));
        child.kill().unwrap();
        child.wait().unwrap();
        let stages = cli.stages(&data);
        let shown = cli.json_on(&data, &["model", "show", "2", "--use-case", "attrition"]);
        let review = &shown["reviews"][0];
        let log = cli.json_on(&data, &["audit", "list"]);
        let approvals = log
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["action"] == "model.approve")
            .count();
        let run = cli.json_on(
            &data,
            &["run", "show", shown["version"]["run_id"].as_str().unwrap()],
        );
        let baseline = run["artifacts"]
            .as_array()
            .unwrap()
            .iter()
            .any(|file| file["name"] == "baseline.json");
        let seen = (
            stages,
            review["request"]["state"].as_str().unwrap().to_owned(),
            review["decisions"].as_array().unwrap().len(),
            approvals,
            baseline,
        );
        let row = |version, stage: &str, live| (version, stage.to_owned(), live);
        let before = (
            vec![row(1, "Production", true), row(2, "Staging", false)],
            "pending".to_owned(),
            0,
            1,
            false,
        );
        let after = (
            vec![row(1, "Archived", false), row(2, "Production", true)],
            "approved".to_owned(),
            1,
            2,
            true,
        );
        assert!(seen == before || seen == after, "round {round}: {seen:?}");
        happened += u32::from(seen == after);
        assert_eq!(
            cli.command_on(&data, &["audit", "verify"])
                .output()
                .unwrap()
                .status
                .code(),
            Some(0),
            "round {round}"
        );
        std::fs::remove_dir_all(&data).unwrap();
    }
    println!("of {rounds} killed promotions {happened} had happened");
}

#[test]
fn an_exported_record_is_verified_by_itself_and_every_forgery_is_named() {
    let cli = CliHarness::with_versions(1);
    cli.request("1");
    cli.approve("1", "rita");
    cli.json(&["audit", "export", "record.jsonl"]);
    let text = std::fs::read_to_string(cli.path("record.jsonl")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let head: Value = serde_json::from_str(lines[lines.len() - 1]).unwrap();
    let head = head["hash"].as_str().unwrap();
    let verify = |lines: &[String], head: Option<&str>| {
        std::fs::write(cli.path("tampered.jsonl"), lines.join("\n")).unwrap();
        let mut arguments = vec!["audit", "verify", "--file", "tampered.jsonl"];
        arguments.extend(head.iter().flat_map(|head| ["--head", head]));
        // The folder has no store: the file is enough.
        let output = cli
            .command_on(&cli.path("nowhere"), &arguments)
            .output()
            .unwrap();
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let own = |lines: &[&str]| {
        lines
            .iter()
            .map(|line| (*line).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(verify(&own(&lines), Some(head)).0, Some(0));
    assert!(!cli.path("nowhere").exists());
    let mut edited = own(&lines);
    edited[2] = edited[2].replacen("\"action\":\"", "\"action\":\"not-", 1);
    let (code, says) = verify(&edited, None);
    assert!(
        code == Some(1) && says.contains("entry 3 was changed"),
        "{says}"
    );
    let mut removed = own(&lines);
    removed.remove(1);
    assert!(verify(&removed, None).1.contains("entry 2 was removed"));
    let mut swapped = own(&lines);
    swapped.swap(1, 2);
    assert_eq!(verify(&swapped, None).0, Some(1));
    let mut inserted = own(&lines);
    inserted.insert(2, inserted[2].clone());
    assert_eq!(verify(&inserted, None).0, Some(1));
    let cut = own(&lines[..lines.len() - 1]);
    assert_eq!(
        verify(&cut, None).0,
        Some(0),
        "nobody can tell by the file alone"
    );
    assert!(verify(&cut, Some(head)).1.contains("the end was removed"));
}
