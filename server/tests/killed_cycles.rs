//! A server that is killed again and again during a cycle, on SQLite and on PostgreSQL: what comes
//! of the cycle is what comes of one that nobody disturbs, times aside.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cli::CliHarness;
use serde_json::Value;

/// A store with a live version, and a month whose people have changed.
struct Drifted {
    cli: CliHarness,
    /// A database server's; `None` is the file of the harness.
    url: Option<String>,
}

impl Drifted {
    fn new(url: Option<String>) -> Self {
        let own = Self {
            cli: CliHarness::new(),
            url,
        };
        for (seed, out, drift) in [("3", "sim", "segment_shift@1"), ("4", "newer", "concept@1")] {
            own.json(&[
                "simulate", "--people", "400", "--months", "3", "--seed", seed, "--drift", drift,
                "--out", out,
            ]);
        }
        let import = |file: &str, purpose: &str, day: &str| {
            let file = own.cli.path_text(file);
            own.json(&[
                "data",
                "import",
                &file,
                "--use-case",
                "attrition",
                "--for",
                purpose,
                "--as-of",
                day,
            ]);
        };
        import("sim/training.csv", "training", "2024-01-01");
        own.json(&[
            "train",
            "--use-case",
            "attrition",
            "--trials",
            "4",
            "--candidates",
            "logistic_regression_l2,gradient_boosting",
        ]);
        for (name, role) in [("rita", "reviewer"), ("ada", "admin")] {
            let add = ["user", "add", name, "--role", role, "--password-stdin"];
            let mut child = own
                .command(&add)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            let mut input = child.stdin.take().unwrap();
            std::io::Write::write_all(&mut input, cli::PASSWORD.as_bytes()).unwrap();
            drop(input);
            assert!(child.wait().unwrap().success());
        }
        own.json(&["model", "request", "1", "--use-case", "attrition"]);
        own.json(&[
            "model",
            "approve",
            "1",
            "--use-case",
            "attrition",
            "--as",
            "rita",
            "--reason",
            "first",
        ]);
        import("newer/training.csv", "training", "2025-01-15");
        import("sim/people-2025-03-01.csv", "scoring", "2025-03-01");
        own
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.cli.command(arguments);
        if let Some(url) = &self.url {
            command.env("TENURE_DATABASE", url);
        }
        command.env("TENURE_SITE", self.cli.path("site"));
        command
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self
            .command(&[arguments, &["--json"]].concat())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{arguments:?}: {text}"
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn cycle(&self) -> Value {
        self.json(&["cycle", "status", "--use-case", "attrition"])[0].clone()
    }

    fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// All that a cycle makes, without ids and times.
    fn made(&self) -> Value {
        let cycle = self.cycle();
        let id = cycle["id"].as_str().unwrap();
        let stages: Vec<Value> = cycle["stages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|own| {
                // Not the note: it says whether a result was made or found.
                serde_json::json!([own["stage"], own["state"], own["skipped_because"]])
            })
            .collect();
        let checks = self.json(&["drift", "history", "--use-case", "attrition"]);
        let reports: Vec<&Value> = checks
            .as_array()
            .unwrap()
            .iter()
            .map(|check| &check["report_hash"])
            .collect();
        let versions = self.json(&["model", "list", "--use-case", "attrition"]);
        let models: Vec<Value> = versions
            .as_array()
            .unwrap()
            .iter()
            .map(|own| {
                let number = own["version"].to_string();
                // Every score and every reason of everybody.
                let people = self.cli.path_text("sim/people-2025-02-01.csv");
                let predict = [
                    "predict",
                    "--use-case",
                    "attrition",
                    "--model",
                    &number,
                    &people,
                    "--explain",
                    "--json",
                ];
                let output = self.command(&predict).output().unwrap();
                assert!(output.status.success());
                let scores = String::from_utf8(output.stdout).unwrap();
                serde_json::json!([
                    own["version"],
                    own["stage"],
                    own["live"],
                    own["metrics"],
                    scores
                ])
            })
            .collect();
        let scores = self.json(&[
            "cycle",
            "file",
            "--use-case",
            "attrition",
            id,
            "batch_predictions",
        ]);
        serde_json::json!({ "state": cycle["state"], "stages": stages, "reports": reports, "models": models, "scores": scores })
    }

    /// Kills servers until so many were killed, then lets one finish; how often the cycle was open
    /// when one was killed.
    fn killed(&self, kills: usize, seed: u64) -> usize {
        let mut first = self.start(&["cycle", "run", "--use-case", "attrition", "--as", "ada"]);
        let mut random = seed;
        let mut pause = |least: u64, most: u64| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            Duration::from_millis(least + (random >> 33) % (most - least))
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        while self
            .json(&["cycle", "status", "--use-case", "attrition"])
            .as_array()
            .unwrap()
            .is_empty()
        {
            assert!(Instant::now() < deadline, "the cycle does not begin");
        }
        kill(&mut first);
        let is_open = || ["running", "waiting"].contains(&self.cycle()["state"].as_str().unwrap());
        let mut cut = usize::from(is_open());
        while cut < kills && is_open() {
            let mut server = self.start(&["serve", "--addr", "127.0.0.1:0"]);
            std::thread::sleep(pause(100, 1500));
            kill(&mut server);
            cut += usize::from(is_open());
        }
        let mut last = self.start(&["serve", "--addr", "127.0.0.1:0"]);
        let deadline = Instant::now() + Duration::from_secs(300);
        while is_open() {
            assert!(Instant::now() < deadline, "{:#}", self.cycle());
            std::thread::sleep(Duration::from_millis(300));
        }
        kill(&mut last);
        cut
    }
}

/// SIGKILL.
fn kill(child: &mut Child) {
    // It may have ended already.
    _ = child.kill();
    child.wait().unwrap();
}

fn undisturbed() -> Value {
    let store = Drifted::new(None);
    store.json(&["cycle", "run", "--use-case", "attrition", "--as", "ada"]);
    let made = store.made();
    assert_eq!(made["state"], "finished");
    assert_eq!(
        made["models"].as_array().unwrap().len(),
        2,
        "{:#}",
        made["stages"]
    );
    made
}

fn same(made: &Value, expected: &Value) {
    for part in ["state", "stages", "reports", "scores", "models"] {
        assert!(
            made[part] == expected[part],
            "{part}: {:#}\n\n{:#}",
            made[part],
            expected[part]
        );
    }
}

#[test]
fn a_server_that_is_killed_during_a_cycle_changes_nothing_of_it() {
    // A cycle is short: so many kills take several, each of a store of its own.
    let kills = testing::soak(2, 50);
    let expected = undisturbed();
    let server = testing::postgres();
    for on_postgres in [false, true] {
        if on_postgres && server.is_none() {
            return;
        }
        let (mut total, mut round) = (0, 0);
        while total < kills {
            let url = server.as_ref().filter(|_| on_postgres).map(|server| {
                let name = format!("killed_cycles_{}_{round}", std::process::id());
                statement(server, format!("create database {name}"));
                format!("{}/{name}", server.strip_suffix("/postgres").unwrap())
            });
            let store = Drifted::new(url);
            let cut = store.killed(50, 7 + round);
            same(&store.made(), &expected);
            assert!(cut >= 1, "nothing was killed during the cycle");
            (total, round) = (total + cut, round + 1);
        }
        eprintln!("PostgreSQL {on_postgres}: {total} kills in {round} cycles");
    }
}

fn statement(server: &str, text: String) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        sqlx::any::install_default_drivers();
        let pool = sqlx::AnyPool::connect(server).await.unwrap();
        let statement = sqlx::raw_sql(sqlx::AssertSqlSafe(text));
        statement.execute(&pool).await.unwrap();
    });
}
