# shellcheck shell=bash
# Changes a secret without downtime; docs/ECS.md has the runbook. At every moment, every task takes what is in use: first all
# learn the new value as a second one (…_PREVIOUS), then the two change places, then the old one goes.
# shellcheck disable=SC2016 # $value is jq's, see change_secret

in_rotation() { deployed_parameter SecretInRotation; }

begin_rotation() { # KEY KIND SECRET ROLES
  [ "$(in_rotation)" = none ] || fail "a rotation ($(in_rotation)) is under way." "End it first: ecs/deploy.sh rotate $(in_rotation) --finish"
  step "1 of 2: every task learns a second $1"
  random_token | change_secret "$3" ".$1_PREVIOUS = \$value"
  change_parameter SecretInRotation "$2"
  step "2 of 2: the second $1 becomes the first"
  change_secret "$3" ". + {$1: .$1_PREVIOUS, $1_PREVIOUS: .$1}" </dev/null
  restart "$4"
}

end_rotation() { # KEY KIND SECRET
  [ "$(in_rotation)" = "$2" ] || fail "no rotation of $1 is under way." "Begin one: ecs/deploy.sh rotate $2"
  step "the old $1 is good for nothing any more"
  change_parameter SecretInRotation none
  change_secret "$3" "del(.$1_PREVIOUS)" </dev/null
}

rotate_auth_token() {
  begin_rotation MCP_AUTH_TOKEN auth-token "$(secret_id)" api
  say 'Clients can change to the new token now. It is printed by:'
  say "  aws secretsmanager get-secret-value --secret-id $(secret_id) --query SecretString --output text | jq -r .MCP_AUTH_TOKEN"
  say 'When all have it: ecs/deploy.sh rotate auth-token --finish'
}

rotate_queue_secret() {
  begin_rotation QUEUE_SECRET queue-secret "$(output QueueSecretArn)" 'worker api'
  # Calls are answered within a minute, but answers to idempotency keys are kept for ten.
  say 'Ten minutes from now nothing is left that only the old secret opens: ecs/deploy.sh rotate queue-secret --finish'
}

rotate_gitlab_token() { # FILE
  local token
  token=$(read_token "$1")
  step 'a new GITLAB_PERSONAL_ACCESS_TOKEN'
  printf '%s' "$token" | change_secret "$(secret_id)" '.GITLAB_PERSONAL_ACCESS_TOKEN = $value'
  restart api
}

rotate() { # auth-token [--finish] | queue-secret [--finish] | gitlab-token [FILE]
  need aws jq
  find_account
  need_stack
  case "${1:-} ${2:-}" in
    'auth-token ') rotate_auth_token ;;
    'auth-token --finish') end_rotation MCP_AUTH_TOKEN auth-token "$(secret_id)" ;;
    'queue-secret ') rotate_queue_secret ;;
    'queue-secret --finish') end_rotation QUEUE_SECRET queue-secret "$(output QueueSecretArn)" ;;
    'gitlab-token '*) rotate_gitlab_token "${2:--}" ;;
    *)
      fail 'rotate what?' 'ecs/deploy.sh rotate auth-token [--finish]' 'ecs/deploy.sh rotate queue-secret [--finish]' \
        'ecs/deploy.sh rotate gitlab-token [FILE]   (from stdin without FILE)'
      ;;
  esac
}
