#!/usr/bin/env bash
# The tests that failed, by the reports under target/.
#   failed-tests.sh          prints each with the first line of why
#   failed-tests.sh names    prints each as Maven selects it: Class#method, or Class where no test of it could begin
set -euo pipefail
cd "$(dirname "$0")/.."

shopt -s nullglob
reports=(target/surefire-reports/TEST-*.xml target/failsafe-reports/TEST-*.xml)
[ ${#reports[@]} -gt 0 ] || exit 0
awk -v names="${1:-}" '
  function attribute(name,   value) {
    if (!match($0, " " name "=\"[^\"]*\"")) return ""
    value = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
    gsub(/&#10;/, " ", value)
    gsub(/&quot;/, "\"", value); gsub(/&lt;/, "<", value); gsub(/&gt;/, ">", value); gsub(/&amp;/, "\\&", value)
    return value
  }
  /<testcase / { class = attribute("classname"); method = attribute("name") }
  /<(failure|error)[ >]/ {
    if (names == "") { print "  " class "." method ": " substr(attribute("message"), 1, 400); next }
    # Class templates and parameters have numbers behind them.
    sub(/\[.*/, "", class); sub(/.*\./, "", class); sub(/[([{].*/, "", method)
    print method == "" ? class : class "#" method
  }
' "${reports[@]}" | { if [ -n "${1:-}" ]; then sort -u; else cat; fi; }
