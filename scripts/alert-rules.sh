#!/usr/bin/env bash
# Checks the Prometheus files of deploy/ with promtool, and the dashboard as JSON.
source "$(dirname "$0")/lib.sh"

if ! command -v promtool > /dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    if [ -n "${TENURE_REQUIRE_SHARED:-}" ]; then
      echo "promtool is missing. Install it (Debian: apt-get install prometheus) and try again." >&2
      exit 1
    fi
    echo "Skipped: promtool is missing (Debian: apt-get install prometheus)."
    exit 0
  fi
  apt-get update
  apt-get install -y --no-install-recommends prometheus
fi
promtool check rules deploy/prometheus/rules.yml
promtool check config --syntax-only deploy/prometheus/prometheus.yml
python3 -m json.tool deploy/grafana/tenure.json > /dev/null
