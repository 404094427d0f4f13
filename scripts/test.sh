#!/usr/bin/env bash
# Everything that must pass before a change is merged: formatting, lints of both targets, unit and integration tests on SQLite and
# PostgreSQL, and the end-to-end tests in Chromium. With TENURE_REQUIRE_SHARED=1, a test without its file or database fails instead of being
# skipped.
source "$(dirname "$0")/lib.sh"

formatting() {
  cargo fmt --all --check
}

lint_native() {
  cargo clippy --release "${NATIVE[@]}" --all-targets -- -D warnings
  cargo clippy --release -p bundle --all-targets -- -D warnings
}

lint_browser() {
  scripts/wasm-target.sh clippy -p app -p frontend --features app/hydrate --profile wasm-release --target-dir target/front -- -D warnings
}

unit_tests() {
  cargo test --release "${NATIVE[@]}" "$@"
}

stage "formatting" formatting
stage "file cycles" python3 scripts/file-circles.py
stage "alert rules" scripts/alert-rules.sh
scripts/build.sh
stage "lints" lint_native
stage "lints of the browser build" lint_browser
export -f unit_tests
stage "unit and integration tests" scripts/postgres.sh bash -euc "$(declare -p NATIVE); unit_tests"
stage "end-to-end tests" scripts/end2end.sh
total "make test"
