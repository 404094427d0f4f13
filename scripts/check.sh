#!/usr/bin/env bash
# Fast checks: formatting, lints and documentation of the server build, and the unit tests (on SQLite) of the crates that have changed since
# their tests last passed. What a change breaks in the crates above it, `make test` finds: it runs all tests.
source "$(dirname "$0")/lib.sh"

documentation() {
  RUSTDOCFLAGS="-D warnings" cargo doc --release "${NATIVE[@]}" --no-deps
}

# The content of a crate, and of what it is built from elsewhere.
fingerprint() {
  local crate=$1 elsewhere=(Cargo.lock)
  [ "$crate" != crates/store ] || elsewhere+=(migrations)
  find "$crate" "${elsewhere[@]}" -type f -not -path '*/node_modules/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum
}

unit_tests() {
  local crate name passed=target/checked changed=() kinds=(--lib)
  mkdir -p "$passed"
  for crate in app server crates/*; do
    name=${crate##*/}
    [ "$(fingerprint "$crate")" = "$(cat "$passed/$name" 2>/dev/null)" ] || changed+=("$name")
  done
  if [ ${#changed[@]} = 0 ]; then
    echo "No crate has changed since its unit tests passed."
    return
  fi
  echo "Unit tests of: ${changed[*]}"
  # The binary of the server is selected along with them so that dependencies keep their features and are not compiled again.
  [[ " ${changed[*]} " != *" server "* ]] || kinds+=(--bins)
  # Tests next to the code; those in `tests/` folders need the built binary, both databases and the shared folder.
  env -u TENURE_TEST_POSTGRES cargo test --release -p server "${changed[@]/#/--package=}" "${kinds[@]}"
  for crate in app server crates/*; do fingerprint "$crate" >"$passed/${crate##*/}"; done
}

stage "formatting" cargo fmt --all --check
stage "file cycles" python3 scripts/file-circles.py
stage "lints" cargo clippy --release "${NATIVE[@]}" --all-targets -- -D warnings
stage "documentation" documentation
stage "unit tests" unit_tests
total "make check"
