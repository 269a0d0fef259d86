# shellcheck shell=bash
# From a checkout to a running service.

deploy() {
  local image
  [ $# -eq 0 ] || fail "deploy takes no $1." 'ecs/deploy.sh help lists what there is.'
  need aws curl docker git jq
  need_buildx
  check_network
  check_entry
  find_account
  ensure_secret
  push_image
  [ "$CREATE_NETWORK" != true ] || deploy_network
  set_parameter ImageUri "$image"
  apply "$STACK_NAME" "$ecs/service.yaml" "${parameters[@]}"
  mark deployed "$image"
  smoke
  mark release "$image"
  say "deployed: $image"
  say "MCP endpoint: $(endpoint)/mcp"
}
