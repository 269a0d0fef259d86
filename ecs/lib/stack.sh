# shellcheck shell=bash
# The stacks: the optional network, and the service.

# Sets $stack to what CloudFormation knows of a stack; nothing where there is none.
read_stack() { # [STACK]
  stack=$(aws cloudformation describe-stacks --stack-name "${1:-$STACK_NAME}" --query 'Stacks[0]' --output json 2>&1) || {
    [[ $stack == *'does not exist'* ]] || fail "CloudFormation cannot be asked: $stack" 'Check region and permissions.'
    stack=
  }
  # A change set that was never carried out is no stack yet.
  [ "$(stack_status)" != REVIEW_IN_PROGRESS ] || stack=
}

need_stack() {
  read_stack
  [ -n "$stack" ] || fail "there is no stack $STACK_NAME in $AWS_REGION." 'Deploy it first: ecs/deploy.sh'
}

# Of the stack that was read.
output() { # NAME
  jq --raw-output --arg name "$1" '.Outputs[]? | select(.OutputKey == $name) | .OutputValue' <<<"$stack"
}

deployed_parameter() { # NAME
  jq --raw-output --arg name "$1" '.Parameters[]? | select(.ParameterKey == $name) | .ParameterValue' <<<"$stack"
}

stack_status() { jq --raw-output .StackStatus <<<"$stack"; }

why_failed() { # STACK
  aws cloudformation describe-stack-events --stack-name "$1" --output text \
    --query "StackEvents[?contains(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason]" 2>/dev/null |
    head -5 >&2 || true
}

check_changeable() { # STACK
  read_stack "$1"
  case $(stack_status) in
    ROLLBACK_COMPLETE | ROLLBACK_FAILED | CREATE_FAILED | DELETE_FAILED)
      fail "the stack $1 was never complete, and CloudFormation does not update such a stack." \
        'Delete it, then deploy again: ecs/deploy.sh destroy'
      ;;
    *_IN_PROGRESS) fail "the stack $1 is being changed right now." 'Wait until it is done: ecs/deploy.sh status' ;;
  esac
}

apply() { # STACK TEMPLATE NAME=VALUE...
  local name=$1 template=$2
  shift 2
  check_changeable "$name"
  step "stack $name"
  if aws cloudformation deploy --stack-name "$name" --template-file "$template" --capabilities CAPABILITY_IAM \
    --no-fail-on-empty-changeset --parameter-overrides "$@" >&2; then
    read_stack "$name" && return
  fi
  why_failed "$name"
  fail "the stack $name was not deployed." 'The lines above say why. CloudFormation goes back to what was before.'
}

# Changes one parameter; template and other parameters stay as they are deployed.
change_parameter() { # NAME VALUE
  local all
  [ "$(deployed_parameter "$1")" != "$2" ] || return 0
  check_changeable "$STACK_NAME"
  all=$(jq --compact-output --arg name "$1" --arg value "$2" '.Parameters | map(if .ParameterKey == $name
    then {ParameterKey, ParameterValue: $value} else {ParameterKey, UsePreviousValue: true} end)' <<<"$stack")
  aws cloudformation update-stack --stack-name "$STACK_NAME" --use-previous-template --capabilities CAPABILITY_IAM \
    --parameters "$all" >/dev/null
  if aws cloudformation wait stack-update-complete --stack-name "$STACK_NAME"; then
    read_stack && return
  fi
  why_failed "$STACK_NAME"
  fail "the stack $STACK_NAME was not updated." 'The lines above say why. CloudFormation goes back to what was before.'
}

deploy_network() {
  local name
  apply "$STACK_NAME-network" "$ecs/network.yaml" ${network_parameters[@]+"${network_parameters[@]}"}
  for name in VpcId PublicSubnetIds PrivateSubnetIds; do set_parameter "$name" "$(output "$name")"; done
}

check_network() {
  local name
  [ "$CREATE_NETWORK" != true ] || return 0
  for name in VpcId PublicSubnetIds PrivateSubnetIds; do
    [ -n "$(parameter "$name")" ] ||
      fail "$name is empty in $params." 'Fill it in, or set CREATE_NETWORK=true to have a network made.'
  done
}

# What the rules of service.yaml would refuse after the build, and a name for the certificate.
check_entry() {
  if [ -z "$(parameter CertificateArn)$(parameter ExistingListenerArn)" ]; then
    [ "$(parameter AlbScheme)" = internal ] ||
      fail "CertificateArn is empty in $params, and the load balancer would face the internet." \
        'Fill in the ARN of an ACM certificate, or set AlbScheme=internal.'
  else
    [ -n "$(parameter DomainName)$SMOKE_URL" ] ||
      fail "DomainName is empty in $params." 'Fill in the host name that is in the certificate.'
  fi
}
