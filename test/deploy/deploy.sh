#!/usr/bin/env bash
# ecs/deploy.sh from end to end against moto, a stand-in for AWS on 127.0.0.1. What moto lacks is named in bin/aws.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source-path=SCRIPTDIR
{
  source moto.sh
  source check.sh
}

begin() {
  start_moto inf
  start_answering
  copy_repository
  vpc=$(default_vpc)
  subnets=$(default_subnets)
  echo glpat-of-the-test-1 >"$room/token"
  params AlbScheme=internal
  export SMOKE_SECONDS=2
}

params() { # NAME=value... over the test's own
  cat >"$room/params.env" <<TEXT
# Values in quotes are taken too.
AWS_REGION="eu-central-1"
STACK_NAME=mcp
GITLAB_TOKEN_FILE=$room/token
SMOKE_URL=$service_url
VpcId=$vpc
PublicSubnetIds=$subnets
PrivateSubnetIds=$subnets
TEXT
  printf '%s\n' "$@" >>"$room/params.env"
}

deploy_sh() { "$room/copy/ecs/deploy.sh" --params "$room/params.env" "$@"; }

secret() { aws secretsmanager get-secret-value --secret-id mcp/gitlab --query SecretString --output text | jq -r "$1"; }
images() { aws ecr describe-images --repository-name go-mcp-gitlab --output json | jq -r "$1"; }
builds() { grep -c '^buildx build' "$room/docker"; }
# As it stands in the template that is deployed: moto's task definitions lose their fields when a stack is updated.
container() { # Api|Worker JQ
  aws cloudformation get-template --stack-name mcp --query TemplateBody --output json |
    jq -r ".Resources.${1}Task.Properties.ContainerDefinitions[0] | $2"
}

# --- what is refused before anything is made

without() { # TOOL
  local tool bare=$room/without-$1
  mkdir -p "$bare"
  for tool in aws bash curl docker git jq awk dirname cat date; do
    [ "$tool" = "$1" ] || ln -sf "$(command -v "$tool")" "$bare/$tool"
  done
  PATH=$bare deploy_sh
}

refusals() {
  echo 'before anything is made:'
  refuses 'a command that is not there is refused with the list' $'rotate auth-token\nthere is no command dpeloy' deploy_sh dpeloy
  refuses 'a file of parameters that is not there is refused' 'cp ecs/params.example.env ecs/params.env' \
    "$room/copy/ecs/deploy.sh" --params "$room/none"
  refuses 'the example as it stands lacks the region' 'AWS_REGION is empty' \
    env -u AWS_REGION "$room/copy/ecs/deploy.sh" --params "$repository/ecs/params.example.env"
  local tool
  for tool in aws docker jq; do refuses "without $tool it says what to install" "$tool is not installed." without "$tool"; done
  params AlbScheme=internal VpcID=vpc-1
  refuses 'a parameter with a wrong name is refused' $'nothing is named VpcID\nparams.example.env' deploy_sh
  params AlbScheme=internal 'a line'
  refuses 'a line that is no parameter is refused' '"a line" is no NAME=value' deploy_sh
  params AlbScheme=internal VpcId=
  refuses 'a missing VPC is named' $'VpcId is empty\nCREATE_NETWORK=true' deploy_sh
  params
  refuses 'plain HTTP towards the internet is refused' 'CertificateArn is empty' deploy_sh
  params CertificateArn=arn:aws:acm:eu-central-1:123456789012:certificate/1 ExistingListenerArn=
  sed -i '/^SMOKE_URL/d' "$room/params.env"
  refuses 'a certificate without a host name is refused' 'DomainName is empty' deploy_sh
  params AlbScheme=internal GITLAB_TOKEN_FILE="$room/none"
  refuses 'a token file that is not there is named' 'cannot be read' deploy_sh
  params AlbScheme=internal
  printf 'two words' >"$room/token"
  refuses 'a token with white space is refused' 'white space' deploy_sh
  echo glpat-of-the-test-1 >"$room/token"
  refuses 'without credentials it says how to log in' $'AWS does not accept the credentials\naws sso login' \
    env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY AWS_EC2_METADATA_DISABLED=true HOME="$room" \
    "$room/copy/ecs/deploy.sh" --params "$room/params.env"
  refuses 'status of no stack says to deploy first' $'there is no stack mcp\necs/deploy.sh' deploy_sh status
  holds 'none of this made anything' nothing_made
}

nothing_made() {
  [ "$(aws secretsmanager list-secrets --query 'length(SecretList)')" = 0 ]
  [ "$(aws ecr describe-repositories --query 'length(repositories)')" = 0 ]
}

wrong_credentials() {
  local right=$AWS_ENDPOINT_URL
  start_moto 0
  refuses 'credentials that AWS does not know are refused in its words' 'security token included in the request is invalid' deploy_sh
  AWS_ENDPOINT_URL=$right
}

# --- from nothing to a running service

first_deployment() {
  echo 'the first deployment:'
  touch "$room/copy/src/new.ts"
  refuses 'what is not committed is not deployed' $'not committed\nsrc/new.ts' deploy_sh
  rm "$room/copy/src/new.ts"
  says 'one command goes from nothing to an answering service' "MCP endpoint: $service_url/mcp" deploy_sh
  commit=$(git -C "$room/copy" rev-parse HEAD)
  first=$(images '.imageDetails[0].imageDigest')
  prints 'the repository scans, encrypts and keeps tags' $'True\tAES256\tIMMUTABLE' aws ecr describe-repositories --output text --query \
    'repositories[0].[imageScanningConfiguration.scanOnPush, encryptionConfiguration.encryptionType, imageTagMutability]'
  prints 'the repository has the rules of ecs/ecr-lifecycle.json' "$(jq -cS . "$repository/ecs/ecr-lifecycle.json")" lifecycle
  prints 'the image is built for ARM64 and tagged with its commit' "--platform linux/arm64 :$commit" build_words
  holds 'there is no tag latest' no_latest
  prints 'both roles run the image by its digest' "$first $first" digests
  prints 'the secret has both tokens' 'glpat-of-the-test-1 64' secret '"\(.GITLAB_PERSONAL_ACCESS_TOKEN) \(.MCP_AUTH_TOKEN | length)"'
  prints 'the stack is given the secret' arn:aws:secretsmanager:eu-central-1:123456789012:secret:mcp/gitlab secret_of_task
  says 'a second deployment of the same commit builds nothing' 'is there already' deploy_sh
  prints 'and the image was built once' 1 builds
}

lifecycle() {
  aws ecr get-lifecycle-policy --repository-name go-mcp-gitlab --query lifecyclePolicyText --output text | jq -cS .
}
build_words() { echo "$(grep -o -e '--platform [a-z0-9/]*' "$room/docker") $(grep -o ":$commit" "$room/docker" | head -1)"; }
no_latest() { [ "$(images '[.imageDetails[].imageTags[]? | select(. == "latest")] | length')" = 0 ]; }
digests() { echo "$(container Api '.Image | split("@")[1]') $(container Worker '.Image | split("@")[1]')"; }
secret_of_task() {
  container Api '.Secrets[] | select(.Name == "MCP_AUTH_TOKEN").ValueFrom' | sed 's/-[A-Za-z0-9]*:MCP_AUTH_TOKEN::$//'
}

# --- the other commands

operation() {
  echo 'operation:'
  says 'status shows stack, image and services' "@$first" deploy_sh status
  holds 'without SMOKE_URL it asks the load balancer, whatever DNS says yet' status_through_balancer
  aws logs create-log-stream --log-group-name /ecs/mcp/worker --log-stream-name 1
  aws logs put-log-events --log-group-name /ecs/mcp/worker --log-stream-name 1 \
    --log-events "timestamp=$(date +%s)000,message=a line of the worker" >/dev/null
  says 'logs prints the lines of a role' 'a line of the worker' deploy_sh logs worker
  refuses 'logs of no role is refused' 'logs does not know redis' deploy_sh logs redis
  refuses 'logs takes minutes as a number' 'whole number' deploy_sh logs --minutes soon
  refuses 'exec says how to turn ECS Exec on' 'EnableExec=true' deploy_sh exec
}

# A curl that answers everything: a load balancer of moto has no address.
status_through_balancer() {
  local name
  name=$(aws elbv2 describe-load-balancers --query 'LoadBalancers[0].DNSName' --output text)
  mkdir "$room/any"
  # shellcheck disable=SC2016 # $* is the stub's
  printf '#!/bin/sh\necho "$*" >>%s\n' "$room/curl" >"$room/any/curl"
  chmod +x "$room/any/curl"
  grep -v ^SMOKE_URL "$room/params.env" >"$room/no-url.env"
  PATH=$room/any:$PATH "$room/copy/ecs/deploy.sh" --params "$room/no-url.env" status
  grep -F -- "--connect-to ::$name: http://$name/health" "$room/curl"
  grep -F -- "--connect-to ::$name: http://$name/ready" "$room/curl"
}

# The script itself in the background, so that its process is the one that is ended.
follow() {
  local follower
  "$room/copy/ecs/deploy.sh" --params "$room/params.env" logs worker --follow >"$room/followed" &
  follower=$!
  started+=("$follower")
  until_there 'a line of the worker'
  aws logs put-log-events --log-group-name /ecs/mcp/worker --log-stream-name 1 \
    --log-events "timestamp=$(date +%s)999,message=a later line" >/dev/null
  until_there 'a later line'
  kill "$follower"
  prints 'logs --follow prints each line once' 'a line of the worker|a later line' paste -sd '|' "$room/followed"
}
until_there() { # LINE
  local tries
  for tries in $(seq 60); do
    if grep -q "$1" "$room/followed"; then return; fi
    [ "$tries" -lt 60 ] || return 0
    sleep 1
  done
}

rotation() {
  echo 'rotation:'
  local old new
  old=$(secret .MCP_AUTH_TOKEN)
  refuses 'there is nothing to finish before a rotation' 'no rotation' deploy_sh rotate auth-token --finish
  says 'rotate auth-token says how to read the new token, and does not print it' '--finish' deploy_sh rotate auth-token
  new=$(secret .MCP_AUTH_TOKEN)
  holds 'there is a new token' [ "$new" != "$old" ]
  prints 'the old token is kept beside it' "$old" secret .MCP_AUTH_TOKEN_PREVIOUS
  prints 'the API is given both' 'MCP_AUTH_TOKEN MCP_AUTH_TOKEN_PREVIOUS' tokens_of_api
  refuses 'a second rotation waits for the first' 'is under way' deploy_sh rotate auth-token
  holds 'rotate auth-token --finish ends it' deploy_sh rotate auth-token --finish
  prints 'the old token is gone, the new one stays' "null $new" secret '"\(.MCP_AUTH_TOKEN_PREVIOUS) \(.MCP_AUTH_TOKEN)"'
  prints 'the API is given one' MCP_AUTH_TOKEN tokens_of_api
  holds 'rotate queue-secret changes the secret of the queue' deploy_sh rotate queue-secret
  prints 'both roles are given the old one too' 'QUEUE_SECRET_PREVIOUS QUEUE_SECRET_PREVIOUS' queue_secrets
  prints 'the old one is the second' of-the-queue queue_secret .QUEUE_SECRET_PREVIOUS
  refuses 'one rotation at a time' 'rotation (queue-secret) is under way' deploy_sh rotate auth-token
  holds 'rotate queue-secret --finish ends it' deploy_sh rotate queue-secret --finish
  prints 'the old one is gone, a new one is there' 'null 64' queue_secret '"\(.QUEUE_SECRET_PREVIOUS) \(.QUEUE_SECRET | length)"'
  holds 'rotate gitlab-token takes the token from stdin' piped_token
  prints 'the secret has the new GitLab token' "glpat-of-the-test-2 $new" secret '"\(.GITLAB_PERSONAL_ACCESS_TOKEN) \(.MCP_AUTH_TOKEN)"'
  refuses 'an empty GitLab token is refused' 'is empty' deploy_sh rotate gitlab-token /dev/null
  refuses 'rotate of something else lists what there is' 'rotate gitlab-token [FILE]' deploy_sh rotate all
  holds 'no token stood on a command line' no_token_in_calls "$old" "$new"
}

queue_secret() { aws secretsmanager get-secret-value --secret-id mcp-queue --query SecretString --output text | jq -r "$1"; }
queue_secrets() {
  local names='.Secrets[].Name | select(. == "QUEUE_SECRET_PREVIOUS")'
  echo "$(container Api "$names") $(container Worker "$names")"
}
tokens_of_api() { container Api '[.Secrets[].Name | select(startswith("MCP_AUTH"))] | sort | join(" ")'; }
piped_token() { echo glpat-of-the-test-2 | deploy_sh rotate gitlab-token; }
no_token_in_calls() { # TOKEN...
  local token
  for token in glpat-of-the-test "$@"; do
    if grep -F -- "$token" "$room/aws" "$room/docker"; then return 1; fi
  done
}

going_back() {
  echo 'rollback:'
  refuses 'there is nothing to go back to yet' 'was a release before' deploy_sh rollback
  commit_copy second
  echo 503 unready >"$room/status"
  refuses 'a deployment whose service does not answer fails' $'does not answer\nrollback' deploy_sh
  echo 200 degraded >"$room/status"
  refuses 'and one whose service is degraded' $'does not answer\nrollback' deploy_sh
  second=$(images '[.imageDetails[].imageDigest] - ["'"$first"'"] | .[0]')
  echo 200 healthy >"$room/status"
  prints 'that image runs, is marked each time so that ECR keeps it, and is no release' "$second $second 2 0" echo "$(digests) $(marks deployed "$second") $(marks release "$second")"
  says 'rollback goes to the last release' "back to $first" deploy_sh rollback
  prints 'both roles run it' "$first $first" digests
  refuses 'rollback to an image that is not there is refused' 'has no image sha256:0' deploy_sh rollback sha256:0
  says 'rollback to a digest goes there' "back to $second" deploy_sh rollback "$second"
  prints 'and now it is a release' 1 marks release "$second"
  sleep 1
  says 'rollback goes to the one before' "back to $first" deploy_sh rollback
  refuses 'rollback once more does not bring back what was left' 'was a release before' deploy_sh rollback
  holds 'back to the second for what follows' deploy_sh rollback "$second"
}
marks() { # deployed|release DIGEST
  images '[.imageDetails[] | select(.imageDigest == "'"$2"'").imageTags[]? | select(startswith("'"$1"'-"))] | length'
}

shell() {
  echo 'exec:'
  params AlbScheme=internal EnableExec=true
  holds 'EnableExec=true is deployed' deploy_sh
  prints 'the root file system is writable then' false container Api .ReadonlyRootFilesystem
  refuses 'exec says that no task runs' 'no task of worker runs' deploy_sh exec worker
  touch "$room/a-task-runs"
  says 'exec opens a shell in a task of the role' '--container worker --interactive --command /bin/sh' deploy_sh exec worker
  refuses 'exec of no role is refused' 'there is no role redis' deploy_sh exec redis
}

network() {
  echo 'network:'
  params AlbScheme=internal CREATE_NETWORK=true STACK_NAME=own VpcId= PublicSubnetIds= PrivateSubnetIds= VpcCidr=10.9.0.0/16 SecretName=mcp/own TokenMode=user GITLAB_TOKEN_FILE=
  says 'CREATE_NETWORK=true makes a network first' 'stack own-network' deploy_sh
  prints 'with the addresses that it was given' 10.9.0.0/16 aws ec2 describe-vpcs --filters Name=tag:Name,Values=own-network --query 'Vpcs[0].CidrBlock' --output text
  prints 'a service with TokenMode=user has no GitLab token in its secret' MCP_AUTH_TOKEN \
    sh -c "aws secretsmanager get-secret-value --secret-id mcp/own --query SecretString --output text | jq -r 'keys | join(\" \")'"
}

own_secret() {
  params AlbScheme=internal CredentialsSecretArn=arn:aws:secretsmanager:eu-central-1:123456789012:secret:none-AbCdEf
  refuses 'a secret that is not there is named' 'there is no secret arn:' deploy_sh
  printf '{"MCP_AUTH_TOKEN":"x"}' | aws secretsmanager create-secret --name half --secret-string file:///dev/stdin >/dev/null
  params AlbScheme=internal "CredentialsSecretArn=$(aws secretsmanager describe-secret --secret-id half --query ARN --output text)"
  refuses 'a secret that lacks a key is refused before a task fails on it' 'lacks GITLAB_PERSONAL_ACCESS_TOKEN' deploy_sh
}

end() {
  echo 'destroy:'
  params AlbScheme=internal
  refuses 'destroy asks, and without a terminal deletes nothing' '--yes' sh -c "'$room/copy/ecs/deploy.sh' --params '$room/params.env' destroy </dev/null"
  says 'destroy --yes deletes the stack and names what is left' 'delete-secret --secret-id mcp/gitlab' deploy_sh destroy --yes
  refuses 'the stack is gone' 'there is no stack mcp' deploy_sh status
  prints 'the secret is kept' glpat-of-the-test-2 secret .GITLAB_PERSONAL_ACCESS_TOKEN
}

begin
refusals
wrong_credentials
first_deployment
operation
follow
rotation
going_back
shell
network
own_secret
end
close 'deploy.sh against moto'
