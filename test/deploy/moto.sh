# shellcheck shell=bash
# A room for one test: moto (a stand-in for AWS) on 127.0.0.1, a copy of the repository as a git repository of its own, and
# stubs of docker and of what moto lacks on the PATH. Sourced by the tests of this folder.

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
room=$(mktemp -d)
started=()
REAL_AWS=$(pyenv which aws 2>/dev/null || command -v aws || true) # without the shim of pyenv, which takes time
export ROOM=$room REPOSITORY=$repository REAL_AWS
export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_REGION=eu-central-1 AWS_DEFAULT_REGION=eu-central-1 AWS_PAGER=''
unset AWS_PROFILE AWS_SESSION_TOKEN
PATH=$repository/test/deploy/bin:$PATH

end_room() {
  local pid
  for pid in ${started[@]+"${started[@]}"}; do kill "$pid" 2>/dev/null || true; done
  rm -rf "$room"
}
trap end_room EXIT

wait_for() { # URL
  local tries
  for tries in $(seq 100); do
    if curl --silent --output /dev/null "$1"; then return; fi
    [ "$tries" -lt 100 ] || { echo "$1 does not answer" >&2 && exit 1; }
    sleep 0.2
  done
}

free_port() { node -e "const s = require('net').createServer().listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })"; }

# Sets AWS_ENDPOINT_URL. After so many calls it checks credentials, as AWS does; inf never.
start_moto() { # CALLS
  local port
  port=$(free_port)
  MOTO_ACM_VALIDATION_WAIT=0 INITIAL_NO_AUTH_ACTION_COUNT=$1 moto_server -H 127.0.0.1 -p "$port" >>"$room/moto.log" 2>&1 &
  started+=("$!")
  export AWS_ENDPOINT_URL=http://127.0.0.1:$port
  wait_for "$AWS_ENDPOINT_URL/moto-api/"
}

# A server that answers /health and /ready with what is in $room/status: the code, and the word. Sets $service_url.
start_answering() {
  local port
  port=$(free_port)
  echo 200 healthy >"$room/status"
  node -e "require('http').createServer((q, a) => { const [code, word] = require('fs').readFileSync('$room/status', 'utf8').trim().split(' '); a.writeHead(+code); a.end(JSON.stringify({ status: word })); }).listen($port, '127.0.0.1')" &
  started+=("$!")
  service_url=http://127.0.0.1:$port
  wait_for "$service_url/health"
}

# What is committed in it is the image.
copy_repository() {
  mkdir "$room/copy"
  cp -r "$repository"/{package.json,package-lock.json,tsconfig.json,tsconfig.build.json,Dockerfile,.dockerignore,src,ecs} "$room/copy/"
  rm -f "$room/copy/ecs/params.env"
  git -C "$room/copy" init --quiet --initial-branch=main
  commit_copy first
}

commit_copy() { # MESSAGE
  git -C "$room/copy" add --all
  git -C "$room/copy" -c user.name=test -c user.email=test@localhost commit --quiet --allow-empty --message "$1"
}

default_vpc() { aws ec2 describe-vpcs --query 'Vpcs[0].VpcId' --output text; }
default_subnets() { aws ec2 describe-subnets --query 'Subnets[:2].SubnetId' --output text | tr '\t' ,; }
