# Sourced by the other scripts: prints each stage and its duration.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
BEGAN=$(date +%s)

# Packages of the server build. Always use the same selection: another one has other features and recompiles the dependencies.
# `app` is built with the features of the server; the browser build has its own target folder.
NATIVE=(--workspace --exclude frontend --exclude bundle)

# stage NAME COMMAND…: runs a command and prints its name and duration; a failure ends the script.
stage() {
  local name=$1 began
  shift
  began=$(date +%s)
  printf '\n── %s\n' "$name"
  "$@"
  printf '── %s: %d s\n' "$name" $(($(date +%s) - began))
}

total() {
  printf '\n── %s: %d s in total\n' "$1" $(($(date +%s) - BEGAN))
}

# npm_packages FOLDER: installs the packages of package-lock.json once.
npm_packages() {
  local lock=$1/package-lock.json mark=$1/node_modules/.installed
  if ! cmp -s "$lock" "$mark"; then
    (cd "$1" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
    cp "$lock" "$mark"
  fi
}
