# shellcheck shell=bash
# shellcheck disable=SC2154 # scratch comes from who sources this, after engine.sh
# Sourced after engine.sh by the scripts that use docker-compose: podman in the place of Docker's engine.

export DOCKER_HOST=unix://$scratch/podman.sock
socket_pids=()

# podman leaves health checks to timers of systemd, which is not here, and docker-compose waits for their result.
run_health_checks() {
  trap - ERR
  while sleep 0.5; do
    for name in $(podman ps --filter label=com.docker.compose.project --format '{{.Names}}'); do
      podman healthcheck run "$name" >/dev/null 2>&1 || true
    done
  done
}

open_socket() {
  command podman system service --time=0 "$DOCKER_HOST" >"$scratch/socket.log" 2>&1 &
  socket_pids+=($!)
  within 10 test -S "$scratch/podman.sock" || fail "podman's socket does not open: $(cat "$scratch/socket.log")"
  run_health_checks &
  socket_pids+=($!)
}

close_socket() {
  ((${#socket_pids[@]} == 0)) || kill "${socket_pids[@]}" 2>/dev/null || true
}

free_port() {
  node -e 'const server = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); })'
}
