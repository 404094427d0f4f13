#!/usr/bin/env bash
# Playwright against the built binary, in Debian's Chromium. Arguments go to Playwright.
source "$(dirname "$0")/lib.sh"

if ! command -v chromium >/dev/null; then
  if [ "$(id -u)" != 0 ]; then
    echo "Chromium is missing: install it (Debian: apt-get install chromium) and run again" >&2
    exit 1
  fi
  apt-get update
  apt-get install -y --no-install-recommends chromium
fi
npm_packages end2end
cd end2end
exec npx playwright test "$@"
