# shellcheck shell=bash
# What the user reads. Everything goes to stderr, so that stdout holds results only.

say() { printf '%s\n' "$*" >&2; }

step() { printf '== %s\n' "$*" >&2; }

# A failure says what happened and, after it, what to do next.
fail() {
  printf 'deploy.sh: %s\n' "$1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}
