#!/usr/bin/env bash
# Runs Playwright against the built binary, in Debian's Chromium. Arguments are passed to Playwright.
source "$(dirname "$0")/lib.sh"

if ! command -v chromium >/dev/null; then
  if [ "$(id -u)" != 0 ]; then
    echo "Chromium is missing. Install it (Debian: apt-get install chromium) and try again." >&2
    exit 1
  fi
  apt-get update
  apt-get install -y --no-install-recommends chromium
fi
npm_packages end2end
# Server and browser must score the same people identically: the fixture comes from native code, the page loads the same code as WebAssembly.
cargo build --release "${NATIVE[@]}" --example bits
target/release/examples/bits target/scorer
scripts/wasm-target.sh build -p scorer --lib --profile wasm-release --target-dir target/front
target/release/bundle bind target/front/wasm32-unknown-unknown/wasm-release/scorer.wasm target/scorer
cd end2end
exec npx playwright test "$@"
