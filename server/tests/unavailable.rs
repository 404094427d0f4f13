//! Commands on an unavailable database: the exit code tells whether to try again, and the message
//! names the cause.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use sqlx::{AnyConnection, Connection, Executor};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("TENURE_DATA_DIR", folder.join("data"));
    command
        .env("TENURE_PASSWORD", "a long phrase of the tests")
        .env_remove("TENURE_DATABASE")
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

#[tokio::test]
async fn a_locked_database_is_exit_code_4_and_a_damaged_one_3() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["user", "list"]).status.code(), Some(0));
    let file = folder.path().join("data/tenure.db");
    sqlx::any::install_default_drivers();
    let mut other = AnyConnection::connect(&format!("sqlite://{}", file.display()))
        .await
        .unwrap();
    other.execute("begin immediate").await.unwrap();
    let asked = Instant::now();
    let locked = run(
        folder.path(),
        &["user", "add", "rita", "--role", "reviewer"],
    );
    assert_eq!(locked.status.code(), Some(4), "{}", text(&locked));
    assert!(
        text(&locked).contains("database is locked"),
        "{}",
        text(&locked)
    );
    assert!(
        asked.elapsed() < Duration::from_secs(8),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(
        run(folder.path(), &["user", "list"]).status.code(),
        Some(0),
        "reading goes on"
    );
    other.execute("rollback").await.unwrap();
    other.close().await.unwrap();
    let added = run(
        folder.path(),
        &["user", "add", "rita", "--role", "reviewer"],
    );
    assert_eq!(added.status.code(), Some(0), "{}", text(&added));

    let mut bytes = std::fs::read(&file).unwrap();
    bytes[..100].fill(0xff);
    std::fs::write(&file, bytes).unwrap();
    let asked = Instant::now();
    let damaged = run(folder.path(), &["user", "list"]);
    assert_eq!(damaged.status.code(), Some(3), "{}", text(&damaged));
    assert!(
        text(&damaged).contains("file is not a database") && text(&damaged).contains("tenure.db"),
        "{}",
        text(&damaged)
    );
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "{:?}",
        asked.elapsed()
    );
}
