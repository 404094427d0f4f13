#!/usr/bin/env bash
# Builds the server from scratch in target/build-times and prints the twenty slowest crates, for the table in ARCHITECTURE.md.
# Unit-seconds: the total time of a crate's build script, code and host copies. Run it on an idle machine.
source "$(dirname "$0")/lib.sh"

rm -rf target/build-times
stage "build the server from scratch" cargo build --release "${NATIVE[@]}" --bins --timings --target-dir target/build-times
python3 - target/build-times/cargo-timings/cargo-timing.html <<'PYTHON'
import collections, json, re, sys

page = open(sys.argv[1], encoding="utf-8").read()
units = json.loads(re.search(r"const UNIT_DATA = (\[.*?\]);\n", page, re.DOTALL).group(1))
seconds = collections.Counter()
for unit in units:
    seconds[unit["name"]] += unit["duration"]
print(f"{sum(seconds.values()):.0f} unit-seconds in {len(units)} units of {len(seconds)} crates")
for name, time in seconds.most_common(20):
    print(f"| {name} | {time:.0f} |")
PYTHON
total "build times"
