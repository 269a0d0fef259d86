#!/usr/bin/env bash
# Builds the image of the service, and the stand-in GitLab of the compose demo, from the Dockerfile.
set -euo pipefail
# shellcheck source=test/container/engine.sh
. "$(dirname "$0")/engine.sh"
# shellcheck source=test/container/buildah.sh
. "$(dirname "$0")/buildah.sh"

version=$(node -p 'require(process.argv[1]).version' "$root/package.json")
revision=$(git -C "$root" rev-parse HEAD 2>/dev/null || echo unknown)

# build_target TARGET IMAGE
build_target() {
  local began log=$cache/build-$1.log
  began=$(milliseconds)
  # buildah 1.28 takes the last stage from its cache whatever the labels' arguments are.
  podman rmi --force --ignore "$2" >/dev/null
  build --build-arg VERSION="$version" --build-arg REVISION="$revision" --build-arg SOURCE="${CI_PROJECT_URL:-unknown}" \
    --build-arg CREATED="$(date -u +%Y-%m-%dT%H:%M:%SZ)" --target "$1" --tag "$2" "$root" >"$log" 2>&1 || {
    cat "$log" >&2
    fail "the Dockerfile's target $1 does not build (above)"
  }
  saw "$2 in $((($(milliseconds) - began) / 1000)) s"
}

# inspect GO-TEMPLATE
inspect() { podman image inspect --format "$1" "$service_image"; }

# holds WHAT GOT WANTED
holds() {
  [[ $2 == "$3" ]] || fail "$1 of $service_image is $2, not $3"
  saw "$1: $2"
}

step 'Build'
build_target service "$service_image"
build_target gitlab-stand-in "$stand_in_image"

step 'The image'
holds user "$(inspect '{{.User}}')" 1000:1000
holds command "$(inspect '{{.Config.Cmd}}')" '[node --no-memory-reducer --min-semi-space-size=16 --enable-source-maps dist/api/main.js]'
holds 'health check' "$(inspect '{{.HealthCheck.Test}}')" '[CMD node dist/healthcheck.js api]'
holds version "$(inspect '{{index .Labels "org.opencontainers.image.version"}}')" "$version"
holds revision "$(inspect '{{index .Labels "org.opencontainers.image.revision"}}')" "$revision"
saw "size: $(($(inspect '{{.Size}}') / 1000000)) MB"
