import { readFileSync } from 'node:fs';
import { validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { brokenRules } from './dockerfile-policy.ts';

const text = readFileSync(new URL('../../Dockerfile', import.meta.url), 'utf8');
const ignored = readFileSync(new URL('../../.dockerignore', import.meta.url), 'utf8');

test('dockerfile-utils finds no fault in the Dockerfile', () => {
  expect(validate(text)).toEqual([]);
});

test('the Dockerfile keeps every rule', () => {
  expect(brokenRules(text)).toEqual([]);
});

// Each rule can be broken.
test.each([
  ['USER 1000:1000\nEXPOSE 3000', 'USER node\nEXPOSE 3000', 'the image ends as a numeric user that is not root'],
  ['USER 1000:1000\nEXPOSE 3000', 'USER 0:0\nEXPOSE 3000', 'the image ends as a numeric user that is not root'],
  ['USER 1000:1000\nEXPOSE 3000', 'EXPOSE 3000', 'the image ends as a numeric user that is not root'],
  ['STOPSIGNAL SIGTERM', 'RUN npm prune', 'nothing runs in the last stage'],
  ['COPY src ./src', 'ADD src ./src', 'nothing is taken in by ADD'],
  ['CMD ["node", "--no-memory-reducer"', 'CMD node ["', 'the image has one command, in exec form'],
  ['CMD ["node", "dist/healthcheck.js", "api"]', 'CMD node x', 'the image has one health check, in exec form'],
  [' --omit=dev', '', 'the image takes its packages from a stage without dev dependencies'],
  [
    '--from=production-dependencies',
    '--from=build',
    'the image takes its packages from a stage without dev dependencies',
  ],
  [' --ignore-scripts', '', 'npm ci runs no install script'],
  ['ENV NODE_ENV=production', 'ENV MCP_AUTH_TOKEN=x', 'no ENV and no ARG holds a secret'],
  ['ARG VERSION', 'ARG NPM_TOKEN', 'no ENV and no ARG holds a secret'],
])('a Dockerfile with %j made %j breaks a rule', (from, to, rule) => {
  expect(text).toContain(from);

  expect(brokenRules(text.replace(from, to))).toEqual([rule]);
});

test('only what is named enters the build context', () => {
  const lines = ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const exceptions = lines.slice(1);

  expect(lines[0]).toBe('*');
  expect(exceptions.filter((line) => /\.env|\.git|node_modules|\*$/u.test(line))).toEqual([]);
});
