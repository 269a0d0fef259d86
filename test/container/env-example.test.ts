import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { schema, settings } from '../../src/config/settings.ts';
import { interpolated, services } from './compose.ts';

interface Entry {
  readonly comment: string;
  readonly name: string;
  readonly value: string;
  /** Whether it stands behind a `#`. */
  readonly isOff: boolean;
}

const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');

const entries: readonly Entry[] = [
  ...text.matchAll(/^(?:# (?<comment>.*)\n)?(?<off>#)?(?<name>[A-Z][A-Z_]*)=(?<value>.*)$/gmu),
].map(({ groups = {} }) => ({
  comment: groups['comment'] ?? '',
  name: groups['name'] ?? '',
  value: groups['value'] ?? '',
  isOff: groups['off'] === '#',
}));

const named = new Map(settings.map((setting) => [setting.name, setting]));

/** What docker-compose.yml settles itself. */
const settled = new Set(['REDIS_URL', 'HOST', 'PORT', 'WORKER_HEALTH_PORT']);

/** What has another value here than the service has by default. */
const own = new Set(['GITLAB_API_URL', 'ALLOWED_HOSTS']);

const passedOn = new Set(
  [services.api, services.worker].flatMap(({ environment }) =>
    Object.entries(environment).flatMap(([name, value]) =>
      value === null || value.startsWith(`\${${name}`) ? [name] : [],
    ),
  ),
);

const isNothing = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

describe('.env.example', () => {
  test('names every setting of the service but those that docker-compose.yml settles, each once', () => {
    const names = entries.map(({ name }) => name).filter((name) => !interpolated.includes(name) || named.has(name));

    expect(names.toSorted()).toEqual([...named.keys()].filter((name) => !settled.has(name)).toSorted());
  });

  test('all other names are those that docker-compose.yml asks for', () => {
    const others = entries.map(({ name }) => name).filter((name) => !named.has(name));

    expect(others.toSorted()).toEqual(interpolated.filter((name) => !named.has(name)).toSorted());
  });

  test('docker-compose.yml passes every setting named on', () => {
    const lost = entries.map(({ name }) => name).filter((name) => named.has(name) && !passedOn.has(name));

    expect(lost).toEqual([]);
  });

  test('each has one comment line; that of a setting is its meaning in docs/CONFIG.md', () => {
    for (const { name, comment } of entries)
      expect([name, comment]).toEqual([name, named.get(name)?.note.meaning ?? comment]);
    expect(entries.filter(({ comment }) => comment === '')).toEqual([]);
  });

  test('what is switched off shows the default', () => {
    const shown = entries.filter(({ name, isOff }) => isOff && named.has(name) && !own.has(name));
    const values = Object.fromEntries(
      shown.map(({ name, value }) => [name, value]).filter(([, value]) => value !== ''),
    );
    const defaults = schema.parse({});
    const empty = shown.filter(({ value }) => value === '').map(({ name }) => named.get(name)?.fallback);

    expect(schema.parse(values)).toEqual(defaults);
    expect(empty.filter((value) => !isNothing(value))).toEqual([]);
  });

  test('holds no secret', () => {
    const secrets = entries.filter(({ name }) => named.get(name)?.note.secret === true || name.includes('PASSWORD'));

    expect(secrets.length).toBeGreaterThan(4);
    expect(secrets.filter(({ value }) => value !== '')).toEqual([]);
  });
});
