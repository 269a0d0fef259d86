#!/usr/bin/env bash
# Runs every command of docs/DOCKER.md, in its order, in a copy of the checkout; docker.sh stands in for `docker`.
set -euo pipefail
# shellcheck source=test/container/engine.sh
. "$(dirname "$0")/engine.sh"

scratch=$(mktemp -d)
# shellcheck source=test/container/socket.sh
. "$(dirname "$0")/socket.sh"
# docker-compose names containers and networks for the folder.
checkout=$scratch/mcpdocs
forwarding=$(cat /proc/sys/net/ipv4/ip_forward)
port=$(free_port)
# The names that docker-compose.yml has by default, as podman's socket understands them.
local_images=(docker.io/library/go-mcp-gitlab:local docker.io/library/go-mcp-gitlab-stand-in:local)

remove() {
  (cd "$checkout" && docker-compose --profile demo down --volumes --timeout 5) >/dev/null 2>&1 || true
  podman rm --force --time 0 --volumes mcp-docs-gitlab mcp-api mcp-worker mcp-redis >/dev/null 2>&1 || true
  podman network rm --force mcp >/dev/null 2>&1 || true
}

end() {
  local status=$?
  if ((status != 0)); then
    # The commands are shown with the secrets that they made.
    tail -n 60 "$scratch/output" | sed -E 's/[0-9a-f]{64}/(secret)/g' >&2 || true
    for name in $(podman ps --all --filter name=mcp --format '{{.Names}}'); do
      printf '\n== the log of %s\n' "$name" >&2
      podman logs --tail 20 "$name" >&2 || true
    done
  fi
  remove
  podman rmi --force --ignore "${local_images[@]}" >/dev/null 2>&1 || true
  close_socket
  # podman turned it on.
  echo "$forwarding" >/proc/sys/net/ipv4/ip_forward || true
  rm -rf "$scratch"
  exit "$status"
}
trap end EXIT

mkdir -p "$checkout/test/container" "$scratch/bin"
(cd "$root" && cp -r Dockerfile .dockerignore docker-compose.yml .env.example LICENSE package.json package-lock.json \
  tsconfig.json tsconfig.build.json src "$checkout" &&
  cp -r test/gitlab "$checkout/test" && cp test/container/gitlab-stand-in.ts "$checkout/test/container")
git -C "$checkout" init --quiet
git -C "$checkout" -c user.name=ci -c user.email=ci@localhost commit --quiet --allow-empty --message copy

ln -s "$root/test/container/docker.sh" "$scratch/bin/docker"
# What a reader writes into .env; the profile demo has the GitLab for it.
cat >"$scratch/bin/editor" <<'EDITOR'
#!/bin/sh
sed -i -e 's#^GITLAB_API_URL=.*#GITLAB_API_URL=http://gitlab:8929#' -e 's/^GITLAB_PERSONAL_ACCESS_TOKEN=.*/&glpat-alice/' "$1"
EDITOR
chmod +x "$scratch/bin/editor"
podman tag "$service_image" "${local_images[0]}"
podman tag "$stand_in_image" "${local_images[1]}"

# The page's blocks of commands, with another port than 3000, which may be taken; each command is shown before it runs.
echo "PS4='+ \$SECONDS s: '" >"$scratch/commands"
awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$root/docs/DOCKER.md" |
  sed "s/127\.0\.0\.1:3000/127.0.0.1:$port/g" >>"$scratch/commands"
blocks=$(grep -c '^```sh$' "$root/docs/DOCKER.md")
calls=$(grep -c '"tools/call"' "$scratch/commands")
((blocks > 5 && calls > 2)) || fail 'docs/DOCKER.md holds fewer commands than it did: does this script still read it right?'

step "The $blocks blocks of commands of docs/DOCKER.md"
open_socket
# What a run that was killed has left.
remove
(
  cd "$checkout"
  export PATH=$scratch/bin:$PATH EDITOR=editor API_PORT=$port COMPOSE_PROFILES=demo
  bash -euo pipefail -x "$scratch/commands"
) >"$scratch/output" 2>&1 || fail 'a command of docs/DOCKER.md fails (the last one above)'
answered=$(grep -c 'Write a guide for new colleagues' "$scratch/output")
((answered == calls)) || fail "of the page's $calls calls $answered were answered"
saw "all ran, $answered of $calls calls answered"
