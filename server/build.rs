//! Adds the commit of the build to the binary; it is recorded with every training.

use std::path::Path;
use std::process::Command;

fn main() {
    // Outside a checkout, for example in a package, there is no commit.
    let log = Path::new("../.git/logs/HEAD");
    if log.exists() {
        println!("cargo:rerun-if-changed={}", log.display());
    }
    println!("cargo:rerun-if-changed=build.rs");
    let commit = Command::new("git")
        .args(["rev-parse", "--short=12", "HEAD"])
        .output()
        .ok()
        .filter(|output| output.status.success());
    let commit = commit
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .map(|text| format!("+{}", text.trim()))
        .unwrap_or_default();
    println!("cargo:rustc-env=TENURE_COMMIT={commit}");
}
