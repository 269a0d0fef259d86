# shellcheck shell=bash
# The lines of one role. filter-log-events is in version 1 and 2 of the AWS CLI; `aws logs tail` is in version 2 only.

# Prints what came since $since and moves $since behind it.
print_logs() { # GROUP
  local found last
  found=$(aws logs filter-log-events --log-group-name "$1" --start-time "$since" --query events --output json) ||
    fail "the log group $1 cannot be read." 'Is the stack deployed? ecs/deploy.sh status'
  jq -r '.[].message' <<<"$found"
  last=$(jq -r '[.[].timestamp] | max // empty' <<<"$found")
  [ -z "$last" ] || since=$((last + 1))
}

logs() {
  local role=api minutes=10 follow=false since
  while [ $# -gt 0 ]; do
    case $1 in
      api | worker) role=$1 ;;
      --minutes) shift && minutes=${1:-} ;;
      --follow) follow=true ;;
      *) fail "logs does not know $1." 'ecs/deploy.sh logs [api|worker] [--minutes 10] [--follow]' ;;
    esac
    shift
  done
  case $minutes in '' | *[!0-9]*) fail '--minutes takes a whole number.' 'For example --minutes 60' ;; esac
  need aws jq
  find_account
  since=$((($(date +%s) - minutes * 60) * 1000))
  print_logs "/ecs/$STACK_NAME/$role"
  while [ "$follow" = true ]; do
    sleep 3
    print_logs "/ecs/$STACK_NAME/$role"
  done
}
