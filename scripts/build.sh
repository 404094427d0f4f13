#!/usr/bin/env bash
# Builds the server, the browser build and the site: target/release/tenure and target/site.
source "$(dirname "$0")/lib.sh"

browser_build() {
  # A separate target folder, so that the feature sets of server and browser do not invalidate each other.
  scripts/wasm-target.sh build -p frontend --lib --profile wasm-release --target-dir target/front
}

site() {
  local bundle=target/release/bundle wasm=target/front/wasm32-unknown-unknown/wasm-release/frontend.wasm
  local made=target/site/.made
  # The optimizer takes half a minute, so it runs only when an input of the site has changed.
  if [ -e "$made" ] && [ -z "$(find "$wasm" "$bundle" style public frontend/package-lock.json -newer "$made" -print -quit)" ]; then
    echo "The site is up to date."
    cat "$made"
    return
  fi
  local said
  said=$("$bundle" "$wasm" target/site)
  # The timestamp is the age of the site, the text the size of the browser build.
  echo "$said" | tee "$made"
}

stage "build the server" cargo build --release "${NATIVE[@]}" --bins
stage "build the bundle tool" cargo build --release -p bundle
stage "build for the browser" browser_build
stage "npm packages of the browser build" npm_packages frontend
stage "build the site" site
total "make build"
