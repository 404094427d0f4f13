#!/usr/bin/env bash
# `/predict` with three reasons and the prediction log on (all values kept), beside FastAPI + XGBoost + SHAP: the same machine, the same load
# tool (wrk), one after the other. Part of `make bench-peers`; also on its own. The table goes to target/bench-predict.txt.
# BENCH_SECONDS: per measurement (10). BENCH_SOAK: seconds of full load at the end, to see memory (300; 0: none).
source "$(dirname "$0")/lib.sh"

shared=${TENURE_SHARED:-$PWD/../shared} seconds=${BENCH_SECONDS:-10} soak=${BENCH_SOAK:-300}
export BENCH_DATA=$shared/data/ibm_hr_attrition_1470.csv
work=$(mktemp -d) table=target/bench-predict.txt
tenure=${TENURE_BIN:-$PWD/target/release/tenure}
peers=${BENCH_VENV:-target/peers-predict}
pids=()
finish() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }
[ -r "$BENCH_DATA" ] || { echo "$BENCH_DATA is missing. Set TENURE_SHARED to the shared folder." >&2; exit 1; }

environment() {
  local pins=benches/predict/requirements.txt
  if ! [ -x "$peers/bin/uvicorn" ]; then
    python3 -m venv "$peers"
    "$peers/bin/pip" install --quiet --disable-pip-version-check -r "$pins"
  fi
}

export TENURE_DATA_DIR=$work/data TENURE_PASSWORD="a long phrase of the bench"
unset TENURE_DATABASE
store() {
  local own=(--use-case attrition)
  "$tenure" data import "$BENCH_DATA" "${own[@]}" --for training --as-of 2024-01-01 >/dev/null
  "$tenure" train "${own[@]}" --trials 10 --candidates gradient_boosting >/dev/null 2>&1
  echo "$TENURE_PASSWORD" | "$tenure" user add rita --role reviewer --password-stdin >/dev/null
  echo "$TENURE_PASSWORD" | "$tenure" user add ann --role analyst --password-stdin >/dev/null
  "$tenure" model request 1 "${own[@]}" >/dev/null
  "$tenure" model approve 1 "${own[@]}" --as rita --reason "bench" >/dev/null
}

# request FILE FORM: a script for wrk that sends the first person of the table; for Tenure without the outcome.
request() {
  python3 - "$1" "$2" "$token" <<'PY'
import csv, json, os, sys
out, form, token = sys.argv[1:]
rows = list(csv.DictReader(open(os.environ["BENCH_DATA"])))
for row in rows:
    del row["Attrition"]
number = lambda text: float(text) if text.replace(".", "", 1).isdigit() else text
if form == "peer":
    dropped = ["EmployeeNumber", "EmployeeCount", "Over18", "StandardHours"]
    body = {name: number(value) for name, value in rows[0].items() if name not in dropped}
elif form == "one":
    body = {"use_case": "attrition", "record": {name: number(value) for name, value in rows[0].items()}, "reasons": 3}
else:
    records = [{name: number(value) for name, value in row.items()} for row in rows[:1000]]
    body = {"use_case": "attrition", "records": records, "reasons": 3}
lines = ['wrk.method = "POST"', "wrk.body = %s" % json.dumps(json.dumps(body)), 'wrk.headers["Content-Type"] = "application/json"',
         'wrk.headers["Authorization"] = "Bearer %s"' % token]
open(out, "w").write("\n".join(lines) + "\n")
PY
}

answers() { # URL
  for _ in $(seq 300); do
    curl -s -o /dev/null --max-time 2 "$1" && return
    sleep 0.2
  done
  echo "$1 does not answer" >&2
  exit 1
}

# measure NAME URL SCRIPT CONNECTIONS SECONDS
measure() {
  local threads=1
  wrk -t "$threads" -c "$4" -d "${5:-$seconds}" --latency --timeout 30 -s "$3" "$2" >"$work/out.txt"
  awk -v name="$1" -v connections="$4" -v load="$(cut -d' ' -f1 /proc/loadavg)" '
    /^ +50%/ { p50 = $2 } /^ +99%/ { p99 = $2 } /^Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = $NF }
    END { printf "%-34s %11d %12.1f %10s %10s %8s %6s\n", name, connections, rate, p50, p99, bad + 0, load }' "$work/out.txt" | tee -a "$table"
}

port=38411
serve() { # COMMAND…: in the background
  "$@" >"$work/server.txt" 2>&1 &
  pids+=($!)
}
stop() {
  kill "${pids[-1]}"
  wait "${pids[-1]}" 2>/dev/null || true
  unset 'pids[-1]'
}

bench_tenure() {
  serve "$tenure" serve --addr "127.0.0.1:$port"
  answers "http://127.0.0.1:$port/healthz"
  local url=http://127.0.0.1:$port/api/v1/predict
  request "$work/one.lua" one
  request "$work/many.lua" many
  measure "warm-up" "$url" "$work/one.lua" 4 2 >/dev/null
  sed -i '/^warm-up/d' "$table"
  for connections in 1 16 64; do measure "Tenure, 3 reasons, log" "$url" "$work/one.lua" "$connections"; done
  measure "Tenure, batches of 1 000" "$url/batch" "$work/many.lua" 2
  if [ "$soak" -gt 0 ]; then
    local pid=${pids[-1]}
    memory() { awk '/^VmRSS/ { print int($2 / 1024) }' "/proc/$pid/status"; }
    measure "Tenure, first minute of load" "$url" "$work/one.lua" 16 60
    local before after
    before=$(memory)
    measure "Tenure, $soak s of load" "$url" "$work/one.lua" 16 "$soak"
    after=$(memory)
    echo "Memory after the first minute of load: $before MB, $soak s later: $after MB" | tee -a "$table"
  fi
  stop
  local entry
  "$tenure" prediction-log export --use-case attrition --kind single --out "$work/log.jsonl" --since "$(date -u +%F)" >/dev/null 2>&1 || true
  entry=$(sqlite_mean)
  echo "Bytes per entry (all values, 3 reasons): $entry" | tee -a "$table"
}

sqlite_mean() {
  python3 -c 'import os, sqlite3; own = sqlite3.connect(os.environ["TENURE_DATA_DIR"] + "/tenure.db"); print(*own.execute("select round(avg(length(entry))), count(*) || \" entries in the database\" from prediction where kind = \"single\"").fetchone())'
}

bench_peer() { # WORKERS
  serve "$peers/bin/uvicorn" --app-dir benches/predict peer:app --port "$port" --workers "$1" --log-level error --no-access-log
  answers "http://127.0.0.1:$port/docs"
  sleep 5
  request "$work/peer.lua" peer
  for connections in 1 16 64; do measure "FastAPI + XGBoost + SHAP, $1 w." "http://127.0.0.1:$port/predict" "$work/peer.lua" "$connections"; done
  stop
}

mkdir -p target
{
  echo "$(date -u '+%F %H:%M UTC'), $(nproc) processors for server and load tool together, $(uname -sr), load before: $(cut -d' ' -f1-3 /proc/loadavg)"
  printf "%-34s %11s %12s %10s %10s %8s %6s\n" what connections requests/s p50 p99 non-2xx load
} | tee "$table"
stage "Python environment in $peers" environment
stage "a store with a live version" store
token=$("$tenure" user token create ann --scope predict --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["token"])')
bench_tenure
bench_peer 1
bench_peer 2
total "scripts/bench-predict.sh"
