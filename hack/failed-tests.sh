#!/usr/bin/env bash
# Prints the tests that failed, each with the first line of why, from the reports under target/.
set -euo pipefail
cd "$(dirname "$0")/.."

shopt -s nullglob
reports=(target/surefire-reports/TEST-*.xml target/failsafe-reports/TEST-*.xml)
[ ${#reports[@]} -gt 0 ] || exit 0
awk '
  function attribute(name,   value) {
    if (!match($0, " " name "=\"[^\"]*\"")) return ""
    value = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
    sub(/&#10;.*/, "", value); gsub(/&quot;/, "\"", value); gsub(/&lt;/, "<", value); gsub(/&gt;/, ">", value)
    gsub(/&amp;/, "\\&", value)
    return value
  }
  /<testcase / { test = attribute("classname") "." attribute("name") }
  /<(failure|error)[ >]/ { print "  " test ": " substr(attribute("message"), 1, 400) }
' "${reports[@]}"
