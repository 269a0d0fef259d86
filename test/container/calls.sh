# shellcheck shell=bash
# shellcheck disable=SC2154 # api and headers come from who sources this
# Sourced after engine.sh by the scripts that call a running service. They set `api` to its address and `headers` to a
# curl configuration file with the caller's headers: a token among curl's arguments could be read in the list of processes.

# call TOOL ARGUMENTS: the guide's curl; prints the answer.
call() {
  curl --silent --show-error --max-time 70 --config "$headers" --request POST "$api/mcp" \
    --header 'Content-Type: application/json' \
    --data "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"$1\",\"arguments\":$2}}"
}

read_issue() { call get_issue '{"project_id":"team/app","issue_iid":2}'; }

is_issue() { [[ $1 == *'Write a guide for new colleagues'* && $1 != *'"isError":true'* ]]; }

answers() { is_issue "$(read_issue)"; }

answers_status() { [[ $(curl --silent --output /dev/null --max-time 5 --write-out '%{http_code}' "$api$1") == "$2" ]]; }
