# What the programs have in common that measure `backupmx run` as the launcher starts it; to be sourced first. A program says what it
# needs, goes on in a network of its own, has a directory to work in, and prints figures.

# shellcheck shell=bash disable=SC2034 # for those who source it
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
readonly here root=${here%/*} program=${0##*/}
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C PYTHONDONTWRITEBYTECODE=1

readonly DOMAIN=example.test SMTP=127.0.0.1:2525 PRIMARY=127.0.0.1:2526 OPS=127.0.0.1:2527 START_SECONDS=120

fail() {
  printf '%s: %s\n' "$program" "$1" >&2
  exit 1
}

# The comment at the head of the program.
usage() {
  sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"
}

# Debian packages $1 have programs $2 and following.
need() {
  local packages=$1 one
  shift
  for one in "$@"; do
    command -v "$one" >/dev/null || fail "$one is missing: apt-get install $packages"
  done
}

# Begins anew, with arguments $@, in a network where no port is anybody else's, and neither is a connection that is counted.
own_network() {
  [[ $(id -u) -eq 0 ]] || fail "only root may have a network of its own"
  need "util-linux iproute2 bc" unshare ip bc
  if [[ ${BENCH_NETWORK:-} != own ]]; then
    "$root/backupmx" --version >&2 # built, if need be, before anything is measured
    BENCH_NETWORK=own exec unshare --net -- "$0" "$@"
  fi
  ip link set lo up
}

# Room for $1 connections of one process.
need_files() {
  if [[ $(ulimit -n) != unlimited ]] && (($(ulimit -n) < $1 + 1000)); then
    ulimit -n $(($1 + 1000)) || fail "$1 connections need as many open files: the limit is $(ulimit -Hn)"
  fi
}

# A directory on a disk, $work, that is gone at the end, as all processes are.
own_directory() {
  mkdir -p -- "${TMPDIR:-$root/target}"
  work=$(mktemp -d -- "${TMPDIR:-$root/target}/$program.XXXXXX")
  [[ $(stat -f -c %T -- "$work") != tmpfs ]] || fail "$work is in memory: set TMPDIR to a directory on a disk"
  jdk=$("$root/backupmx" --find-jdk)
  trap cleanup EXIT
  trap 'exit 130' INT TERM
}

# --- processes of ours -------------------------------------------------------------------------------------------------

declare -A pid=() # by name; "ours" is the product

stop() {
  if [[ -n ${pid[$1]:-} ]]; then
    kill "-${2:-TERM}" "${pid[$1]}" 2>/dev/null || true
    wait "${pid[$1]}" 2>/dev/null || true
    unset "pid[$1]"
  fi
}

cleanup() {
  local name
  for name in "${!pid[@]}"; do
    stop "$name" KILL
  done
  if [[ -z ${BENCH_KEEP:-} ]]; then
    rm -rf -- "$work"
  fi
}

now() {
  printf '%s' "$EPOCHREALTIME"
}

since() {
  bc <<<"scale=3; ($(now) - $1) / 1"
}

rate() {
  bc <<<"scale=0; $1 / $2"
}

greets() {
  local line=
  { exec 7<>"/dev/tcp/${SMTP/:/\/}" && read -r -t 5 line <&7 && exec 7>&-; } 2>/dev/null
  [[ $line == 220* ]]
}

# Whether ours says that it is healthy: greets, has its spool, delivers.
ready() {
  local status=
  { exec 7<>"/dev/tcp/${OPS/:/\/}" && printf 'GET /readyz HTTP/1.0\r\n\r\n' >&7 && read -r -t 5 status <&7 && exec 7>&-; } 2>/dev/null
  [[ $status == *" 200 "* ]]
}

# Runs ours with arguments $@, without waiting for it.
run_ours() {
  "$root/backupmx" run --listen "$SMTP" --set "ops.listen=$OPS" "$@" >>"$work/log" 2>&1 </dev/null &
  pid[ours]=$!
}

# Waits until command $1 is true.
await_ours() {
  local end=$((SECONDS + START_SECONDS))
  until "$1"; do
    if ((SECONDS > end)) || ! kill -0 "${pid[ours]}" 2>/dev/null; then
      fail "it did not start: $(tail -n 5 "$work/log")"
    fi
    sleep 0.02
  done
}

# Waits $1 seconds at most until file $2 of process $3 has a line that begins with $4.
await_line() {
  local i
  for ((i = 0; i < $1 * 10; i++)); do
    ! grep -qs "^$4" "$2" || return 0
    kill -0 "${pid[$3]}" 2>/dev/null && kill -0 "${pid[ours]}" 2>/dev/null || break
    sleep 0.1
  done
  grep -qs "^$4" "$2" || fail "no '$4' within $1 s: $(tail -n 5 "$2" "$work/log")"
}

# --- figures -----------------------------------------------------------------------------------------------------------

record() {
  printf '%-46s %-40s load %s\n' "$1" "$2" "$(cut -d' ' -f1-2 /proc/loadavg)"
}

# What is reachable: a collection comes before it is counted.
heap_kb() {
  "$jdk/bin/jcmd" "${pid[ours]}" GC.class_histogram | awk '$1 == "Total" { print int($3 / 1024) }'
}

rss_kb() {
  sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/${pid[ours]}/status"
}

# The most there was of RSS since it began, or since forget_peak_rss.
peak_rss_kb() {
  sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/${pid[ours]}/status"
}

forget_peak_rss() {
  printf 5 >"/proc/${pid[ours]}/clear_refs"
}

# Before its heap is looked at, which takes memory of its own.
record_memory() {
  local before
  before=$(rss_kb)
  record "$1: heap after GC, RSS" "$(($(heap_kb) / 1024)) MB, $((before / 1024)) MB"
}

# Of ours, so far; in ticks of the clock.
cpu_ticks() {
  local fields
  read -r -a fields < <(sed 's/.*) //' "/proc/${pid[ours]}/stat")
  printf '%s' $((fields[11] + fields[12]))
}

cpu() {
  bc <<<"scale=2; $(cpu_ticks) / $(getconf CLK_TCK)"
}
