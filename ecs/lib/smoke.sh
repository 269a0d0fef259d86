# shellcheck shell=bash
# Does the service answer where its clients will ask?

endpoint() {
  if [ -n "$SMOKE_URL" ]; then printf '%s' "${SMOKE_URL%/}" && return; fi
  local url
  url=$(output Endpoint)
  printf '%s' "${url%/mcp}"
}

# Tries for SMOKE_SECONDS (120): a load balancer and a name in DNS take their time. /ready is 200 without Valkey too, and says so.
answers() { # URL [CURL OPTION...]
  local url=$1 said end=$((SECONDS + ${SMOKE_SECONDS:-120}))
  shift
  until said=$(curl --fail --silent --show-error --max-time 10 "$@" "$url" 2>&1) && [[ $said != *'"degraded"'* ]]; do
    [ "$SECONDS" -lt "$end" ] || { say "$url: $said" && return 1; }
    sleep 2
  done
  say "$url: $said"
}

# Goes to the load balancer whatever DNS says yet, under the name that is in the certificate.
smoke() {
  local url path balancer there=()
  if [ "$SMOKE_URL" = off ]; then say 'SMOKE_URL=off: whether the service answers was not tried.' && return; fi
  url=$(endpoint)
  balancer=$(output LoadBalancerDnsName)
  [ -n "$SMOKE_URL" ] || [ -z "$balancer" ] || there=(--connect-to "::$balancer:")
  step "smoke test of $url"
  for path in /health /ready; do
    answers "$url$path" ${there[@]+"${there[@]}"} ||
      fail "the service does not answer at $url$path." \
        'The stack is deployed. Look at ecs/deploy.sh status and ecs/deploy.sh logs; ecs/deploy.sh rollback goes back.' \
        'With AlbScheme=internal, or an AllowedCidr without this machine, set SMOKE_URL=off.'
  done
}
