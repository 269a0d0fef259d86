import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLog } from '../src/log.ts';
import { createShutdown } from '../src/shutdown.ts';
import type { Shutdown } from '../src/shutdown.ts';

let source: EventEmitter;
let exits: number[];
let lines: string[];
let stopped: string[];
let shutdown: Shutdown;

beforeEach(() => {
  vi.useFakeTimers();
  source = new EventEmitter(); // oxlint-disable-line unicorn/prefer-event-target -- as process is one
  exits = [];
  lines = [];
  stopped = [];
  shutdown = createShutdown({
    log: createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } }),
    deadlineMs: 1000,
    exit: (code) => void exits.push(code),
  });
  shutdown.listen(source);
});

afterEach(() => {
  vi.useRealTimers();
});

function addQuick(name: string): void {
  shutdown.add(name, async () => {
    stopped.push(name);
  });
}

function addSlow(name: string, tookMs: number): void {
  shutdown.add(name, async () => {
    await new Promise((resolve) => {
      setTimeout(resolve, tookMs);
    });
    stopped.push(name);
  });
}

function addHanging(name: string): void {
  shutdown.add(name, async () => new Promise(() => {}));
}

test('parts are stopped last first, each after the one before, and the process exits with 0', async () => {
  addQuick('redis');
  addSlow('queue', 100);
  addSlow('http', 200);
  const ended = shutdown.run('test');
  await vi.advanceTimersByTimeAsync(299);
  expect(stopped).toEqual(['http']);
  await vi.advanceTimersByTimeAsync(1);
  await ended;
  expect(stopped).toEqual(['http', 'queue', 'redis']);
  expect(exits).toEqual([0]);
});

test('nothing started is nothing to stop, and no timer is left', async () => {
  await shutdown.run('test');
  expect(exits).toEqual([0]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a second run waits for the first and stops nothing twice', async () => {
  addSlow('http', 100);
  const both = Promise.all([shutdown.run('one'), shutdown.run('two')]);
  await vi.advanceTimersByTimeAsync(100);
  await both;
  expect(stopped).toEqual(['http']);
  expect(exits).toEqual([0]);
});

test('a part that is added during the shutdown is stopped too', async () => {
  addSlow('http', 100);
  const ended = shutdown.run('test');
  addQuick('late');
  await vi.advanceTimersByTimeAsync(100);
  await ended;
  expect(stopped).toEqual(['http', 'late']);
});

test('a part that fails is logged, the others are stopped, and the process exits with 1', async () => {
  addQuick('redis');
  shutdown.add('worker', async () => {
    throw new Error('gone');
  });
  await shutdown.run('test');
  expect(stopped).toEqual(['redis']);
  expect(lines.join('')).toMatch(/"part":"worker","err":\{"type":"Error","message":"gone"/u);
  expect(exits).toEqual([1]);
});

test('all parts share one deadline; what it cuts off is named in the log, and the process exits with 1', async () => {
  addQuick('redis');
  addHanging('worker');
  addSlow('http', 900);
  const ended = shutdown.run('test');
  await vi.advanceTimersByTimeAsync(999);
  expect(exits).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await ended;
  expect(exits).toEqual([1]);
  expect(lines.join('')).toContain('"part":"worker","notStopped":["redis"],"msg":"the deadline cut off a stop"');
  expect(stopped).toEqual(['http']);
});

test.each(['SIGTERM', 'SIGINT'])('%s stops all and exits with 0', async (signal) => {
  addQuick('http');
  source.emit(signal, signal);
  await vi.runAllTimersAsync();
  expect(stopped).toEqual(['http']);
  expect(exits).toEqual([0]);
  expect(lines[0]).toContain(`"why":"${signal}"`);
});

test('a second signal exits at once with 1', () => {
  addHanging('worker');
  source.emit('SIGTERM', 'SIGTERM');
  vi.advanceTimersByTime(300);
  source.emit('SIGINT', 'SIGINT');
  expect(exits).toEqual([1]);
});

test('one key press that arrives twice counts once', async () => {
  addSlow('http', 500);
  source.emit('SIGINT', 'SIGINT');
  source.emit('SIGINT', 'SIGINT');
  await vi.runAllTimersAsync();
  expect(stopped).toEqual(['http']);
  expect(exits).toEqual([0]);
});

test.each(['uncaughtException', 'unhandledRejection'])(
  'an %s is logged, all is stopped, the exit code is 1',
  async (fault) => {
    addQuick('http');
    source.emit(fault, new Error('surprise'));
    await vi.runAllTimersAsync();
    expect(stopped).toEqual(['http']);
    expect(exits).toEqual([1]);
    expect(lines[0]).toContain('"message":"surprise"');
  },
);

test('an error that nobody caught during a shutdown makes its exit code 1', async () => {
  addSlow('http', 100);
  source.emit('SIGTERM', 'SIGTERM');
  source.emit('unhandledRejection', new Error('surprise'));
  await vi.runAllTimersAsync();
  expect(stopped).toEqual(['http']);
  expect(exits).toEqual([1]);
});
