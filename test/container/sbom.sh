#!/usr/bin/env bash
# Writes the list of what the image contains (CycloneDX) to the file named, or below the cache, and reads it back.
#
# It is made from the image: in a checkout `npm sbom --omit dev` (npm 11.19.1) leaves out what a dev dependency needs too,
# such as express and zod; in the image it stops at the dev dependencies that package.json names and that are not there.
set -euo pipefail
# shellcheck source=test/container/engine.sh
. "$(dirname "$0")/engine.sh"

file=$(realpath -m "${1:-$cache/sbom.cdx.json}")
scratch=$(mktemp -d)
container=$(podman create --pull never "$service_image")
end() {
  podman rm --force "$container" >/dev/null 2>&1 || true
  rm -rf "$scratch"
}
trap end EXIT

step 'SBOM'
podman cp "$container:/app/." "$scratch"
cd "$scratch"
npm pkg delete devDependencies
npm sbom --sbom-format cyclonedx --omit dev >"$file"
cd "$root"
node - "$file" "$scratch/node_modules/.package-lock.json" <<'SCRIPT' || fail "$file is not the list of what the image contains (above)"
const { readFileSync } = require('node:fs');
const { bomFormat, specVersion, components } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { dependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const named = new Set(components.map(({ group, name }) => (group ? `${group}/${name}` : name)));
const missing = Object.keys(dependencies).filter((name) => !named.has(name));
const strange = Object.keys(devDependencies).filter((name) => named.has(name));
const { packages } = JSON.parse(readFileSync(process.argv[3], 'utf8'));
const listed = new Set(components.map((component) => component['bom-ref']));
for (const [path, { version }] of Object.entries(packages)) {
  const installed = `${path.replace(/^.*node_modules\//u, '')}@${version}`;
  if (!listed.has(installed)) missing.push(installed);
}
if (bomFormat !== 'CycloneDX' || missing.length > 0 || strange.length > 0 || !named.has('bullmq')) {
  console.error({ bomFormat, missing, strange });
  process.exit(1);
}
console.log(`   ${bomFormat} ${specVersion}, ${components.length} components, with bullmq, without a dev dependency`);
SCRIPT
