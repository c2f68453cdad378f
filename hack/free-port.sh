#!/usr/bin/env bash
# Prints a loopback port that nobody listens on, below the range that the system hands out to clients.
set -uo pipefail
for _ in $(seq 100); do
  port=$((20000 + RANDOM % 12000))
  (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; exit 0; }
done
echo "no free port between 20000 and 32000" >&2
exit 1
