# shellcheck shell=bash
# A shell in a running task (ECS Exec).

exec_in() { # [api|worker] [COMMAND]
  local role=${1:-api} command=${2:-/bin/sh} cluster service task
  need aws jq session-manager-plugin
  find_account
  need_stack
  cluster=$(output ClusterName)
  service=$(service_of "$role")
  [ "$(deployed_parameter EnableExec)" = true ] ||
    fail 'ECS Exec is off.' 'Set EnableExec=true in the parameters and deploy: the root file system becomes writable with it.'
  task=$(aws ecs list-tasks --cluster "$cluster" --service-name "$service" --desired-status RUNNING --query 'taskArns[0]' --output text)
  [ "$task" != None ] || fail "no task of $role runs." 'See ecs/deploy.sh status.'
  aws ecs execute-command --cluster "$cluster" --task "$task" --container "$role" --interactive --command "$command"
}
