# shellcheck shell=bash
# The secret with the JSON keys GITLAB_PERSONAL_ACCESS_TOKEN and MCP_AUTH_TOKEN. Values travel through pipes only: never on a
# command line, where every user of the machine reads them, and never into a file.

random_token() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

secret_name() {
  local name
  name=$(parameter SecretName)
  printf '%s' "${name:-mcp/gitlab}"
}

secret_id() {
  local arn
  arn=$(parameter CredentialsSecretArn)
  if [ -n "$arn" ]; then printf '%s' "$arn"; else secret_name; fi
}

# On one line.
read_secret() { # SECRET
  aws secretsmanager get-secret-value --secret-id "$1" --query SecretString --output text | jq --compact-output . ||
    fail "the secret $1 cannot be read." 'It may not be there yet: ecs/deploy.sh makes it.' \
      "It may have been deleted: aws secretsmanager restore-secret --secret-id $1"
}

# Changes a secret by a jq program, in which $value is what comes on stdin. All is read before anything is written.
change_secret() { # SECRET PROGRAM
  local value old new
  value=$(cat)
  old=$(read_secret "$1")
  new=$(printf '%s\n%s' "$old" "$value" |
    jq --raw-input --slurp --raw-output "split(\"\\n\") | .[1] as \$value | .[0] | fromjson | $2 | tojson")
  printf '%s' "$new" |
    aws secretsmanager put-secret-value --secret-id "$1" --secret-string file:///dev/stdin >/dev/null
}

# From a file, or from stdin with "-"; a terminal is asked without echo.
read_token() { # FILE
  local token
  if [ "$1" != - ]; then
    [ -r "$1" ] || fail "the file of the GitLab token, $1, cannot be read." 'Put the token on its only line, with mode 600.'
    token=$(cat "$1")
  elif [ -t 0 ]; then
    read -rsp 'GitLab token (is not shown): ' token
    say ''
  else
    token=$(cat)
  fi
  case $token in
    '') fail 'the GitLab token is empty.' 'Give it on the only line of a file, or on stdin.' ;;
    *[[:space:]]*) fail 'the GitLab token has white space in it.' 'Give the bare token on one line.' ;;
  esac
  printf '%s' "$token"
}

# With TokenMode=user callers bring their own, and the service is given none.
lends_token() { [ "$(parameter TokenMode)" != user ]; }

create_secret() {
  local token=''
  if lends_token; then
    [ -n "$GITLAB_TOKEN_FILE" ] || [ -t 0 ] ||
      fail 'there is no GitLab token for the secret.' "Set GITLAB_TOKEN_FILE in $params (a file, or - for stdin)," \
        'or set TokenMode=user: then callers bring their own.'
    token=$(read_token "${GITLAB_TOKEN_FILE:--}")
  fi
  step "secret $(secret_name)"
  printf '%s\n%s' "$token" "$(random_token)" |
    jq --raw-input --slurp --join-output 'split("\n") | {GITLAB_PERSONAL_ACCESS_TOKEN: .[0], MCP_AUTH_TOKEN: .[1]}
      | with_entries(select(.value != "")) | tojson' |
    aws secretsmanager create-secret --name "$(secret_name)" --secret-string file:///dev/stdin \
      --description 'GitLab token, and the key of the MCP server' >/dev/null
}

# A task does not start when a key that it is given is missing.
check_keys() {
  local needed=MCP_AUTH_TOKEN missing
  if lends_token; then needed="$needed GITLAB_PERSONAL_ACCESS_TOKEN"; fi
  missing=$(read_secret "$(secret_id)" | jq --raw-output --arg needed "$needed" '($needed | split(" ")) - keys | join(", ")')
  [ -z "$missing" ] || fail "the secret $(secret_id) lacks $missing." 'Add the key, or correct CredentialsSecretArn.' \
    'Without a shared GitLab token: TokenMode=user.'
}

# Makes the secret once; one that is there is never overwritten.
ensure_secret() {
  local arn
  if ! arn=$(aws secretsmanager describe-secret --secret-id "$(secret_id)" --query ARN --output text 2>/dev/null); then
    [ -z "$(parameter CredentialsSecretArn)" ] ||
      fail "there is no secret $(secret_id)." 'Correct CredentialsSecretArn, or leave it empty to have one made.'
    create_secret
    arn=$(aws secretsmanager describe-secret --secret-id "$(secret_name)" --query ARN --output text)
  fi
  check_keys
  set_parameter CredentialsSecretArn "$arn"
}
