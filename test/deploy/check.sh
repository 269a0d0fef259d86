# shellcheck shell=bash
# Checks whose names are true sentences, and the closing line. A failed check is shown with what was said, and counted.

passed=0 failed=0

good() { passed=$((passed + 1)) && echo "  ok    $1"; }

bad() { # SENTENCE WHAT
  failed=$((failed + 1))
  printf '  FAIL  %s\n' "$1"
  printf '%s\n' "$2" | sed 's/^/        | /'
}

# The command succeeds.
holds() { # SENTENCE COMMAND...
  local sentence=$1 said
  shift
  if said=$("$@" 2>&1); then good "$sentence"; else bad "$sentence" "$said"; fi
}

# The command prints exactly this.
prints() { # SENTENCE EXPECTED COMMAND...
  local sentence=$1 expected=$2 said
  shift 2
  said=$("$@" 2>&1) || said="exit $?: $said"
  if [ "$said" = "$expected" ]; then good "$sentence"; else bad "$sentence" "expected: $expected"$'\n'"said:     $said"; fi
}

# The command succeeds, and what it says (stdout and stderr) has this in it.
says() { # SENTENCE PART COMMAND...
  local sentence=$1 part=$2 said
  shift 2
  if said=$("$@" 2>&1) && [[ $said == *"$part"* ]]; then good "$sentence"; else bad "$sentence" "$said"$'\n'"lacks: $part"; fi
}

# The command fails, and what it says has all parts in it, which are given one per line.
refuses() { # SENTENCE PARTS COMMAND...
  local sentence=$1 parts=$2 said part
  shift 2
  if said=$("$@" 2>&1); then bad "$sentence" "it succeeded: $said" && return; fi
  while IFS= read -r part; do
    [[ $said == *"$part"* ]] || { bad "$sentence" "$said"$'\n'"lacks: $part" && return; }
  done <<<"$parts"
  good "$sentence"
}

close() { # NAME
  echo "$1: $passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
