#!/usr/bin/env bash
# Runs API, worker, Redis and the stand-in GitLab as containers as hardened as ECS runs them, and looks at their behaviour:
# a call through the queue, a stop with a call under way, the loss of Redis.
set -euo pipefail
# shellcheck source=test/container/engine.sh
. "$(dirname "$0")/engine.sh"
# shellcheck source=test/container/calls.sh
. "$(dirname "$0")/calls.sh"

scratch=$(mktemp -d)
headers=$scratch/headers
prefix=mcp-run
network=$prefix
forwarding=$(cat /proc/sys/net/ipv4/ip_forward)

remove() {
  podman rm --force --time 0 --volumes "$prefix-redis" "$prefix-gitlab" "$prefix-api" "$prefix-worker" >/dev/null 2>&1 || true
  podman network rm --force "$network" >/dev/null 2>&1 || true
}

end() {
  local status=$?
  if ((status != 0)); then
    for name in redis gitlab api worker; do
      printf '\n== the log of %s\n' "$name" >&2
      podman logs --tail 40 "$prefix-$name" >&2 || true
    done
  fi
  remove
  # podman turned it on.
  echo "$forwarding" >/proc/sys/net/ipv4/ip_forward || true
  rm -rf "$scratch"
  exit "$status"
}
trap end EXIT
# What a run that was killed has left.
remove

# start NAME ARGUMENTS…: a container as ECS runs it.
start() {
  local name=$1
  shift
  podman run --detach --pull never --init --name "$prefix-$name" --hostname "$name" --network "$network" --network-alias "$name" \
    --read-only --read-only-tmpfs=false --cap-drop ALL --security-opt no-new-privileges --memory 512m "$@" >/dev/null
}

# inspect NAME GO-TEMPLATE
inspect() { podman inspect --format "$2" "$prefix-$1"; }

control() {
  curl --silent --show-error --fail --max-time 5 --request "$1" "$gitlab/__control/$2" ${3:+--data "$3"}
}

is_at_gitlab() { [[ $(control GET journal) == *"$1"* ]]; }

resident() {
  # The container's first process is the init.
  ps --ppid "$(inspect "$1" '{{.State.Pid}}')" -o rss= | awk '{ sum += $1 } END { printf "%d MB", sum / 1024 }'
}

umask 077
secret=$(openssl rand -hex 32)
password=$(openssl rand -hex 16)
gate=$(openssl rand -hex 32)
printf 'requirepass %s\nmaxmemory-policy noeviction\nappendonly yes\ndir /data\n' "$password" >"$scratch/redis.conf"
printf 'REDIS_URL=redis://:%s@redis:6379\nQUEUE_SECRET=%s\nGITLAB_API_URL=http://gitlab:8929\n' "$password" "$secret" >"$scratch/worker.env"
{
  cat "$scratch/worker.env"
  printf 'MCP_AUTH_TOKEN=%s\nGITLAB_PERSONAL_ACCESS_TOKEN=glpat-alice\n' "$gate"
} >"$scratch/api.env"
printf 'header = "X-MCP-Auth-Token: %s"\n' "$gate" >"$headers"
chown 999:999 "$scratch/redis.conf"
chmod 711 "$scratch"

start_api() {
  start api --user 1000 --env-file "$scratch/api.env" --publish 127.0.0.1::3000 "$service_image"
  api=http://$(podman port "$prefix-api" 3000/tcp)
}

start_worker() {
  start worker --user 1000 --env-file "$scratch/worker.env" --health-cmd '["node","dist/healthcheck.js","worker"]' \
    "$service_image" node --no-memory-reducer --min-semi-space-size=16 --enable-source-maps dist/worker/main.js
}

is_healthy() { podman healthcheck run "$prefix-$1"; }

step 'Start, hardened'
podman network create "$network" >/dev/null
start redis --user 999 --volume "$scratch/redis.conf:/etc/redis.conf:ro" "$redis_image" redis-server /etc/redis.conf
start gitlab --user 1000 --tmpfs /tmp --publish 127.0.0.1::8929 "$stand_in_image"
gitlab=http://$(podman port "$prefix-gitlab" 8929/tcp)
began=$(milliseconds)
start_worker
within 60 is_healthy worker || fail 'the worker does not become healthy'
saw "worker healthy after $(($(milliseconds) - began)) ms"
began=$(milliseconds)
start_api
within 60 answers_status /ready 200 || fail 'the API does not become ready'
saw "API ready after $(($(milliseconds) - began)) ms"
within 60 is_healthy api || fail "the API's health check fails"
within 60 control GET metrics || fail 'the stand-in GitLab does not answer'
saw 'health checks of API and worker: healthy'
for name in api worker; do
  [[ $(podman exec "$prefix-$name" id -u) == 1000 ]] || fail "$name does not run as user 1000"
  # A user that is not root has none in effect anyway; CapBnd says that it cannot get any.
  [[ $(podman exec "$prefix-$name" grep -c '^Cap[A-Za-z]*:[[:space:]]*0*$' /proc/1/status) == 5 ]] || fail "$name may hold capabilities"
  podman exec "$prefix-$name" grep -q '^NoNewPrivs:[[:space:]]*1$' /proc/1/status || fail "$name may gain privileges"
  if command podman exec "$prefix-$name" touch /app/written 2>"$scratch/touch"; then fail "$name can write into its image"; fi
  grep -q 'Read-only file system' "$scratch/touch" || fail "$name cannot write, but for another reason: $(cat "$scratch/touch")"
done
saw 'user 1000, no capability, no new privileges, read-only file system'
if podman exec "$prefix-worker" node dist/healthcheck.js api 2>/dev/null; then fail 'the health check finds an API in the worker'; fi
saw 'the health check fails where nothing answers'

step "The guide's curl"
answer=$(read_issue)
is_issue "$answer" || fail "the call was not answered: $answer"
is_at_gitlab '/issues/2' || fail 'the call did not reach the stand-in GitLab'
saw "answered: ${answer:0:120}…"
answer=$(curl --silent --max-time 10 --request POST "$api/mcp" --header 'Content-Type: application/json' --data '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' --output /dev/null --write-out '%{http_code}')
[[ $answer == 401 ]] || fail "a call without X-MCP-Auth-Token is answered with $answer, not 401"
saw 'without X-MCP-Auth-Token: 401'
saw "resident: API $(resident api), worker $(resident worker)"

# drain NAME: stops a role with a call under way.
drain() {
  local began caller code took
  control DELETE journal >/dev/null
  control POST faults '{"times":1,"match":{"path":"/issues"},"fault":{"kind":"slow","ms":4000}}' >/dev/null
  call get_issue '{"project_id":"team/app","issue_iid":2}' >"$scratch/answer" 2>&1 &
  caller=$!
  within 10 is_at_gitlab /issues/2 || fail 'the call did not reach the stand-in GitLab'
  began=$(milliseconds)
  podman stop --time 60 "$prefix-$1" >/dev/null
  took=$(($(milliseconds) - began))
  wait "$caller" || fail "the caller lost its connection when $1 stopped"
  is_issue "$(cat "$scratch/answer")" || fail "the caller got no answer when $1 stopped: $(cat "$scratch/answer")"
  code=$(inspect "$1" '{{.State.ExitCode}}')
  [[ $code == 0 ]] || fail "$1 ended with exit code $code"
  ((took > 1000 && took < 20000)) || fail "$1 took $took ms to stop, with a call of 4 s under way"
  saw "$1 stopped in $took ms, exit code 0, its caller was answered"
}

step 'Stop with a call under way'
drain worker
podman rm "$prefix-worker" >/dev/null
start_worker
within 60 is_healthy worker || fail 'the new worker does not become healthy'
drain api
podman rm "$prefix-api" >/dev/null
start_api
within 60 answers || fail 'the new API does not answer'
saw 'started anew, they answer'

step 'Redis killed, and back'
podman kill "$prefix-redis" >/dev/null
is_refused() { [[ $(read_issue) == *QUEUE_UNAVAILABLE* ]]; }
within 15 is_refused || fail "without Redis a call is answered by: $(read_issue)"
began=$(milliseconds)
is_refused || fail 'without Redis a call is not refused again'
took=$(($(milliseconds) - began))
((took < 3000)) || fail "without Redis a call takes $took ms to fail"
answers_status /health 200 || fail 'without Redis /health is not 200: the container would be replaced'
is_healthy api >/dev/null || fail "without Redis the API's health check fails"
is_healthy worker >/dev/null || fail "without Redis the worker's health check fails"
saw "a call fails in $took ms with QUEUE_UNAVAILABLE; /health and both health checks stay good"
began=$(milliseconds)
podman start "$prefix-redis" >/dev/null
within 60 answers || fail "Redis is back, and a call is answered by: $(read_issue)"
saw "Redis is back: calls are answered after $(($(milliseconds) - began)) ms"

step 'Nothing of a secret in the logs'
for name in api worker; do
  log=$(command podman logs "$prefix-$name" 2>&1)
  [[ $log == *'"msg":"call"'* ]] || fail "the log of $name does not hold its calls: was it read?"
  for word in "$secret" "$password" "$gate" glpat-alice; do
    [[ $log != *"$word"* ]] || fail "a secret is in the log of $name"
  done
done
saw 'none in the logs of API and worker'
