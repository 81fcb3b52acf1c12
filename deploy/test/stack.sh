# shellcheck shell=bash
# The real docker-compose.yml as a stack of the tests' own: project, ports, volumes. Sourced by deploy/smoke, deploy/faults.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
readonly ROOT
export PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s %s\n' "$(date +%T)" "$*"; }
fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Debian's client matches Debian's engine; another one may come first on the PATH.
if [[ -z ${DOCKER:-} ]]; then
  DOCKER=docker
  if [[ -x /usr/bin/docker ]]; then
    DOCKER=/usr/bin/docker
  fi
fi
if [[ -n ${COMPOSE:-} ]]; then
  read -r -a COMPOSE_COMMAND <<<"$COMPOSE"
elif command -v docker-compose >/dev/null; then
  COMPOSE_COMMAND=(docker-compose)
else
  COMPOSE_COMMAND=("$DOCKER" compose)
fi

PROJECT=backupmxtest$$
FILES=(-f "$ROOT/docker-compose.yml")
WORK=$(mktemp -d)

# Free ports of this machine's loopback. That for mail is chosen here, for one that the engine chooses changes with every
# start of the container.
SMTP_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
export BACKUPMX_SMTP_PORT=127.0.0.1:$SMTP_PORT BACKUPMX_PROMETHEUS_PORT=

compose() { "${COMPOSE_COMMAND[@]}" -p "$PROJECT" "${FILES[@]}" --profile demo "$@"; }

# Takes down what was put up, however the script ends; BACKUPMX_TEST_KEEP=1 leaves it for a look.
stack_end() {
  local outcome=$?
  trap - EXIT INT TERM
  jobs -p | xargs -r kill 2>/dev/null || true
  if [[ $outcome != 0 ]]; then
    compose ps || true
    compose logs --no-color --tail=2000 broker smtp-ingress delivery-worker 2>/dev/null |
      { grep -E ' (WARN|ERROR) ' || true; } | tail -n 40 | cut -c1-300
  fi
  if [[ -z ${BACKUPMX_TEST_KEEP:-} ]]; then
    compose down -v --remove-orphans --timeout 5 >/dev/null 2>&1 || true
    rm -rf -- "$WORK"
  fi
  exit "$outcome"
}
trap stack_end EXIT
trap 'exit 130' INT TERM

# stack_up WORKERS: builds what is to be built (BACKUPMX_TEST_NO_BUILD=1: takes the images that are there), starts all, and
# returns when all are ready.
stack_up() {
  if [[ -z ${BACKUPMX_TEST_NO_BUILD:-} ]]; then
    compose build -q >"$WORK/build.log" 2>&1 || {
      tail -n 40 "$WORK/build.log" >&2
      fail "the images cannot be built"
    }
  fi
  local begun=$SECONDS
  compose up -d --scale delivery-worker="$1" >"$WORK/up.log" 2>&1 || {
    cat "$WORK/up.log" >&2
    fail "docker-compose up failed"
  }
  until_ready 120
  say "ready $((SECONDS - begun)) s after up"
}

# container SERVICE [N]: id of its Nth container
container() { compose ps -q "$1" | sed -n "${2:-1}p"; }

# soon SECONDS WHAT COMMAND...: waits until COMMAND succeeds
soon() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    if ((SECONDS >= deadline)); then
      fail "not in time: $what"
    fi
    sleep 0.2
  done
}

is_ready() { "$DOCKER" exec "$1" /opt/backupmx/health readyz >/dev/null 2>&1; }

until_ready() {
  local service id
  for service in smtp-ingress delivery-worker; do
    for id in $(compose ps -q "$service"); do
      soon "$1" "$service is ready" is_ready "$id"
    done
  done
}

backupmx() { compose exec -T delivery-worker backupmx "$@"; }

# What the demo's primary holds: the X-Test-Id of every mail, one a line.
received() { "$DOCKER" exec "$(container primary)" sh -c 'find . -type f -exec cat {} +' | sed -n 's/^X-Test-Id: //p' | tr -d '\r'; }

is_empty() { [[ $(backupmx mailq 2>/dev/null) == "Mail queue is empty" ]]; }

# prometheus QUERY: the value of its only sample
prometheus() {
  python3 - "$(compose port prometheus 9090)" "$1" <<'PYTHON'
import json, sys, urllib.parse, urllib.request
url = "http://%s/api/v1/query?query=%s" % (sys.argv[1], urllib.parse.quote(sys.argv[2]))
try:
    with urllib.request.urlopen(url, timeout=5) as answer:
        samples = json.load(answer)["data"]["result"]
    print(samples[0]["value"][1] if len(samples) == 1 else "%d samples" % len(samples))
except OSError as problem:
    print(problem)
PYTHON
}
answers() { [[ $(prometheus "$1") == "$2" ]]; }
