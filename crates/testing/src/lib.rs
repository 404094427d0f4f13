//! For tests alone: files and databases that not every machine has, and how long a check runs.
//!
//! A test that lacks something says so on the terminal. Where `TENURE_REQUIRE_SHARED=1` is set, as
//! in `.ci/run`, it fails instead: there nothing may be skipped.

use std::io::Write;
use std::path::PathBuf;

/// A file of the shared folder (`TENURE_SHARED`, or `../shared` beside the repository), for example
/// `data/mlc_churn_5000.csv`; `None` where it is absent.
///
/// # Panics
/// When it is absent and `TENURE_REQUIRE_SHARED=1`.
#[track_caller]
pub fn shared(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("TENURE_SHARED").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(),
        PathBuf::from,
    );
    let file = folder.join(path);
    if !file.exists() {
        skipped(&format!("{} is absent", file.display()));
        return None;
    }
    Some(file)
}

/// The text of a file of the shared folder; `None` where it is absent.
///
/// # Panics
/// As [`shared`], and when the file is there but cannot be read.
#[track_caller]
pub fn shared_text(path: &str) -> Option<String> {
    let file = shared(path)?;
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(error) => panic!("{}: {error}", file.display()),
    }
}

/// URL of the maintenance database of a PostgreSQL server for tests (`TENURE_TEST_POSTGRES`, which
/// `scripts/postgres.sh` sets); `None` without one.
///
/// # Panics
/// Without one when `TENURE_REQUIRE_SHARED=1`.
#[track_caller]
pub fn postgres() -> Option<String> {
    let server = std::env::var("TENURE_TEST_POSTGRES").ok();
    if server.is_none() {
        skipped("TENURE_TEST_POSTGRES is not set");
    }
    server
}

/// How much of a long check to do: `whole` under `make soak` (`TENURE_SOAK=1`), otherwise `slice`.
pub fn soak<T>(slice: T, whole: T) -> T {
    if is_on("TENURE_SOAK") { whole } else { slice }
}

/// Says that a check is left out, past the capture of the test harness.
#[track_caller]
pub fn skipped(why: &str) {
    assert!(
        !is_on("TENURE_REQUIRE_SHARED"),
        "{why}, and TENURE_REQUIRE_SHARED=1 forbids to skip"
    );
    // Without a terminal to tell it to there is nobody to be told.
    _ = writeln!(
        std::io::stderr(),
        "SKIPPED ({}): {why}",
        std::panic::Location::caller()
    );
}

fn is_on(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| value == "1")
}
