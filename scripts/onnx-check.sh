#!/usr/bin/env bash
# Writes ONNX files of every candidate on two public data sets and compares onnxruntime with our own engine. Installs its packages once, in
# some 20 seconds.
source "$(dirname "$0")/lib.sh"

folder=target/onnx-check
mkdir -p "$folder"
if [ ! -x "$folder/venv/bin/python" ]; then
  python3 -m venv "$folder/venv"
  "$folder/venv/bin/pip" install --quiet onnx==1.23.2 onnxruntime==1.32.0 numpy
fi
cargo build --release "${NATIVE[@]}" --example onnx_cases
target/release/examples/onnx_cases "$folder/cases"
"$folder/venv/bin/python" scripts/onnx-check.py "$folder/cases"
