//! Accounts and tokens on the command line: roles, links, and rejected input.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tenure"))
        .args(arguments)
        .current_dir(folder)
        .env("TENURE_DATA_DIR", folder.join("data"))
        .env_remove("TENURE_DATABASE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn accounts_are_added_listed_disabled_and_no_secret_is_stored() {
    let folder = tempfile::tempdir().unwrap();
    let user = |arguments: &[&str], input: &str| {
        let output = run(
            folder.path(),
            &[&["user"], arguments, &["--json"]].concat(),
            input,
        );
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code().unwrap(), value)
    };
    let (code, link) = user(&["add", "Ann Lee", "--role", "admin,analyst"], "");
    assert_eq!(code, 0);
    let link = link["set_up"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        user(
            &["add", "bo", "--role", "reviewer", "--password-stdin"],
            "a very private phrase\n"
        )
        .0,
        0
    );
    assert_eq!(
        user(
            &["add", "cy", "--role", "reviewer", "--password-stdin"],
            "short\n"
        )
        .0,
        2
    );
    assert_eq!(
        user(&["add", "ANN LEE", "--role", "reviewer"], "").0,
        2,
        "no two accounts look alike"
    );
    for name in [
        "'; drop table account; --",
        "<script>alert(1)</script>",
        "command line",
        " ",
    ] {
        assert_eq!(
            user(&["add", name, "--role", "reviewer"], "").0,
            2,
            "{name}"
        );
    }
    let (_, list) = user(&["list"], "");
    let rows: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["name"].as_str().unwrap(),
                row["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(rows, [("Ann Lee", "waiting"), ("bo", "active")]);

    assert_eq!(
        user(&["disable", "Ann Lee"], "").0,
        2,
        "somebody has to stay administrator"
    );
    assert_eq!(user(&["disable", "nobody"], "").0, 2);
    assert_eq!(
        user(&["token", "create", "bo", "--scope", "admin"], "").0,
        2,
        "no more than the owner may"
    );
    assert_eq!(
        user(
            &[
                "token",
                "create",
                "bo",
                "--scope",
                "request_review",
                "--expires",
                "400"
            ],
            ""
        )
        .0,
        2
    );
    let (code, token) = user(
        &[
            "token",
            "create",
            "bo",
            "--scope",
            "request_review",
            "--label",
            "<b>'; --",
        ],
        "",
    );
    assert_eq!(code, 0);
    assert_eq!(
        user(&["token", "revoke", token["id"].as_str().unwrap()], "").0,
        0
    );
    let (_, tokens) = user(&["token", "list", "bo"], "");
    assert_eq!(
        (tokens[0]["state"].as_str(), tokens[0]["label"].as_str()),
        (Some("revoked"), Some("<b>'; --"))
    );
    assert_eq!(user(&["disable", "bo"], "").0, 0);

    let store: Vec<u8> = ["tenure.db", "tenure.db-wal"]
        .iter()
        .flat_map(|file| std::fs::read(folder.path().join("data").join(file)).unwrap_or_default())
        .collect();
    for secret in [
        link.as_str(),
        token["token"].as_str().unwrap(),
        "a very private phrase",
    ] {
        assert!(
            !store
                .windows(secret.len())
                .any(|window| window == secret.as_bytes()),
            "a secret is in the store"
        );
    }
    assert!(
        run(folder.path(), &["audit", "verify"], "")
            .status
            .success()
    );
}
