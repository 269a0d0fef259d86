import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readResults } from '../../bench/result.ts';
import { hasRedis } from '../support/stage.ts';

test.skipIf(!hasRedis || process.env['TEST_REDIS_URL'] !== undefined)(
  'a quick run of the bench measures, keeps its results apart and says by its exit code whether the bars hold',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'bench-'));
    const args = ['--import', 'tsx', 'bench/main.ts', 'hop', '--quick', '--out', folder];
    const [code]: unknown[] = await once(
      spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] }),
      'exit',
    );
    const hop = (await readResults(folder)).get('hop');
    const svg = await readFile(path.join(folder, 'hop.svg'), 'utf8');
    await rm(folder, { recursive: true });

    expect(hop?.isQuick).toBe(true);
    expect(hop?.figures.find(({ name }) => name === 'failed calls')?.value).toBe(0);
    expect(hop?.figures[0]?.ratio).toBeGreaterThan(1);
    expect(code).toBe(hop?.figures.some(({ passed }) => passed === false) === true ? 1 : 0);
    expect(svg).toMatch(/^<svg /u);
  },
);
