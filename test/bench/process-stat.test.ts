import { describe, expect, test } from 'vitest';
import { cpuSecondsIn, cpuSecondsOf, residentMegabytesIn, residentMegabytesOf } from '../../bench/process-stat.ts';

const stat = '4711 (a (strange) name) S 1 4711 4711 0 -1 4194304 100 0 0 0 250 50 7 8 20 0 11 0 1000 0 0';

describe('of a process', () => {
  test('the CPU seconds are its user and system time, without those of its children', () => {
    expect(cpuSecondsIn(stat)).toBe(3);
  });

  test('the memory is what it holds now, not its peak', () => {
    expect(residentMegabytesIn('VmHWM:\t  409600 kB\nVmRSS:\t  204800 kB\nThreads:\t11\n')).toBe(200);
  });

  test('that has ended there is no memory to tell', () => {
    expect(() => residentMegabytesIn('Name:\tnode\nState:\tZ (zombie)\n')).toThrow(/ended/u);
  });
});

describe.runIf(process.platform === 'linux')('this process', () => {
  test('uses CPU and holds memory as Node says', () => {
    const { user, system } = process.cpuUsage();

    expect(cpuSecondsOf(process.pid)).toBeCloseTo((user + system) / 1e6, 0);
    expect(residentMegabytesOf(process.pid) / (process.memoryUsage().rss / 1024 ** 2)).toBeCloseTo(1, 0);
  });
});
