#!/usr/bin/env bash
# Server, browser build and site: target/release/tenure with target/site beside target/release.
source "$(dirname "$0")/lib.sh"

browser_build() {
  # A target folder of its own, so that the feature sets of server and browser do not push each other out.
  scripts/wasm-target.sh build -p frontend --lib --profile wasm-release --target-dir target/front
}

site() {
  local bundle=target/release/bundle wasm=target/front/wasm32-unknown-unknown/wasm-release/frontend.wasm
  local made=target/site/.made
  # The optimizer takes half a minute: only when something that goes into the site has changed.
  if [ -e "$made" ] && [ -z "$(find "$wasm" "$bundle" style public frontend/package-lock.json -newer "$made" -print -quit)" ]; then
    echo "the site is up to date"
    cat "$made"
    return
  fi
  local said
  said=$("$bundle" "$wasm" target/site)
  # Its time says how old the site is, its text how large the browser build.
  echo "$said" | tee "$made"
}

stage "build the server" cargo build --release "${NATIVE[@]}" --bins
stage "build the bundle tool" cargo build --release -p bundle
stage "build for the browser" browser_build
stage "npm packages of the browser build" npm_packages frontend
stage "make the site" site
total "make build"
