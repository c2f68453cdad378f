#!/usr/bin/env bash
# The tests of Maven: unit, database, API server: test.sh [-Dtest=... -Dit.test=...]. Wants JAVA_HOME, the control plane and the PostgreSQL servers.
# They time real servers on machines that others use too: up to 3 that fail are repeated once, by themselves, and both is
# said. What fails again, or with more than 2 others, fails.
set -euo pipefail
cd "$(dirname "$0")/.."
most=3
started=$SECONDS
mkdir -p target
rm -rf target/surefire-reports target/failsafe-reports

maven() { hack/cluster/with.sh mvn -B -ntp verify "$@"; }
failed() {
  { echo "Tests failed:"; hack/failed-tests.sh; echo "More of them: above, and in target/surefire-reports and target/failsafe-reports."; } >&2
  exit 1
}
joined() { paste -sd, -; }

maven -Dmaven.test.failure.ignore=true "$@" || failed
names=$(hack/failed-tests.sh names)
[ -s target/failsafe-reports/failsafe-summary.xml ] || { echo "The tests did not come to their end." >&2; exit 1; }
if [ -n "$names" ]; then
  [ "$(wc -l <<<"$names")" -le $most ] || failed
  first=$(hack/failed-tests.sh)
  printf 'Failed, and repeated once:\n%s\n' "$first" >&2
  tests=$(grep -v 'IT\(#\|$\)' <<<"$names" | joined || true)
  its=$(grep 'IT\(#\|$\)' <<<"$names" | joined || true)
  rm -rf target/surefire-reports target/failsafe-reports
  maven "-Dtest=${tests:-none}" "-Dit.test=${its:-none}" -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false || failed
  printf 'Passed only when they were repeated:\n%s\n' "$first"
fi
echo "All tests passed (charts, unit, database on PostgreSQL 14 to 18, API server) in $((SECONDS - started)) s."
