#!/usr/bin/env bash
# Stands in for `docker` while docs.sh runs the commands of docs/DOCKER.md: podman, buildah and docker-compose.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=test/container/engine.sh
. "$here/engine.sh"
# shellcheck source=test/container/buildah.sh
. "$here/buildah.sh"

case "$1" in
  compose)
    shift
    exec docker-compose "$@"
    ;;
  build)
    shift
    build "$@"
    ;;
  network)
    [[ $2 != rm ]] || podman rm --force --time 0 mcp-docs-gitlab
    podman "$@"
    # The containers that the page starts by hand shall find the GitLab of the demo, too.
    [[ $2 != create ]] ||
      podman run --detach --pull never --name mcp-docs-gitlab --network "$3" --network-alias gitlab "$stand_in_image"
    ;;
  *) podman "$@" ;;
esac
