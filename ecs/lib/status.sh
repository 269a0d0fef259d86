# shellcheck shell=bash
# What runs now.

status() {
  local cluster
  need aws curl jq
  find_account
  need_stack
  printf 'stack     %s %s\n' "$STACK_NAME" "$(stack_status)"
  printf 'image     %s\n' "$(deployed_parameter ImageUri)"
  cluster=$(output ClusterName)
  aws ecs describe-services --cluster "$cluster" --services "$(output ApiServiceName)" "$(output WorkerServiceName)" --output json |
    jq -r '.services[] | "service   \(.serviceName) \(.runningCount) of \(.desiredCount) tasks, \(.deployments | length) deployment(s)"'
  aws cloudwatch describe-alarms --state-value ALARM --alarm-name-prefix "$STACK_NAME" --output json |
    jq -r '.MetricAlarms[] | "alarm     \(.AlarmName): \(.AlarmDescription)"'
  printf 'endpoint  %s/mcp\n' "$(endpoint)"
  smoke
}
