# shellcheck shell=bash
# The two services. The API alone reads the secret mcp/gitlab: workers get tokens with each call, sealed.

service_of() { # ROLE
  case $1 in
    api) output ApiServiceName ;;
    worker) output WorkerServiceName ;;
    *) fail "there is no role $1." 'The roles are api and worker.' ;;
  esac
}

restart() { # ROLES
  local cluster role services=()
  cluster=$(output ClusterName)
  step "new tasks of $1, since a secret is read at the start of a task only"
  for role in $1; do
    services+=("$(service_of "$role")")
    aws ecs update-service --cluster "$cluster" --service "$(service_of "$role")" --force-new-deployment >/dev/null
  done
  aws ecs wait services-stable --cluster "$cluster" --services "${services[@]}" ||
    fail 'the new tasks did not become stable.' 'Look at ecs/deploy.sh status and ecs/deploy.sh logs.'
}
