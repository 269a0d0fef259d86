#!/usr/bin/env bash
# From a checkout to ECS in one command; docs/ECS.md is the guide.
set -euo pipefail
ecs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# Settings of params.env with their defaults.
AWS_REGION=${AWS_REGION:-} AWS_PROFILE=${AWS_PROFILE:-}
STACK_NAME=go-mcp-gitlab
ECR_REPOSITORY=go-mcp-gitlab
GITLAB_TOKEN_FILE=
CREATE_NETWORK=false
SMOKE_URL=
params=$ecs/params.env

# shellcheck source-path=SCRIPTDIR
{
  source "$ecs/lib/say.sh"
  source "$ecs/lib/params.sh"
  source "$ecs/lib/tools.sh"
  source "$ecs/lib/image.sh"
  source "$ecs/lib/secret.sh"
  source "$ecs/lib/stack.sh"
  source "$ecs/lib/services.sh"
  source "$ecs/lib/smoke.sh"
  source "$ecs/lib/deploy.sh"
  source "$ecs/lib/rotate.sh"
  source "$ecs/lib/logs.sh"
  source "$ecs/lib/exec.sh"
  source "$ecs/lib/status.sh"
  source "$ecs/lib/rollback.sh"
  source "$ecs/lib/destroy.sh"
}

usage() {
  cat <<'TEXT'
ecs/deploy.sh [--params FILE] [COMMAND]      FILE: ecs/params.env

deploy (or nothing)               build and push this commit's image, deploy it by its digest, ask /health and /ready
status                            what runs, which alarms are on, whether it answers
logs [api|worker]                 the log of the last minutes: [--minutes 10] [--follow]
exec [api|worker] [COMMAND]       a shell in a running task (needs EnableExec=true)
rotate auth-token [--finish]      a new MCP_AUTH_TOKEN; the old one opens until --finish
rotate queue-secret [--finish]    a new QUEUE_SECRET, in the same way
rotate gitlab-token [FILE]        a new GitLab token, from FILE or from stdin
rollback [sha256:DIGEST]          back to the image before, or to this one
destroy [--yes]                   delete the stack (asks)
TEXT
}

main() {
  if [ "${1:-}" = --params ]; then
    params=${2:-}
    shift 2 || fail '--params needs a file.' 'ecs/deploy.sh --params FILE'
  fi
  local command=${1:-deploy}
  [ $# -eq 0 ] || shift
  case $command in
    help | -h | --help) usage && return ;;
    exec) command=exec_in ;;
    deploy | status | logs | rotate | rollback | destroy) ;;
    *) usage >&2 && fail "there is no command $command." 'The lines above list what there is.' ;;
  esac
  read_params
  check_settings
  "$command" "$@"
}

main "$@"
