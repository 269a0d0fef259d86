# shellcheck shell=bash
# Deletes the stacks, and says what is left on purpose.

agree() { # STACK
  local answer
  [ -t 0 ] || fail 'nobody is there to agree.' 'Say it on the command line: ecs/deploy.sh destroy --yes'
  read -rp "This deletes the stack $1. Type its name to go on: " answer
  [ "$answer" = "$1" ] || fail 'nothing was deleted.' 'The name was another.'
}

delete_stack() { # STACK
  step "delete stack $1"
  aws cloudformation delete-stack --stack-name "$1"
  aws cloudformation wait stack-delete-complete --stack-name "$1" || {
    why_failed "$1"
    fail "the stack $1 was not deleted." 'The lines above say why; remove that and try again.'
  }
}

destroy() { # [--yes]
  need aws jq
  find_account
  need_stack
  case ${1:-} in
    --yes) ;;
    '') agree "$STACK_NAME" ;;
    *) fail "destroy does not know $1." 'ecs/deploy.sh destroy [--yes]' ;;
  esac
  delete_stack "$STACK_NAME"
  [ "$CREATE_NETWORK" != true ] || delete_stack "$STACK_NAME-network"
  say 'Left on purpose, and still paid for:'
  say "  images   aws ecr delete-repository --repository-name $ECR_REPOSITORY --force"
  say "  secret   aws secretsmanager delete-secret --secret-id $(secret_id)"
  say '  Valkey   its final snapshot (aws elasticache describe-snapshots)'
}
