# shellcheck shell=bash
# shellcheck disable=SC2034 # most of the variables are for who sources this
# Sourced by the scripts of this folder: where the containers live, and how a script says what it saw.
#
# Images, containers and networks are kept apart from this machine's own under CONTAINER_CACHE: the images that
# base-image.sh makes bear the names of official ones, and nobody shall take them for these.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${CONTAINER_CACHE:-/tmp/go-mcp-gitlab-containers}
mkdir -p "$cache/networks"

node_image=docker.io/library/node:24-bookworm-slim
redis_image=docker.io/library/redis:7-bookworm
service_image=localhost/go-mcp-gitlab:ci
stand_in_image=localhost/go-mcp-gitlab-stand-in:ci

# crun refuses cgroups in hybrid mode, there is no systemd or journald, and the default ulimits need CAP_SYS_RESOURCE.
cat >"$cache/containers.conf" <<CONF
[engine]
runtime = "/usr/sbin/runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
network_config_dir = "$cache/networks"
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
CONF
cat >"$cache/storage.conf" <<CONF
[storage]
driver = "overlay"
graphroot = "$cache/storage"
runroot = "$cache/run"
CONF
export CONTAINERS_CONF=$cache/containers.conf CONTAINERS_STORAGE_CONF=$cache/storage.conf

# It cannot hand health checks to systemd and has no syslog; neither matters here. What else it says is kept.
podman() { command podman "$@" 2> >(sed '/systemd connection/d; /connect to syslog/d' >&2); }

set -E
trap 'printf "FAILED: %s, line %s: %s\n" "${BASH_SOURCE[0]##*/}" "$LINENO" "$BASH_COMMAND" >&2' ERR

step() { printf '\n-- %s\n' "$1"; }

saw() { printf '   %s\n' "$1"; }

fail() {
  printf 'FAILED: %s\n' "$1" >&2
  exit 1
}

# within SECONDS COMMAND…: waits until the command succeeds.
within() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

milliseconds() { date +%s%3N; }
