#!/usr/bin/env bash
# Long checks, of which `make test` runs a slice: 10 000 sequences of registry operations on each database, a database locked for 20
# seconds, 50 killed promotions, 1000 simulated months without change for each number of rows, 10 000 mutated files, 90 trainings whose
# scores are held against what happened, 50 servers killed during a cycle on each database, 24 months with a change and 20 years without,
# ONNX files against onnxruntime, MLflow's own clients in two versions and the API under Schemathesis, which are downloaded. Takes half an hour; never in CI.
source "$(dirname "$0")/lib.sh"

export TENURE_SOAK=1
# soak TEST-FILE FILTER…: runs the tests at full length and shows their output.
soak() {
  # The usual selection of packages, then one test file: another selection recompiles the dependencies.
  cargo test --release "${NATIVE[@]}" --test "$1" -- --nocapture "${@:2}"
}

export -f soak
stage "random sequences of registry operations" scripts/postgres.sh bash -euc "$(declare -p NATIVE); soak registry_model"
stage "a database locked for 20 seconds" soak healing locked
stage "killed promotions" soak review killed
stage "a server killed 50 times during a cycle" scripts/postgres.sh bash -euc "$(declare -p NATIVE); soak killed_cycles"
stage "two years of simulated months" soak replay
stage "false-alarm rates" soak false_alarms
stage "scores of known people" soak features honest_scores
stage "mutated files" soak mutations
stage "ONNX files against onnxruntime" scripts/onnx-check.sh
stage "MLflow's own clients" scripts/mlflow-client.sh
stage "the API under Schemathesis and attacks" scripts/api-fuzz.sh
total "make soak"
