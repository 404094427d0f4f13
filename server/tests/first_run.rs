//! The first run: the commands of the README as a newcomer types them, and the links that are
//! printed.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "common/cli.rs"]
mod cli;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use cli::CliHarness;
use serde_json::Value;

const README: &str = include_str!("../../README.md");

/// The lines of the first block of code under a heading.
fn commands(heading: &str) -> Vec<String> {
    let section = README
        .split(&format!("## {heading}\n"))
        .nth(1)
        .unwrap_or_else(|| panic!("no section {heading}"));
    let block = section.split("```\n").nth(1).unwrap();
    block.lines().map(str::to_owned).collect()
}

/// A line as a shell runs it in `folder`, with the program in the path.
fn shell(folder: &Path, line: &str) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_tenure")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("sh");
    command
        .args(["-c", line])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", program.display()))
        // What a person types when asked.
        .env("TENURE_PASSWORD", "nine brave lanterns")
        .env_remove("TENURE_DATABASE")
        .env_remove("TENURE_DATA_DIR");
    command
}

fn run(folder: &Path, line: &str) -> Output {
    shell(folder, line).output().unwrap()
}

fn json(folder: &Path, line: &str) -> Value {
    let output = run(folder, &format!("{line} --json"));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{line}: {output:?}"))
}

#[track_caller]
fn expect(output: &Output, line: &str, codes: &[i32]) {
    let code = output.status.code().unwrap();
    assert!(
        codes.contains(&code),
        "{line}: exit code {code}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_readme_works_as_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut lines = commands("First run");
    assert_eq!(lines.pop().as_deref(), Some("tenure serve"));
    for line in &lines {
        // A search as long as usual takes a minute.
        let line = match line.as_str() {
            "tenure train" => "tenure train --trials 2 --candidates logistic_regression_l2",
            line => line,
        };
        expect(&run(folder, line), line, &[0]);
    }
    // An administrator, an analyst who sees the people, and a reviewer.
    let mut roles: Vec<String> = json(folder, "tenure user list")
        .as_array()
        .unwrap()
        .iter()
        .map(|account| account["roles"][0].as_str().unwrap().to_owned())
        .collect();
    roles.sort();
    assert_eq!(roles, ["admin", "analyst", "reviewer"]);
    let scored = run(
        folder,
        "tenure predict sample/people-2025-01-01.csv --explain --out scores.csv",
    );
    expect(&scored, "predict", &[0]);

    let ids: Vec<String> = json(folder, "tenure data list")
        .as_array()
        .unwrap()
        .iter()
        .map(|dataset| dataset["dataset_id"].as_str().unwrap().to_owned())
        .collect();
    for line in commands("Fairness, data and documentation") {
        let mut line = line.replacen("DATASET", &ids[0], 1);
        line = line.replacen("DATASET", &ids[1], 1);
        // A limit that is exceeded, or cannot be judged, is a result.
        let codes: &[i32] = if line.contains("fairness") {
            &[0, 1, 3]
        } else {
            &[0]
        };
        expect(&run(folder, &line), &line, codes);
    }
    for file in ["fairness.html", "card.html", "profile.html", "scores.csv"] {
        assert!(folder.join(file).is_file(), "{file}");
    }
}

#[test]
fn with_several_use_cases_the_message_lists_them() {
    let cli = CliHarness::new();
    for arguments in [
        &["train"][..],
        &["batch"],
        &["model", "list"],
        &["run", "list"],
        &["outcomes", "list"],
        &["drift", "history"],
    ] {
        let message = cli.refused(arguments, 2);
        assert!(
            message.contains("--use-case") && message.contains("attrition, churn"),
            "{arguments:?}: {message}"
        );
    }
}

/// A server that is ended with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have exited already.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

impl CliHarness {
    /// A running server and the first lines that it prints.
    fn serve(&self, flags: &[&str], lines: usize) -> (Server, Vec<String>) {
        std::fs::create_dir_all(self.path("site/pkg")).unwrap();
        let mut child = self
            .command(&[&["serve", "--addr", "127.0.0.1:0"], flags].concat())
            .env("TENURE_SITE", self.path("site"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap()).lines();
        let said = said.take(lines).map(Result::unwrap).collect();
        (Server(child), said)
    }

    fn link_of(&self, name: &str, flags: &[&str]) -> Value {
        let add = ["user", "add", name, "--role", "analyst"];
        self.json(&[&add, flags].concat())["set_up"].clone()
    }
}

#[test]
fn links_begin_with_the_address_that_people_use() {
    let cli = CliHarness::new();
    // The port is known only when the server runs.
    assert!(cli.link_of("ann", &["--addr", "127.0.0.1:0"]).is_null());
    let link = cli.link_of("bo", &["--addr", "0.0.0.0:4000"]);
    let link = link.as_str().unwrap();
    assert!(link.starts_with("http://localhost:4000/set-up/"), "{link}");

    let (server, said) = cli.serve(&[], 3);
    let address = said[0].split("http://").nth(1).unwrap().to_owned();
    assert!(!address.ends_with(":0"), "{address}");
    assert!(
        said[1].contains("administrator")
            && said[2].starts_with(&format!("http://{address}/set-up/")),
        "{said:?}"
    );
    let link = cli.link_of("cy", &[]);
    let link = link.as_str().unwrap();
    assert!(
        link.starts_with(&format!("http://{address}/set-up/")),
        "{link}"
    );
    let public = ["--public-url", "https://tenure.example/"];
    let link = cli.link_of("dee", &public);
    let link = link.as_str().unwrap();
    assert!(link.starts_with("https://tenure.example/set-up/"), "{link}");
    drop(server);

    let (_server, said) = cli.serve(&[&public[..], &["--behind-proxy"]].concat(), 3);
    assert!(said[0].ends_with("https://tenure.example"), "{said:?}");
    assert!(said[2].starts_with("https://tenure.example/set-up/"));
    let link = cli.link_of("eve", &[]);
    let link = link.as_str().unwrap();
    assert!(link.starts_with("https://tenure.example/set-up/"), "{link}");
    let message = cli.refused(&["user", "list", "--public-url", "tenure.example"], 2);
    assert!(message.contains("https://HOST"), "{message}");
}
