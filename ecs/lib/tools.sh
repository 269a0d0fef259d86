# shellcheck shell=bash
# What must be on this machine, and who we are for AWS.

need() { # TOOL...
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || fail "$tool is not installed." "Install $tool, or put it on the PATH."
  done
}

need_buildx() {
  docker buildx version >/dev/null 2>&1 ||
    fail 'docker has no buildx, which builds for another processor.' 'Install the docker-buildx-plugin (Docker Desktop has it).'
}

# Sets $account, or says why AWS does not know us.
find_account() {
  local said
  said=$(aws sts get-caller-identity --query Account --output text 2>&1) ||
    fail "AWS does not accept the credentials: $said" \
      'Log in (aws sso login, aws configure), or set AWS_PROFILE in the parameters, and try again.'
  account=$said
}
