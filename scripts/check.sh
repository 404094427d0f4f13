#!/usr/bin/env bash
# Fast checks: formatting, lints and documentation of the server build, unit tests on SQLite. `make test` runs the rest.
source "$(dirname "$0")/lib.sh"

documentation() {
  RUSTDOCFLAGS="-D warnings" cargo doc --release "${NATIVE[@]}" --no-deps
}

unit_tests() {
  # Tests next to the code; those in `tests/` folders need the built binary, both databases and the shared folder.
  env -u TENURE_TEST_POSTGRES cargo test --release "${NATIVE[@]}" --lib --bins "$@"
}

stage "formatting" cargo fmt --all --check
stage "file cycles" python3 scripts/file-circles.py
stage "lints" cargo clippy --release "${NATIVE[@]}" --all-targets -- -D warnings
stage "documentation" documentation
stage "unit tests" unit_tests
total "make check"
