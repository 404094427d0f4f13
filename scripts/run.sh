#!/usr/bin/env bash
# Serves the store in ./tenure-data if it exists, otherwise a new demo.
source "$(dirname "$0")/lib.sh"

scripts/build.sh
if [ -e tenure-data/tenure.db ]; then
  exec target/release/tenure serve
fi
exec target/release/tenure demo
