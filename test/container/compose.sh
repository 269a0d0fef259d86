#!/usr/bin/env bash
# Brings docker-compose.yml up through podman's socket with docker-compose, first as the demo without .env, then with a
# .env made from .env.example, and makes a call each time.
set -euo pipefail
# shellcheck source=test/container/engine.sh
. "$(dirname "$0")/engine.sh"
# shellcheck source=test/container/calls.sh
. "$(dirname "$0")/calls.sh"

scratch=$(mktemp -d)
project=mcpcompose
forwarding=$(cat /proc/sys/net/ipv4/ip_forward)
headers=$scratch/headers
# shellcheck source=test/container/socket.sh
. "$(dirname "$0")/socket.sh"
API_PORT=$(free_port)
api=http://127.0.0.1:$API_PORT
export API_PORT SERVICE_IMAGE=$service_image STAND_IN_IMAGE=$stand_in_image REDIS_IMAGE=$redis_image
umask 077

compose() {
  docker-compose --project-name "$project" --project-directory "$root" --file "$root/docker-compose.yml" \
    --env-file "$scratch/env" --profile demo "$@"
}

# docker-compose overlooks a container that is just being started again.
remove() {
  compose down --volumes --timeout 5 >/dev/null 2>&1 || true
  local name
  for name in $(podman ps --all --filter "label=com.docker.compose.project=$project" --format '{{.Names}}'); do
    podman rm --force --time 0 --volumes "$name" >/dev/null 2>&1 || true
  done
  podman network rm --force "${project}_default" >/dev/null 2>&1 || true
}

end() {
  local status=$?
  if ((status != 0)); then
    compose ps >&2 || true
    compose logs --no-color --tail 40 >&2 || true
  fi
  remove
  close_socket
  # podman turned it on.
  echo "$forwarding" >/proc/sys/net/ipv4/ip_forward || true
  rm -rf "$scratch"
  exit "$status"
}
trap end EXIT

containers() { podman ps --filter "label=com.docker.compose.project=$project" --format '{{.Names}}'; }

are_healthy() {
  local states
  states=$(podman ps --all --filter "label=com.docker.compose.project=$project" --format '{{.Status}}')
  [[ $(grep -c '(healthy)' <<<"$states") == "$1" && $(wc -l <<<"$states") == "$1" ]]
}

up() {
  local began
  began=$(milliseconds)
  compose up --detach --no-build >"$scratch/up" 2>&1 || {
    cat "$scratch/up" >&2
    fail 'docker-compose up fails (above)'
  }
  within 60 are_healthy 5 || fail 'not all five containers become healthy'
  saw "$(containers | wc -l) containers healthy after $(($(milliseconds) - began)) ms: $(containers | sort | tr '\n' ' ')"
}

open_socket
# What a run that was killed has left.
: >"$scratch/env"
remove

step 'docker-compose --profile demo up, without .env'
up
printf 'header = "X-GitLab-Token: glpat-alice"\n' >"$headers"
answer=$(read_issue)
is_issue "$answer" || fail "the call was not answered: $answer"
saw "answered: ${answer:0:120}…"
status=$(curl --silent --output /dev/null --write-out '%{http_code}' --header 'Host: elsewhere.example' --request POST "$api/mcp")
[[ $status == 403 ]] || fail "a request for another host is answered with $status, not 403"
saw 'a request for another host: 403'
for name in $(containers); do
  [[ $(podman inspect --format '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Init}} {{.EffectiveCaps}}' "$name") == 'true true []' ]] ||
    fail "$name is not read-only, has no init, or holds capabilities"
  [[ $(podman exec "$name" id -u) != 0 ]] || fail "$name runs as root"
done
saw 'all read-only, with an init, without capabilities, none as root'
[[ $(podman exec "$(compose ps --quiet redis)" redis-cli config get maxmemory-policy | tail -n 1) == noeviction ]] ||
  fail 'Redis may evict jobs'
saw 'Redis: noeviction'
began=$(milliseconds)
compose down --volumes >"$scratch/down" 2>&1 || fail "docker-compose down fails: $(cat "$scratch/down")"
saw "down after $(($(milliseconds) - began)) ms"

step 'docker-compose up with a .env made from .env.example'
gate=$(openssl rand -hex 32)
sed -e "s#^GITLAB_API_URL=.*#GITLAB_API_URL=http://gitlab:8929#" -e 's/^GITLAB_PERSONAL_ACCESS_TOKEN=.*/&glpat-alice/' \
  -e "s/^QUEUE_SECRET=.*/&$(openssl rand -hex 32)/" -e "s/^REDIS_PASSWORD=.*/&$(openssl rand -hex 32)/" \
  -e "s/^#GITLAB_READ_ONLY_MODE=.*/GITLAB_READ_ONLY_MODE=true/" -e "s/^MCP_AUTH_TOKEN=.*/&$gate/" "$root/.env.example" >"$scratch/env"
up
printf 'header = "X-MCP-Auth-Token: %s"\n' "$gate" >"$headers"
answer=$(read_issue)
is_issue "$answer" || fail "the call was not answered: $answer"
saw "answered with X-MCP-Auth-Token: ${answer:0:80}…"
answer=$(call create_issue '{"project_id":"team/app","title":"No"}')
[[ $answer == *NOT_PERMITTED* ]] || fail "GITLAB_READ_ONLY_MODE=true in .env has no effect: $answer"
saw 'GITLAB_READ_ONLY_MODE=true of .env is obeyed'
compose down --volumes >"$scratch/down" 2>&1 || fail "docker-compose down fails: $(cat "$scratch/down")"

step 'docker-compose up with a .env.example that nobody filled in'
cp "$root/.env.example" "$scratch/env"
compose up --detach --no-build --no-deps redis worker >"$scratch/up" 2>&1 || fail "docker-compose up fails: $(cat "$scratch/up")"
# says SERVICE WORDS
says() { [[ $(compose logs --no-color "$1" 2>/dev/null) == *"$2"* ]]; }
within 30 says redis 'set REDIS_PASSWORD in .env' || fail 'Redis does not say that it has no password'
within 30 says worker 'QUEUE_SECRET is not set' || fail 'a worker does not say that it has no secret'
saw 'Redis and worker say what is missing, and do not start'
