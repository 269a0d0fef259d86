# shellcheck shell=bash
# The repository in ECR, and one image per commit in it. Tags are immutable and there is no `latest`: a tag is a commit, and
# services run digests.

ensure_repository() {
  if aws ecr describe-repositories --repository-names "$ECR_REPOSITORY" >/dev/null 2>&1; then return; fi
  step "ECR repository $ECR_REPOSITORY"
  aws ecr create-repository --repository-name "$ECR_REPOSITORY" --image-tag-mutability IMMUTABLE \
    --image-scanning-configuration scanOnPush=true --encryption-configuration encryptionType=AES256 >/dev/null
  aws ecr put-lifecycle-policy --repository-name "$ECR_REPOSITORY" \
    --lifecycle-policy-text "file://$ecs/ecr-lifecycle.json" >/dev/null
}

digest_of() { # TAG
  aws ecr describe-images --repository-name "$ECR_REPOSITORY" --image-ids "imageTag=$1" \
    --query 'imageDetails[0].imageDigest' --output text 2>/dev/null
}

# The image is what is committed: a tag that names a commit must not hold anything else.
check_clean() {
  local changed
  changed=$(git -C "$ecs/.." status --porcelain -- src package.json package-lock.json tsconfig.json tsconfig.build.json \
    Dockerfile .dockerignore)
  [ -z "$changed" ] || fail "files of the image are not committed:" "$changed" 'Commit them, or stash them: the tag is the commit.'
}

platform() {
  if [ "$(parameter CpuArchitecture)" = X86_64 ]; then echo linux/amd64; else echo linux/arm64; fi
}

log_in_to() { # HOST
  aws ecr get-login-password | docker login --username AWS --password-stdin "$1" >/dev/null ||
    fail "docker cannot log in at $1." 'Check that the credentials may call ecr:GetAuthorizationToken.'
}

build_and_push() { # REPOSITORY TAG
  step "build $2 for $(platform)"
  log_in_to "${1%%/*}"
  docker buildx build --platform "$(platform)" --provenance=false --target service --push --tag "$1:$2" \
    --build-arg "REVISION=$2" --build-arg "CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    --build-arg "VERSION=$(jq -r .version "$ecs/../package.json")" "$ecs/.." >&2 ||
    fail 'the image was not built or not pushed.' 'The lines above say why.'
}

# Sets $image, the image of this commit by its digest.
push_image() {
  local tag repository digest
  check_clean
  tag=$(git -C "$ecs/.." rev-parse HEAD)
  [ "$(platform)" = linux/arm64 ] || tag=$tag-amd64
  repository=$account.dkr.ecr.$AWS_REGION.amazonaws.com/$ECR_REPOSITORY
  ensure_repository
  if digest_of "$tag" >/dev/null; then say "image $tag is there already"; else build_and_push "$repository" "$tag"; fi
  digest=$(digest_of "$tag") || fail "$repository has no image $tag after the push." 'Look at the output of docker above.'
  image=$repository@$digest
}

# Images that the stack has had bear a tag deployed-<time>, and those that passed their smoke test release-<time>: ecr-lifecycle.json
# keeps them, and `rollback` goes by the releases.
mark() { # deployed|release IMAGE
  local digest=${2##*@} manifest
  manifest=$(aws ecr batch-get-image --repository-name "$ECR_REPOSITORY" --image-ids "imageDigest=$digest" \
    --query 'images[0].imageManifest' --output text)
  aws ecr put-image --repository-name "$ECR_REPOSITORY" --image-tag "$1-$(date -u +%Y%m%dT%H%M%SZ)" \
    --image-manifest "$manifest" >/dev/null
}
