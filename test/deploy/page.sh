#!/usr/bin/env bash
# Runs the commands of docs/ECS.md against moto, from the page itself: the ```sh blocks of one path in one shell, in their order.
# What is marked "not run" is counted and shown with its reason.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR
{
  source moto.sh
  source check.sh
}

page=$repository/docs/ECS.md

# The user's machine: home, an editor that fills in the parameters, a clone whose origin is one commit ahead.
begin() {
  copy_repository
  export HOME=$room/home SMOKE_SECONDS=2 EDITOR=$room/editor
  mkdir "$HOME" "$room/blocks"
  echo glpat-of-the-page-2 >"$HOME/gitlab-token"
  start_answering
  git clone --quiet "$room/copy" "$room/clone"
  commit_copy upgrade
  echo 'a PEM' >"$room/clone/ca.pem"
  awk -v out="$room/blocks" -f blocks.awk "$page"
}

fill_in() {
  echo glpat-of-the-page-1 >"$room/token"
  cat >"$room/filled" <<TEXT
AWS_REGION=eu-central-1
GITLAB_TOKEN_FILE=$room/token
SMOKE_URL=$service_url
VpcId=$(default_vpc)
PublicSubnetIds=$(default_subnets)
PrivateSubnetIds=$(default_subnets)
AlbScheme=internal
TEXT
  # shellcheck disable=SC2016 # $1 is the editor's
  printf '#!/bin/sh\ncat %s >>"$1"\n' "$room/filled" >"$EDITOR"
  chmod +x "$EDITOR"
}

# One session of all blocks of a path. Before each command line of a block, bash prints it (-v).
session() { # PATH
  local block
  echo 'set -euo pipefail' >"$room/session"
  for block in "$room"/blocks/*-run; do
    [ "$(head -1 "$block")" != "# $1" ] || { tail -n +2 "$block" && echo "echo \"block ${block##*/} is done\" >&3"; } >>"$room/session"
  done
  (cd "$room/clone" && echo glpat-of-the-page | bash "$room/session" >"$room/said" 2>&1 3>"$room/done") || {
    tail -20 "$room/said"
    return 1
  }
}

blocks_of() { grep -lx "# $1" "$room"/blocks/*-run | wc -l; }
commands() { cat "$@" | grep -v '^#' | grep -oE '(^|[|(;&] ?)[[:space:]]*(aws [a-z0-9-]+ [a-z-]+|docker [a-z]+|ecs/deploy\.sh|scale [a-z-]+|alarm [A-Z]|curl )' | wc -l; }

run_path() { # PATH
  start_moto inf
  fill_in
  : >"$room/done"
  holds "every command of the path \"$1\" succeeds: $(blocks_of "$1") blocks" session "$1"
  prints "each of its blocks was reached" "$(blocks_of "$1")" sh -c "wc -l <'$room/done'"
}

by_hand_made() {
  local services
  services=$(aws ecs describe-services --cluster mcp-servers --services go-mcp-gitlab-api go-mcp-gitlab-worker --query 'services[].desiredCount' --output text)
  [ "$services" = $'2\t2' ]
  [ "$(aws ecs describe-task-definition --task-definition go-mcp-gitlab-api --output json | grep -c '<[A-Z_]*>')" = 0 ]
  aws ecs describe-task-definition --task-definition go-mcp-gitlab-api --query 'taskDefinition.containerDefinitions[0].image' --output text | grep -q '@sha256:'
}

end() {
  local block
  echo 'not run:'
  for block in "$room"/blocks/*-not; do
    echo "  $(tail -n +2 "$block" | grep -cv '^ ') line(s), $(head -1 "$block" | cut -c3-): $(sed -n 2p "$block" | cut -c1-70)…"
  done
  echo "docs/ECS.md: $(find "$room/blocks" -name '*-run' | wc -l) blocks with $(commands "$room"/blocks/*-run) commands run, $(find "$room/blocks" -name '*-not' | wc -l) blocks with $(commands "$room"/blocks/*-not) commands not run"
  close 'docs/ECS.md against moto'
}

begin
run_path 'by hand'
holds 'it ends with two services, whose task definitions have no placeholder left' by_hand_made
run_path 'one command'
end
