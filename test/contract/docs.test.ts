import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('the generated pages say what the code says', () => {
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'scripts/docs.ts', '--check'], {
    encoding: 'utf8',
  });

  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
