# Sourced by the other scripts: says what it is doing and how long it took.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
BEGAN=$(date +%s)

# The server's half. Always the same choice: another one has other features, and would compile the dependencies again.
# `app` is built as the server needs it; the browser build has a target folder of its own.
NATIVE=(--workspace --exclude frontend --exclude bundle)

# stage NAME COMMAND…: the command under its name, with its time; its failure ends the script.
stage() {
  local name=$1 began
  shift
  began=$(date +%s)
  printf '\n── %s\n' "$name"
  "$@"
  printf '── %s: %d s\n' "$name" $(($(date +%s) - began))
}

total() {
  printf '\n── %s: %d s in all\n' "$1" $(($(date +%s) - BEGAN))
}

# npm_packages FOLDER: what package-lock.json says, installed once.
npm_packages() {
  local lock=$1/package-lock.json mark=$1/node_modules/.installed
  if ! cmp -s "$lock" "$mark"; then
    (cd "$1" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
    cp "$lock" "$mark"
  fi
}
