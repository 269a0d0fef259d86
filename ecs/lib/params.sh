# shellcheck shell=bash
# Reads ecs/params.env. The file is data: nothing in it is run. Names in capitals are settings of this script, all others
# parameters of service.yaml or network.yaml. Works in bash 3.2 too, which macOS ships: no associative arrays.

settings='AWS_REGION AWS_PROFILE STACK_NAME ECR_REPOSITORY GITLAB_TOKEN_FILE CREATE_NETWORK SMOKE_URL'
parameters=()         # Name=value, for service.yaml
network_parameters=() # for network.yaml

names_of_template() { # FILE
  awk '/^[A-Za-z]/ { inside = ($1 == "Parameters:") } inside && /^  [A-Za-z0-9]+:/ { sub(/:.*/, ""); print $1 }' "$1"
}

is_in() { # WORD LIST
  case " ${2//$'\n'/ } " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

take() { # NAME VALUE: into a setting or a list of parameters
  if is_in "$1" "$settings"; then
    [ -z "$2" ] || printf -v "$1" '%s' "$2" # empty means the default, or what the environment has
  elif is_in "$1" "$service_names"; then
    set_parameter "$1" "$2" # the last line wins
  elif is_in "$1" "$network_names"; then
    network_parameters+=("$1=$2")
  else
    fail "$params: nothing is named $1." 'Compare it with ecs/params.example.env, which names every parameter.'
  fi
}

read_params() {
  [ -r "$params" ] || fail "there is no $params." 'Make it: cp ecs/params.example.env ecs/params.env, then fill it in.'
  local line value service_names network_names
  service_names=$(names_of_template "$ecs/service.yaml")
  network_names=$(names_of_template "$ecs/network.yaml")
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    case $line in '' | '#'*) continue ;; *=*) ;; *) fail "$params: \"$line\" is no NAME=value." 'Begin a comment with #.' ;; esac
    value=${line#*=}
    case $value in \"*\" | \'*\') value=${value:1:${#value}-2} ;; esac
    take "${line%%=*}" "$value"
  done <"$params"
  export AWS_REGION AWS_DEFAULT_REGION=$AWS_REGION AWS_PAGER=''
  if [ -n "$AWS_PROFILE" ]; then export AWS_PROFILE; else unset AWS_PROFILE; fi
}

parameter() { # NAME
  local pair
  for pair in ${parameters[@]+"${parameters[@]}"}; do
    [ "${pair%%=*}" != "$1" ] || { printf '%s' "${pair#*=}" && return; }
  done
}

set_parameter() { # NAME VALUE
  local pair kept=()
  for pair in ${parameters[@]+"${parameters[@]}"}; do [ "${pair%%=*}" = "$1" ] || kept+=("$pair"); done
  parameters=(${kept[@]+"${kept[@]}"} "$1=$2")
}

# What every sub-command needs.
check_settings() {
  local name
  for name in AWS_REGION STACK_NAME; do
    [ -n "${!name}" ] || fail "$name is empty in $params." 'ecs/params.example.env says what belongs there.'
  done
}
