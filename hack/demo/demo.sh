#!/usr/bin/env bash
# Shows the operator at work on this machine: demo.sh OPERATOR.JAR. A cluster of its own, a PostgreSQL of its own, sample data,
# the samples of deploy/samples. Leaves all of it running; down.sh ends it. Run again, it uses what is running.
set -euo pipefail
. "$(dirname "$0")/state.sh"
built=$1

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; else bold="" dim="" plain=""; fi
title() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain"; }
say() { printf '%s\n' "$*"; }
fail() { printf '\n%s\nLogs: %s\n      %s\nStart over with: make demo-down demo\n' "$*" "$state/operator.log" "$CLUSTER_RUN/log/" >&2; exit 1; }
shown() { # command...: prints the command, as one would type it, and its output
  local line=$1 argument
  case $1 in kubectl) line+=" -n $namespace" ;; matview) line="kubectl matview -n $namespace" ;; psql) line+=' "$DATABASE_URL"' ;; esac
  for argument in "${@:2}"; do
    case $argument in *[\ {]*) line+=" '$argument'" ;; *) line+=" ${argument#"$root/"}" ;; esac
  done
  printf '%s$ %s%s\n' "$dim" "$line" "$plain"
  "$@" || fail "this failed: $line"
}
kubectl() { cluster_kubectl --namespace "$namespace" "$@"; }
matview() { PATH=$CLUSTER_BIN:$PATH "$root/deploy/kubectl/kubectl-matview" --kubeconfig "$CLUSTER_RUN/kubeconfig" -n "$namespace" "$@"; }
psql() { command psql --no-psqlrc --quiet --dbname "$(cat "$state/database-url")" "$@"; }
wait_for() { # seconds what-is-awaited command...
  local end=$((SECONDS + $1)) what=$2; shift 2
  until "$@" >/dev/null 2>&1; do
    [ ! -e "$state/operator.pid" ] || operator_pid >/dev/null || { tail -n 20 "$state/operator.log" >&2; fail "The operator ended."; }
    [ $SECONDS -lt "$end" ] || fail "Waited in vain for: $what"
    sleep 0.2
  done
}
status_is() { # resource jsonpath value
  [ "$(kubectl get matviewrefresh "$1" -o jsonpath="$2")" = "$3" ]
}

for program in psql openssl; do
  command -v $program >/dev/null || { echo "$program is needed (Debian: postgresql-client, openssl)" >&2; exit 1; }
done
java=$("$root/hack/jdk.sh")/bin/java

mkdir -p "$state"
[ -O "$state" ] || { echo "$state belongs to somebody else; choose another with MATVIEW_DEMO_STATE" >&2; exit 1; }
[ -e "$state/$demo_mark" ] || [ -z "$(ls -A "$state")" ] || { echo "$state holds something else than a demo" >&2; exit 1; }
chmod 711 "$state" # the database may run as a user of its own
touch "$state/$demo_mark"

title "A cluster of its own"
"$root/hack/cluster/up.sh"
unset KUBECONFIG

title "A PostgreSQL 18 of its own, with 10,000 groups and 1,000,000 members"
if [ -e "$state/database-url" ] && psql -c "SELECT 1" >/dev/null 2>&1; then
  say "already up"
else
  rm -f "$state/database-url"
  [ ! -e "$state/postgresql" ] || "$root/hack/postgres/server.sh" down "$state/postgresql"
  "$root/hack/postgres/server.sh" up 18 "$state/postgresql" 0
  port=$(cat "$state/postgresql/port") password=$(openssl rand -hex 16)
  command psql -X -q -v ON_ERROR_STOP=1 -d "$("$root/hack/postgres/server.sh" url "$state/postgresql")" \
    -c "CREATE ROLE app LOGIN PASSWORD '$password'" -c "CREATE DATABASE app OWNER app"
  (umask 077 && cat >"$state/database-url.new" <<<"postgresql://app:$password@localhost:$port/app?sslmode=verify-full&sslrootcert=$state/postgresql/tls/ca.crt")
  command psql --no-psqlrc --quiet --dbname "$(cat "$state/database-url.new")" -f "$root/hack/demo/data.sql" || fail "the sample data could not be loaded"
  mv "$state/database-url.new" "$state/database-url"
fi
url=$(cat "$state/database-url")
login=${url#postgresql://app:} password=${login%%@*} port=${login#*@localhost:} port=${port%%/*}

title "The operator, under the role that is shipped"
cluster_kubectl apply --server-side -f "$root/crds" -f "$root/deploy/rbac.yaml" >/dev/null || fail "crds/ and deploy/rbac.yaml could not be applied"
cluster_kubectl wait --for=condition=Established --timeout=30s crd/materializedviewrefreshes.matview.dev >/dev/null || fail "the CRD is not served"
if operator_pid >/dev/null && cmp -s "$built" "$state/operator.jar"; then
  say "already running"
else
  end_operator
  cp "$built" "$state/operator.jar"
  own_session=(nohup); ! command -v setsid >/dev/null || own_session=(setsid)
  KUBECONFIG=$CLUSTER_RUN/kubeconfig \
  KUBERNETES_IMPERSONATE_USERNAME=system:serviceaccount:matview-system:matview-operator \
  MATVIEW_ALLOW_LOOPBACK=true MALLOC_ARENA_MAX=2 QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT=0 \
    "${own_session[@]}" "$java" "@$root/deploy/jvm.options" -jar "$state/operator.jar" >"$state/operator.log" 2>&1 </dev/null &
  echo $! >"$state/operator.pid"
  say "process $(cat "$state/operator.pid"), log in $state/operator.log"
fi

title "A Secret as CloudNativePG writes it, and the resources of deploy/samples"
shown kubectl apply -f "$root/deploy/samples/00-namespace.yaml"
kubectl create secret generic analytics-db-app --dry-run=client -o yaml \
  --from-literal=username=app --from-literal=user=app --from-literal=password="$password" \
  --from-literal=host=localhost --from-literal=port="$port" --from-literal=dbname=app \
  --from-literal=uri="postgresql://app:$password@localhost:$port/app" | kubectl apply -f - || fail "the Secret could not be applied"
kubectl create secret generic analytics-db-ca --dry-run=client -o yaml \
  --from-file=ca.crt="$state/postgresql/tls/ca.crt" | kubectl apply -f - || fail "the CA's Secret could not be applied"
shown kubectl apply -f "$root/deploy/samples"

say "Waiting for the first refresh of each ..."
for resource in group-member-counts conversation-participants wip-by-station wip-ageing wip-summary; do
  wait_for 60 "$resource to be Succeeded" status_is $resource '{.status.lastRefreshStatus}' Succeeded
done
wait_for 60 "monthly-report to be Stalled" status_is monthly-report '{.status.conditions[?(@.type=="Stalled")].status}' True
shown kubectl get matviewrefresh

title "The tables change, the view does not"
count="SELECT * FROM group_member_counts WHERE group_id = 4711"
shown psql -c "$count"
shown psql -c "INSERT INTO members SELECT 4711, (SELECT max(user_id) FROM members) + n FROM generate_series(1, 1000) n"
shown psql -c "$count"

title "A refresh by hand, with the plugin of deploy/kubectl"
shown matview refresh group-member-counts --wait
shown psql -c "$count"

title "A resource that fails says why"
shown matview status monthly-report
shown kubectl get events --field-selector involvedObject.name=monthly-report -o custom-columns=TYPE:.type,REASON:.reason,MESSAGE:.message

title "Which view reads which"
shown matview graph

title "All of it goes on running. What to try"
cat <<TEXT
  eval "\$(make -s demo-env)"                          # KUBECONFIG and DATABASE_URL of the demo; puts kubectl matview on the PATH
  kubectl get matviewrefresh -A -o wide --watch       # the wip views are refreshed every few minutes
  kubectl matview list -n $namespace                    # ... status NAME, refresh --all --wait, suspend NAME, graph: kubectl matview help
  kubectl describe matviewrefresh -n $namespace monthly-report
  kubectl explain matviewrefresh.spec
  psql "\$DATABASE_URL" -c 'CREATE MATERIALIZED VIEW monthly_report AS SELECT 1 AS id; CREATE UNIQUE INDEX ON monthly_report (id)'
  psql "\$DATABASE_URL" -c 'DROP INDEX group_member_counts_key'    # and ask for a refresh: what does the status say?
  psql "\$DATABASE_URL" -c 'LISTEN matview_refreshed' -c 'SELECT pg_sleep(30)'   # meanwhile ask for a refresh of group-member-counts: it is told here
  tail -f $state/operator.log
  make demo-down                                      # ends it
TEXT
