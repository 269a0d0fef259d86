import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { settings } from '../../src/config/settings.ts';
import { composePath, composeText, services, topLevelKeys } from './compose.ts';

/** Rules on order say nothing; `name:` is unknown to docker-compose 1.29; both `image` and `build` name what is built. */
const off = [
  'service-keys-order',
  'services-alphabetical-order',
  'top-level-properties-order',
  'service-dependencies-alphabetical-order',
  'service-ports-alphabetical-order',
  'require-project-name-field',
  'no-build-and-image',
];

const require = createRequire(import.meta.url);
const dclint = path.join(path.dirname(require.resolve('dclint/package.json')), 'bin/dclint.cjs');
const report = z.array(z.object({ messages: z.array(z.object({ rule: z.string(), message: z.string() })) }));

/** By its command: the types of its module do not resolve. */
function lint(file: string): string[] {
  const args = [dclint, file, '--formatter', 'json', ...off.flatMap((rule) => ['--disable-rule', rule])];
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return report
    .parse(JSON.parse(stdout))
    .flatMap(({ messages }) => messages.map(({ rule, message }) => `${rule}: ${message}`));
}

const millisecondsOf = (name: string): number => Number(settings.find((setting) => setting.name === name)?.fallback);

const periodOf = (text = ''): number => Number(/^(?<seconds>\d+)s$/u.exec(text)?.groups?.['seconds']) * 1000;

describe('docker-compose.yml', () => {
  test('dclint finds no fault', () => {
    expect(lint(composePath)).toEqual([]);
  });

  test('dclint finds a key that the compose specification does not know', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'compose-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    const file = path.join(folder, 'docker-compose.yml');
    writeFileSync(file, composeText.replace('    scale: 2', '    scales: 2'));

    expect(lint(file)).toEqual([expect.stringMatching(/^invalid-schema: /u)]);
  });

  test('docker-compose 1.29 knows every top-level key', () => {
    expect(topLevelKeys.filter((key) => !key.startsWith('x-'))).toEqual(['services', 'volumes']);
  });

  test.each(Object.entries(services))('%s is hardened', (_name, service) => {
    expect(service).toMatchObject({
      init: true,
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/u),
      mem_limit: expect.any(String),
    });
  });

  test('the API and two workers are one image and start when Redis is healthy', () => {
    const { api, worker } = services;

    expect(worker.image).toBe(api.image);
    expect(worker.scale).toBe(2);
    for (const { depends_on } of [api, worker]) expect(depends_on).toEqual({ redis: { condition: 'service_healthy' } });
  });

  test('each asks for its own health', () => {
    const { redis, api, worker } = services;

    expect(redis.healthcheck?.test.join(' ')).toContain('redis-cli ping');
    expect(api.healthcheck?.test).toEqual(['CMD', 'node', 'dist/healthcheck.js', 'api']);
    expect(worker.healthcheck?.test).toEqual(['CMD', 'node', 'dist/healthcheck.js', 'worker']);
  });

  test('each may take longer to stop than its drain takes', () => {
    expect(periodOf(services.api.stop_grace_period)).toBeGreaterThan(millisecondsOf('API_DRAIN_MS'));
    expect(periodOf(services.worker.stop_grace_period)).toBeGreaterThan(millisecondsOf('WORKER_DRAIN_MS'));
  });

  test('only the API is published, on loopback', () => {
    const published = Object.entries(services).flatMap(([name, { ports }]) => ports.map((port) => `${name} ${port}`));

    expect(published).toEqual(['api 127.0.0.1:${API_PORT:-3000}:3000']);
  });

  test('Redis refuses what its memory does not hold, evicts nothing, wants a password, and has it in no argument', () => {
    const command = services.redis.command?.join('\n') ?? '';

    expect(command).toContain('\nmaxmemory 384mb\nmaxmemory-policy noeviction\n');
    expect(command).toContain('\nrequirepass $$REDISCLI_AUTH\n');
    expect(command).not.toContain('REDIS_PASSWORD-');
  });

  test('only the profile demo has the stand-in GitLab', () => {
    const profiles = Object.entries(services).map(([name, service]) => [name, service.profiles]);

    expect(Object.fromEntries(profiles)).toEqual({ redis: [], api: [], worker: [], gitlab: ['demo'] });
  });

  test('a worker is given no token that lets somebody in, and no shared GitLab token', () => {
    const names = Object.keys(services.worker.environment);

    expect(names.filter((name) => /TOKEN/u.test(name))).toEqual([]);
  });
});
