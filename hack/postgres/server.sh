#!/usr/bin/env bash
# Real PostgreSQL servers for tests, demo and benchmarks, from the binaries that Maven has. As root or as any user.
#   server.sh fetch [major...]                              gets the binaries (default: every line of ./versions)
#   server.sh up <major> <state-dir> <port> [name=value...] initdb and start; port 0 takes a free one; further settings
#   server.sh standby <primary-state-dir> <state-dir> <port>  a streaming hot standby
#   server.sh stop <state-dir> fast|immediate               stops, keeps the state
#   server.sh start <state-dir>                             starts what was stopped, on the same port
#   server.sh down <state-dir>                              stops within seconds, removes the state; nothing there is fine
#   server.sh certificate <state-dir> <common-name>         issues tls/<common-name>.crt and .key from the server's CA
#   server.sh url <state-dir> [database]                    prints the superuser's libpq URI
#   server.sh hold up|standby ...                           the same, prints "port <port>", and does `down` when stdin ends
# Superuser: postgres, with $POSTGRES_PASSWORD (default: random). It stands in <state-dir>/password, the port in
# <state-dir>/port, certificates in <state-dir>/tls, the log in <state-dir>/log. The setting ssl=off does without TLS.
# Clients: 127.0.0.1, ::1, and 127.0.0.2, an address that the server's certificate does not name. POSTGRES_ALSO=172.18.0.1/16
# adds that address of the machine, to the certificate too, and that network's clients.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
fail() { echo "server.sh: $*" >&2; exit 1; }

# PostgreSQL refuses root. A new user namespace in which nobody is mapped hides root and keeps its access to its own
# files. Where that is forbidden (most containers), nobody owns the files, which then must be where nobody can go.
as=()
switch=${POSTGRES_AS:-}
if [ -z "$switch" ]; then
  if [ "$(id -u)" != 0 ]; then switch=self
  elif unshare -U true 2>/dev/null; then switch=unshare
  else switch=nobody; fi
fi
case $switch in
  self) ;;
  unshare) as=(unshare -U) ;;
  nobody) as=(setpriv --reuid=nobody "--regid=$(id -g nobody)" --clear-groups) ;;
  *) fail "POSTGRES_AS is one of self, unshare, nobody: $switch" ;;
esac
as_server() { (cd / && "${as[@]}" "$@"); }
own() { if [ "$switch" = nobody ]; then chown -R "nobody:$(id -g nobody)" "$@"; fi; }
reachable() { as_server test -x "$1" -a -r "$1"; }

cache=${POSTGRES_CACHE:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/matview-postgres}
mkdir -p "$cache"
cache=$(realpath "$cache")
if ! reachable "$cache"; then cache=/var/cache/matview-postgres; mkdir -p "$cache"; fi

version_of() { # major
  awk -v major="$1" '$1 == major { print $2; found = 1 } END { exit !found }' "$here/versions" ||
    fail "no PostgreSQL $1 in $here/versions"
}

fetch() { # [major...]
  local platform major version dir temp
  case $(uname -m) in
    x86_64) platform=amd64 ;;
    aarch64 | arm64) platform=arm64v8 ;;
    *) fail "no PostgreSQL binaries for $(uname -m)" ;;
  esac
  [ $# -gt 0 ] || set -- $(cut -d' ' -f1 "$here/versions")
  for major; do
    version=$(version_of "$major")
    dir=$cache/$version
    [ -d "$dir" ] && continue
    ( # One at a time: Maven's local repository is not made for two. What is half unpacked never gets the final name.
      flock 9
      [ -d "$dir" ] && exit 0
      echo "getting PostgreSQL $version" >&2
      temp=$(mktemp -d "$cache/unpack.XXXXXX")
      trap 'rm -rf "$temp"' EXIT
      chmod 755 "$temp"
      cd "$temp" # away from the project's .mvn, whose options only its own JDK knows
      mvn -B -ntp -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy "-DoutputDirectory=$temp" \
        "-Dartifact=io.zonky.test.postgres:embedded-postgres-binaries-linux-$platform:$version:jar" >log 2>&1 ||
        { cat log >&2; fail "no PostgreSQL $version from Maven"; }
      mkdir files
      unzip -p ./*.jar '*.txz' | tar xJ --no-same-owner -C files
      mv files "$dir"
    ) 9>"$cache/lock"
  done
}

server_of() { # state-dir: sets state, free of links that may lead through a closed folder, and bin
  state=$(realpath -m -- "$1")
  [ -e "$state/major" ] || fail "no server in $state"
  bin=$cache/$(version_of "$(cat "$state/major")")/bin
}
pid_of() { # the running postmaster; a file that outlived it may name a stranger
  local pid
  pid=$(head -1 "$state/data/postmaster.pid" 2>/dev/null) &&
    [ "$(readlink "/proc/$pid/cwd")" = "$(realpath "$state/data")" ] && echo "$pid"
}

create_state() { # state-dir major
  state=$(realpath -m -- "$1")
  [ ! -e "$state/major" ] || fail "there is a server in $state already (end it with: server.sh down $state)"
  fetch "$2"
  mkdir -p "$state"
  if ! reachable "$state"; then
    own "$state"
    if ! reachable "$state"; then # below a folder that is closed to nobody
      rmdir "$state"
      ln -s "$(mktemp -d /tmp/matview-postgres.XXXXXX)" "$state"
      own "$state/."
    fi
  fi
  chmod 700 "$state/."
  echo "$2" >"$state/major"
  own "$state/."
  server_of "$state"
}

issue() { # folder name subject [x509 extension...]: signed by the folder's CA, if it has one, else by itself
  local folder=$1 name=$2 subject=$3 extension signer=()
  shift 3
  [ ! -e "$folder/ca.key" ] || signer=(-CA "$folder/ca.crt" -CAkey "$folder/ca.key")
  for extension; do signer+=(-addext "$extension"); done
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 365 -subj "$subject" \
    -keyout "$folder/$name.key" -out "$folder/$name.crt" "${signer[@]}" 2>"$folder/openssl.log" ||
    fail "openssl: $(cat "$folder/openssl.log")"
  chmod 600 "$folder/$name.key"
  own "$folder"
}
certificate() { # state-dir common-name
  server_of "$1"
  issue "$state/tls" "$2" "/CN=$2" basicConstraints=critical,CA:FALSE extendedKeyUsage=clientAuth
}

setting() { # name=value...: the last one of a name counts
  local pair
  for pair; do echo "${pair%%=*} = '$(sed "s/'/''/g" <<<"${pair#*=}")'"; done >>"$state/data/postgresql.conf"
}
start_on() { # port; 0: below the range that the kernel gives to outgoing connections, so that a restart finds it free
  local port attempt
  for attempt in 1 2 3 4 5; do
    port=$1
    [ "$port" != 0 ] || port=$((15000 + (RANDOM * 32768 + RANDOM) % 17000))
    setting "port=$port"
    if launch; then echo "$port" >"$state/port"; return; fi
    [ "$1" = 0 ] && grep -q 'could not create any TCP/IP sockets' "$state/log" || break
  done
  tail -n 20 "$state/log" >&2
  fail "PostgreSQL $(cat "$state/major") does not start on port $port"
}
launch() {
  : >"$state/log"
  own "$state/log"
  as_server "$bin/pg_ctl" start -D "$state/data" -l "$state/log" -w -t 60 -s >/dev/null 2>&1
}

up() { # major state-dir port [name=value...]
  local major=$1 port=$3 password=${POSTGRES_PASSWORD:-} locale=C sockets also=${POSTGRES_ALSO:-}
  password=${password:-$(openssl rand -hex 16)}
  [[ $password =~ ^[A-Za-z0-9._~-]+$ ]] || fail "POSTGRES_PASSWORD: letters, digits and . _ ~ - only"
  create_state "$2" "$major"
  undo_on_failure "$2"
  shift 3
  (umask 077 && echo "$password" >"$state/password")
  mkdir "$state/tls"
  issue "$state/tls" ca "/CN=matview-postgres CA" keyUsage=critical,keyCertSign,cRLSign
  issue "$state/tls" server /CN=localhost "subjectAltName=DNS:localhost,IP:127.0.0.1${also:+,IP:${also%/*}}" \
    basicConstraints=critical,CA:FALSE extendedKeyUsage=serverAuth
  certificate "$state" app
  own "$state/."

  ! locale -a | grep -qixE 'C\.utf-?8' || locale=C.UTF-8
  as_server "$bin/initdb" -D "$state/data" -U postgres --pwfile="$state/password" -A scram-sha-256 -E UTF8 \
    --locale="$locale" --no-sync >"$state/initdb.log" 2>&1 || { cat "$state/initdb.log" >&2; fail "initdb failed"; }
  cat >"$state/data/pg_hba.conf" <<-HBA
	local all all scram-sha-256
	host all all 127.0.0.0/8 scram-sha-256
	host all all ::1/128 scram-sha-256
	host replication all 127.0.0.0/8 scram-sha-256
	${also:+host all all $also scram-sha-256}
	HBA
  sockets=$state
  [ ${#sockets} -lt 90 ] || sockets= # longer than a socket's address may be
  setting "listen_addresses=127.0.0.1,127.0.0.2,::1${also:+,${also%/*}}" "unix_socket_directories=$sockets" timezone=UTC log_timezone=UTC \
    fsync=off shared_buffers=32MB max_connections=100 wal_keep_size=64MB password_encryption=scram-sha-256 \
    ssl=on ssl_ca_file=../tls/ca.crt ssl_cert_file=../tls/server.crt ssl_key_file=../tls/server.key
  local pair
  for pair; do [ "$pair" = -c ] || setting "$pair"; done
  start_on "$port"
  trap - EXIT
}

processes() { # the postmaster's children; the postmaster itself comes first
  echo "$1"
  { cat /proc/[0-9]*/stat 2>/dev/null || true; } | awk -v parent="$1" '$4 == parent { print $1 }'
}
freeze() { # pid: on return neither the postmaster nor a child of it runs
  local pid process
  kill -STOP "$1"
  for pid in $(processes "$1"); do
    kill -STOP "$pid" 2>/dev/null || continue
    while process=$(awk '{ print $3 }' "/proc/$pid/stat" 2>/dev/null) && [[ $process != [TZ] ]]; do sleep 0.01; done
  done
}
thaw() { # pid
  local pid
  for pid in $(processes "$1"); do kill -CONT "$pid" 2>/dev/null || true; done
}

# The binaries have no pg_basebackup. A copy made while no server process runs is an atomic snapshot, which PostgreSQL
# takes as a base backup (manual, "File System Level Backup"); the primary's clients only see a pause.
standby() { # primary-state-dir state-dir port
  local primary primary_pid password port
  server_of "$1"
  primary=$state
  primary_pid=$(pid_of) || fail "the server in $primary does not run"
  create_state "$2" "$(cat "$primary/major")"
  undo_on_failure "$2" "$primary_pid"
  freeze "$primary_pid"
  cp -a "$primary/data" "$primary/tls" "$primary/password" "$state/"
  thaw "$primary_pid"
  rm -f "$state/data/postmaster.pid"
  : >"$state/data/standby.signal"
  password=$(cat "$primary/password")
  port=$(cat "$primary/port")
  setting "primary_conninfo=host=127.0.0.1 port=$port user=postgres password=$password" hot_standby=on
  [ ${#state} -ge 90 ] || setting "unix_socket_directories=$state"
  own "$state/."
  start_on "$3"
  trap - EXIT
}

stop() { # state-dir fast|immediate
  server_of "$1"
  [[ $2 = fast || $2 = immediate ]] || fail "stop: fast or immediate, not $2"
  as_server "$bin/pg_ctl" stop -D "$state/data" -m "$2" -w -t 20 -s
}
start() { # state-dir
  server_of "$1"
  start_on "$(cat "$state/port")"
}
down() { # state-dir
  local pid
  [ -e "$1/major" ] || return 0
  server_of "$1"
  if pid=$(pid_of); then
    stop "$state" fast 2>/dev/null || stop "$state" immediate 2>/dev/null || kill -9 $(processes "$pid") || true
  fi
  rm -rf "$state" "$1"
}
undo_on_failure() { # state-dir [frozen-pid]
  local pid=${2:-} failed=$1
  trap "${pid:+thaw $pid; }$(printf 'down %q' "$failed")" EXIT
}
url() { # state-dir [database]
  server_of "$1"
  echo "postgresql://postgres:$(cat "$state/password")@127.0.0.1:$(cat "$state/port")/${2:-postgres}"
}
hold() { # up|standby x state-dir ...
  trap '' INT TERM HUP PIPE # the terminal's Ctrl-C reaches this process too; it outlives its parent to clean up
  "$@" </dev/null
  echo "port $(cat "$state/port")" || true
  exec >/dev/null 2>&1
  while read -r; do :; done
  down "$3"
}

[ $# -gt 0 ] || { sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2; }
command=$1; shift
case $command in
  fetch | up | standby | stop | start | down | certificate | url) "$command" "$@" ;;
  hold) [[ ${1:-} = up || ${1:-} = standby ]] || fail "hold: up or standby"; hold "$@" ;;
  *) fail "unknown command $command (see the head of $0)" ;;
esac
