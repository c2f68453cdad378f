#!/usr/bin/env bash
# Measures the image as the pod of a CronJob: one refresh of a small view, from the start of its container to its end. refresh.sh [CORES [ROUNDS]]
# Needs the image in a Docker (docker load), and starts a PostgreSQL 18 of its own for it. MEMORY is the limit; default: the chart's, 128m.
set -euo pipefail
. "$(dirname "$0")/source.sh"
cores=${1:-2} rounds=${2:-5} memory=${MEMORY:-128m}
server=$root/hack/postgres/server.sh
state=$(mktemp -d "${TMPDIR:-/tmp}/matview-refresh.XXXXXX")
chmod 711 "$state" # the database may run as a user of its own, and the container does
container=
end() {
  [ -z "$container" ] || docker rm -f "$container" >/dev/null
  "$server" down "$state/postgresql"
  rm -rf "$state"
}
trap end EXIT

"$server" up 18 "$state/postgresql" 0
psql() { command psql -X -q -v ON_ERROR_STOP=1 "$@"; }
password=$(openssl rand -hex 16)
superuser=$("$server" url "$state/postgresql")
psql -d "$superuser" -c "CREATE ROLE app LOGIN PASSWORD '$password'" -c "CREATE DATABASE app OWNER app"
psql -d "${superuser%/*}/app" -c "SET ROLE app" \
  -c "CREATE MATERIALIZED VIEW numbers AS SELECT n FROM generate_series(1, 10000) n" -c "CREATE UNIQUE INDEX ON numbers (n)"

# As the kubelet mounts the Secret and the file for the result.
mkdir -p "$state"/mounts/{database,authority}
write() { printf %s "$2" >"$state/mounts/database/$1"; } # key value
write host 127.0.0.1; write port "$(cat "$state/postgresql/port")"; write dbname app; write username app; write password "$password"
cp "$state/postgresql/tls/ca.crt" "$state/mounts/authority/ca.crt"
chmod -R a+rX "$state/mounts"
: >"$state/result" && chmod 666 "$state/result"
request=$(jq -c . <<'JSON'
{"generation": 1, "view": {"schema": "public", "name": "numbers"}, "mode": "Concurrent", "bounds": {"lock": "PT0.5S", "refresh": "PT1M"}, "check": false,
 "database": {"secretRef": {"name": "database"}, "tls": {"mode": "VerifyFull", "ca": {"secretKeyRef": {"name": "database", "key": "ca.crt"}}}},
 "mayOverride": false, "policy": {"requireAuth": "scram-sha-256", "allowedHosts": {"entries": []}, "allowLoopback": true, "connectTimeout": "PT10S"},
 "cronJob": "numbers-00000000", "earlierSchedules": [], "timeZone": "Etc/UTC"}
JSON
)

for _ in $(seq "$rounds"); do
  container=$(docker create --network host --cpus "$cores" --memory "$memory" --memory-swap "$memory" --read-only --tmpfs /tmp \
    -v "$state/mounts:/var/run/matview:ro" -v "$state/result:/dev/termination-log" \
    -e MATVIEW_REQUEST="$request" -e MATVIEW_JOB=numbers-00000000-r1 ${JDK_JAVA_OPTIONS:+-e JDK_JAVA_OPTIONS} "$image" refresh)
  started=$(date +%s%N)
  docker start --attach "$container" >"$state/log" 2>&1 || { echo "the command failed:" >&2; cat "$state/log" >&2; exit 1; }
  echo "$(($(date +%s%N) - started))" >>"$state/took"
  jq -e '.kind == "Refreshed"' "$state/result" >/dev/null || { echo "not refreshed:" >&2; cat "$state/result" >&2; exit 1; }
  docker rm -f "$container" >/dev/null
  container=
done
sort -n "$state/took" | awk -v cores="$cores" -v memory="$memory" '{ took[NR] = $1 / 1e9 }
  END { printf "refreshed after %.2f s (median of %d, %.2f to %.2f), %s cores, %s\n", took[int((NR + 1) / 2)], NR, took[1], took[NR], cores, memory }'
