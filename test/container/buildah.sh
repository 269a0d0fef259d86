# shellcheck shell=bash
# shellcheck disable=SC2154 # cache comes from engine.sh, which is sourced before
# Sourced after engine.sh: how the Dockerfile is built here.

# build ARGUMENTS…, as for `docker build`. Without --format docker the HEALTHCHECK is dropped; isolation by chroot needs no
# rights that a container has not. The npm inside takes the packages from this machine's npm cache, and trusts whom this
# machine trusts.
build() {
  local certificates=/etc/ssl/certs/ca-certificates.crt npm_home
  npm_home=$(npm config get cache)
  mkdir -p "$npm_home/_cacache"
  printf 'cafile=%s\n' "$certificates" >"$cache/npmrc"
  buildah build --isolation chroot --format docker --pull-never --network host --layers \
    --volume "$certificates:$certificates:ro" --volume "$cache/npmrc:/usr/local/etc/npmrc:ro" \
    --volume "$npm_home/_cacache:/root/.npm/_cacache" "$@"
}
