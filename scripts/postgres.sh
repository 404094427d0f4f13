#!/usr/bin/env bash
# Runs a command with a temporary PostgreSQL server: `scripts/postgres.sh COMMAND…` sets TENURE_TEST_POSTGRES.
set -euo pipefail

binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1 || true)
if [ -z "$binaries" ]; then
  if [ "${TENURE_REQUIRE_SHARED:-}" = 1 ]; then
    echo "There are no PostgreSQL binaries in /usr/lib/postgresql, and TENURE_REQUIRE_SHARED=1 does not allow skipping tests." >&2
    exit 1
  fi
  echo "SKIPPED: PostgreSQL tests (no binaries in /usr/lib/postgresql)" >&2
  exec "$@"
fi

# PostgreSQL does not run as root.
as_owner() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  owner=$(id -u postgres >/dev/null 2>&1 && echo postgres || echo nobody)
  as_owner() { setpriv --reuid="$owner" --regid="$(id -g "$owner")" --clear-groups "$@"; }
fi

folder=$(mktemp -d /tmp/tenure-postgres.XXXXXX)
[ "$(id -u)" != 0 ] || chown "$owner" "$folder"
clean() {
  as_owner "$binaries/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap clean EXIT

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$folder"
as_owner "$binaries/initdb" -D "$folder/data" -U tenure -A trust --encoding=UTF8 --locale=C >/dev/null
# Members of the role tenure_passwords sign in with a password, everybody else without.
sed -i '1i host all +tenure_passwords 127.0.0.1/32 scram-sha-256' "$folder/data/pg_hba.conf"
# The data is temporary, so there is no need to wait for the disk.
as_owner "$binaries/pg_ctl" -D "$folder/data" -w -l "$folder/log" \
  -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200" start >/dev/null
cd - >/dev/null
export TENURE_TEST_POSTGRES="postgres://tenure@127.0.0.1:$port/postgres"
"$@"
