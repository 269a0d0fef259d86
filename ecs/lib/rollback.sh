# shellcheck shell=bash
# Back to an image that ran before. Only the image changes: template and parameters stay as they are deployed.

# Of the images that became a release before the one that runs did, the last; where that never did, the last of all.
previous_digest() { # DIGEST
  aws ecr describe-images --repository-name "$ECR_REPOSITORY" --output json |
    jq -r --arg running "$1" '[.imageDetails[] | {digest: .imageDigest, at: ([.imageTags[]? | select(startswith("release-"))] | min)} | select(.at)]
      | (map(select(.digest == $running))[0].at // "release-~") as $since
      | map(select(.digest != $running and .at < $since)) | max_by(.at).digest // empty'
}

rollback() { # [DIGEST]
  local running digest
  need aws curl jq
  find_account
  need_stack
  running=$(deployed_parameter ImageUri)
  digest=${1:-$(previous_digest "${running##*@}")}
  [ -n "$digest" ] || fail 'no image of this repository was a release before the one that runs.' 'Name one: ecs/deploy.sh rollback sha256:…'
  aws ecr describe-images --repository-name "$ECR_REPOSITORY" --image-ids "imageDigest=$digest" >/dev/null 2>&1 ||
    fail "$ECR_REPOSITORY has no image $digest." "List them: aws ecr describe-images --repository-name $ECR_REPOSITORY"
  [ "$digest" != "${running##*@}" ] || fail "$digest runs already." 'Name another digest.'
  step "back to $digest"
  change_parameter ImageUri "${running%@*}@$digest"
  mark deployed "${running%@*}@$digest"
  smoke
  mark release "${running%@*}@$digest"
}
