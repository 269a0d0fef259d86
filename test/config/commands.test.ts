import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { heapFlags } from '../support/heap-flags.ts';

test.each([
  ['Dockerfile', 2],
  ['docker-compose.yml', 1],
  ['ecs/service.yaml', 2],
  ['ecs/task-definitions/api.json', 1],
  ['ecs/task-definitions/worker.json', 1],
  ['docs/DOCKER.md', 1],
  ['package.json', 3],
])('%s starts a role %i times, each with the flags of its heap', (file, times) => {
  const text = readFileSync(file, 'utf8').replaceAll(/["',]/gu, '').replaceAll(/\s+/gu, ' ');
  const commands = text.match(/\bnode (?:--\S+ )*dist\/(?:\w+\/)?main\.js/gu) ?? [];

  expect(commands).toHaveLength(times);
  for (const command of commands) expect(command).toContain(`node ${heapFlags.join(' ')} `);
});
