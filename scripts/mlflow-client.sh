#!/usr/bin/env bash
# MLflow's own client against a Tenure server, in both pinned versions: every call of scripts/mlflow_client.py, and the recipes of docs/mlflow.md.
# Downloads the clients from PyPI once (target/mlflow-VERSION). Arguments go to the script: part of a name, -v, --table.
source "$(dirname "$0")/lib.sh"

VERSIONS=(2.17.2 3.17.2)
WORK=$(mktemp -d)
trap 'kill "${SERVER:-}" 2>/dev/null; rm -rf "$WORK"' EXIT

# A store with a trained version, as the demo has it, and two accounts: who may train, and who may read.
prepare() {
  local tenure=target/release/tenure
  export TENURE_DATA_DIR=$WORK/data
  "$tenure" simulate --use-case attrition --people 400 --months 2 --seed 7 --out "$WORK/months" >/dev/null
  "$tenure" data import "$WORK"/months/training.csv --use-case attrition --for training --as-of 2025-01-01 >/dev/null 2>&1
  "$tenure" train --use-case attrition --trials 2 --candidates logistic_regression >/dev/null 2>&1
  "$tenure" user add trainer --role admin --role analyst >/dev/null
  "$tenure" user add reader --role reviewer >/dev/null
  "$tenure" serve --addr 127.0.0.1:0 >"$WORK/serve.log" 2>&1 &
  SERVER=$!
  for _ in $(seq 100); do
    URL=$(sed -n 's/.*running at \(http[^ ]*\).*/\1/p' "$WORK/serve.log")
    [ -n "$URL" ] && break
    sleep 0.1
  done
  export MLFLOW_TRACKING_URI=$URL
  MLFLOW_TRACKING_TOKEN=$("$tenure" user token create trainer --scope manage --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
  READER_TOKEN=$("$tenure" user token create reader --scope read --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
  export MLFLOW_TRACKING_TOKEN READER_TOKEN
}

client() {
  local version=$1 place=target/mlflow-$1
  shift
  if [ ! -x "$place/bin/python" ] || ! "$place/bin/python" -c 'import mlflow, sklearn, xgboost, matplotlib' 2>/dev/null; then
    python3 -m venv "$place"
    "$place/bin/pip" install -q "mlflow==$version" scikit-learn xgboost matplotlib setuptools
  fi
  "$place/bin/python" scripts/mlflow_client.py "$@"
}

scripts/build.sh >/dev/null
stage "a store" prepare
for version in "${VERSIONS[@]}"; do
  stage "MLflow $version" client "$version" "$@"
done
total "MLflow clients"
