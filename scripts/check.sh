#!/usr/bin/env bash
# The fast loop: format, lints and docs of the server's half, unit tests on SQLite. `make test` has the rest.
source "$(dirname "$0")/lib.sh"

documentation() {
  RUSTDOCFLAGS="-D warnings" cargo doc --release "${NATIVE[@]}" --no-deps
}

unit_tests() {
  # The tests beside the code; those of `tests/` folders go through the built binary, both databases and the shared folder.
  env -u TENURE_TEST_POSTGRES cargo test --release "${NATIVE[@]}" --lib --bins "$@"
}

stage "formatting" cargo fmt --all --check
stage "lints" cargo clippy --release "${NATIVE[@]}" --all-targets -- -D warnings
stage "documentation" documentation
stage "unit tests" unit_tests
total "make check"
