#!/usr/bin/env bash
# The long checks, of which `make test` runs a slice: 10 000 sequences of registry operations on each database, a database locked for 20
# seconds, 50 killed promotions, 1000 simulated months without change for each number of rows. Half an hour; never in CI.
source "$(dirname "$0")/lib.sh"

export TENURE_SOAK=1
# soak TEST-FILE FILTER…: its tests with their whole length, and what they print.
soak() {
  # The same choice of packages as everywhere, then one test file: another choice would compile the dependencies again.
  cargo test --release "${NATIVE[@]}" --test "$1" -- --nocapture "${@:2}"
}

export -f soak
stage "registry: random sequences against the rules" scripts/postgres.sh bash -euc "$(declare -p NATIVE); soak registry_model"
stage "a database locked for 20 seconds" soak healing locked
stage "promotions that are killed" soak review killed
stage "alarms by chance" soak false_alarms
total "make soak"
