import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';

const environment = z.record(z.string(), z.string().nullable());

const service = z.object({
  image: z.string(),
  profiles: z.array(z.string()).default([]),
  command: z.array(z.string()).optional(),
  environment: environment.default({}),
  user: z.string(),
  init: z.boolean(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  security_opt: z.array(z.string()),
  mem_limit: z.string(),
  ports: z.array(z.string()).default([]),
  stop_grace_period: z.string().optional(),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  scale: z.number().default(1),
});

const file = z.object({ services: z.object({ redis: service, api: service, worker: service, gitlab: service }) });

export const composePath = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url));
export const composeText = readFileSync(composePath, 'utf8');

const whole: unknown = parse(composeText, { merge: true });

export const topLevelKeys = Object.keys(z.record(z.string(), z.unknown()).parse(whole));

export const { services } = file.parse(whole);

/** The variables that the file takes from .env or the shell by `${NAME…}`. */
export const interpolated: readonly string[] = [
  ...new Set(
    [...composeText.matchAll(/(?<!\$)\$\{(?<name>[A-Z_]+)[:?-]/gu)].map(({ groups }) => groups?.['name'] ?? ''),
  ),
];
