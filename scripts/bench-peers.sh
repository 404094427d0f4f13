#!/usr/bin/env bash
# Runs Tenure's benchmarks and then comparable Python tools on the same two cores; one table, also in target/bench-peers.txt.
# PEERS_QUICK=1 is a smoke test of the scripts: tiny sizes, no benchmarks of Tenure, and a table without meaning.
source "$(dirname "$0")/lib.sh"

export TENURE_SHARED=${TENURE_SHARED:-$PWD/../shared} PYTHONDONTWRITEBYTECODE=1 DO_NOT_TRACK=1
if [ ! -r "$TENURE_SHARED/data/ibm_hr_attrition_1470.csv" ]; then
  echo "ibm_hr_attrition_1470.csv is not in $TENURE_SHARED/data. Set TENURE_SHARED to the shared folder." >&2
  exit 1
fi
CORES=$(python3 -c 'import os; print(*sorted(os.sched_getaffinity(0))[:2])')

environment() {
  local pins=benches/python/requirements.txt
  if ! cmp -s "$pins" target/peers/requirements.txt; then
    python3 -m venv --clear target/peers
    target/peers/bin/pip install --quiet --disable-pip-version-check -r "$pins"
    cp "$pins" target/peers/
  fi
}

# ours CORES FILE: the output of `make bench` on those cores.
ours() {
  taskset -c "$1" make -s bench | tee "$2.part"
  mv "$2.part" "$2"
}

two=target/bench-two-cores.txt one=target/bench-one-core.txt table=target/bench-peers.txt
stage "Python environment in target/peers" environment
if [ "${PEERS_QUICK:-}" = 1 ]; then
  table=target/bench-peers-smoke.txt
else
  stage "build the server" cargo build --release "${NATIVE[@]}" --bins
  stage "Tenure on two cores" ours "${CORES/ /,}" "$two"
  stage "Tenure on one core" ours "${CORES% *}" "$one"
fi
stage "Python tools" target/peers/bin/python benches/python/compare.py "$two" "$one" "$table"
total "make bench-peers"
