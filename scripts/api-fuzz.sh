#!/usr/bin/env bash
# Schemathesis against the OpenAPI document of a running demo, all checks and stateful, and then clients that no program should be.
# EXAMPLES=100 for more of them, SEED for the same ones again. Part of `make soak`.
source "$(dirname "$0")/lib.sh"

export PYTHONDONTWRITEBYTECODE=1 SCHEMATHESIS_REPORT=false
FOLDER=$(mktemp -d)
SERVER=""
end() {
  [ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null || true
  rm -rf "$FOLDER"
}
trap end EXIT

environment() {
  local pins=scripts/api-fuzz/requirements.txt
  if ! cmp -s "$pins" target/api-fuzz/requirements.txt; then
    python3 -m venv --clear target/api-fuzz
    target/api-fuzz/bin/pip install --quiet --disable-pip-version-check -r "$pins"
    cp "$pins" target/api-fuzz/
  fi
}

serve() {
  export TENURE_DATA_DIR=$FOLDER/data
  target/release/tenure demo --months "${MONTHS:-6}" --addr 127.0.0.1:0 > "$FOLDER/log" 2>&1 &
  SERVER=$!
  for _ in $(seq 600); do
    URL=$(sed -n 's/^Tenure is running at //p' "$FOLDER/log")
    [ -n "$URL" ] && break
    kill -0 "$SERVER" 2>/dev/null || { cat "$FOLDER/log" >&2; exit 1; }
    sleep 0.5
  done
  printf 'a very private phrase\n' | target/release/tenure user add fuzz --role analyst --role admin --role reviewer --password-stdin
  TOKEN=$(target/release/tenure user token create fuzz --json \
    --scope read,predict,people,data,train,request_review,monitor,admin,tracking \
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
}

# fuzz CONFIG ARGUMENT…; what it keeps of a run is thrown away with the demo.
fuzz() {
  local config=$1 here=$PWD
  shift
  cd "$FOLDER"
  "$here/target/api-fuzz/bin/schemathesis" --config-file "$config" run "$URL/api/v1/openapi.json" --url "$URL" \
    -H "Authorization: Bearer $TOKEN" --checks all --max-examples "${EXAMPLES:-30}" --workers 1 --no-color --continue-on-failure \
    --request-timeout 60 ${SEED:+--seed "$SEED"} "$@"
  cd "$here"
}

stage "Python environment in target/api-fuzz" environment
stage "build the server" cargo build --release "${NATIVE[@]}" --bins
stage "start a demo" serve
python3 scripts/api-fuzz/known.py "$URL" "$TOKEN" > "$FOLDER/known.toml"
stage "Schemathesis, with ids that there are" fuzz "$FOLDER/known.toml" "$@"
stage "Schemathesis" fuzz "$PWD/scripts/api-fuzz/schemathesis.toml" "$@"
stage "attacks" target/api-fuzz/bin/python scripts/api-fuzz/attacks.py "$URL" "$TOKEN"
total "api-fuzz"
