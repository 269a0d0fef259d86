import { accessFaults } from './access.ts';
import type { Fault } from './access.ts';
import { schema, settings } from './settings.ts';
import { isSlip, nearestName } from './spelling.ts';
import { withExtraCas } from './trust.ts';
import type { Config, Setting } from './settings.ts';

/** Which part of the service the configuration is read for; `all` is both in one process. */
export type Role = 'api' | 'worker' | 'all';

type Environment = Readonly<Record<string, string | undefined>>;

/** A variable that is set: its text, and the name or alias under which it was found. */
interface Given {
  readonly text: string;
  readonly from: string;
}

/** Says in one message all that is wrong with the environment; it holds no secret's value. */
export class ConfigError extends Error {
  readonly variables: readonly string[];

  constructor(faults: readonly Fault[]) {
    const lines = faults.map(({ variable, words }) => `  - ${variable} ${words}.`);
    super(['The configuration cannot be used (docs/CONFIG.md lists every variable):', ...lines].join('\n'));
    this.name = 'ConfigError';
    this.variables = faults.map(({ variable }) => variable);
  }
}

/** Reads the environment once, as the frozen configuration of one role; throws ConfigError naming every wrong variable. */
export function readConfig(role: Role, env: Environment = process.env): Config {
  const given = givenIn(env);
  const texts = Object.fromEntries([...given].map(([name, { text }]) => [name, text]));
  const parsed = schema.safeParse(texts);
  const faults = [
    ...(parsed.error?.issues ?? []).map((issue) => valueFault(given, String(issue.path[0]), issue.message)),
    ...settings.flatMap((setting) => aliasFaults(setting, env)),
    ...roleFaults(role, given),
    // A worker lets nobody in.
    ...(role === 'worker' || parsed.data === undefined ? [] : accessFaults(parsed.data)),
    ...misspelt(env),
  ];
  if (parsed.data === undefined || faults.length > 0) throw new ConfigError(faults);
  const config = { ...parsed.data, ...connectionsOf(parsed.data, given), ...trustedBy(parsed.data, env) };
  for (const value of Object.values(config)) Object.freeze(value);
  return Object.freeze(config);
}

const callsAtOnce = (config: Config): number => config.WORKER_READ_CONCURRENCY + config.WORKER_WRITE_CONCURRENCY;

/** Whoever lets a worker make more calls at once wants them to reach GitLab. */
function connectionsOf(config: Config, given: ReadonlyMap<string, Given>): Partial<Config> {
  if (given.has('GITLAB_MAX_CONNECTIONS')) return {};
  return { GITLAB_MAX_CONNECTIONS: Math.max(config.GITLAB_MAX_CONNECTIONS, callsAtOnce(config)) };
}

const trustedBy = (
  { GITLAB_CA_CERT_PEM: pem }: Config,
  { NODE_EXTRA_CA_CERTS: extra }: Environment,
): Partial<Config> => (pem === undefined ? {} : { GITLAB_CA_CERT_PEM: withExtraCas(pem, extra) });

interface Warning {
  readonly applies: (config: Config, role: Role) => boolean;
  readonly words: (role: Role) => string;
}

const drainOf = (role: Role): 'WORKER_DRAIN_MS' | 'API_DRAIN_MS' =>
  role === 'worker' ? 'WORKER_DRAIN_MS' : 'API_DRAIN_MS';

const warnings: readonly Warning[] = [
  {
    applies: (config, role) => role !== 'worker' && config.GITLAB_PERSONAL_ACCESS_TOKEN === undefined,
    words: () =>
      'No GITLAB_PERSONAL_ACCESS_TOKEN: every request must bring X-GitLab-Token. To try without GitLab: npm run demo',
  },
  {
    applies: ({ MCP_AUTH_TOKEN: token }) => token !== undefined && token.length < 16,
    words: () => 'MCP_AUTH_TOKEN is shorter than 16 characters and can be guessed; make one with: openssl rand -hex 32',
  },
  {
    applies: (config, role) =>
      role === 'all' &&
      config.REDIS_URL !== undefined &&
      config.QUEUE_SECRET === undefined &&
      config.MCP_AUTH_TOKEN === undefined,
    words: () =>
      'REDIS_URL is set without QUEUE_SECRET: no second process on this Redis can read the calls of this one',
  },
  {
    applies: (config, role) => role !== 'api' && config.GITLAB_MAX_CONNECTIONS < callsAtOnce(config),
    words: () =>
      'GITLAB_MAX_CONNECTIONS is smaller than WORKER_READ_CONCURRENCY and WORKER_WRITE_CONCURRENCY together: calls that run wait for a connection',
  },
  {
    applies: (config, role) => config.CALL_TIMEOUT_MS > config[drainOf(role)],
    words: (role) => `CALL_TIMEOUT_MS is longer than ${drainOf(role)}: a stop cuts off the longest calls`,
  },
];

/** What works but deserves a word in the log at the start. */
export function configWarnings(role: Role, config: Config): string[] {
  return warnings.filter(({ applies }) => applies(config, role)).map(({ words }) => words(role));
}

function givenIn(env: Environment): Map<string, Given> {
  const pairs = settings.flatMap(({ name, names }): [string, Given][] => {
    const first = givenUnder(names, env)[0];
    return first === undefined ? [] : [[name, first]];
  });
  return new Map(pairs);
}

/** White space around a value, as secret stores leave it, does not count; an empty value is none. */
function givenUnder(names: readonly string[], env: Environment): Given[] {
  return names.map((from) => ({ from, text: (env[from] ?? '').trim() })).filter(({ text }) => text !== '');
}

function valueFault(given: ReadonlyMap<string, Given>, name: string, words: string): Fault {
  const { from, text } = given.get(name) ?? { from: name, text: '' };
  const hidden = settings.find((setting) => setting.name === name)?.note.secret === true;
  return { variable: from, words: hidden ? `(value not shown) ${words}` : `(${shown(text)}) ${words}` };
}

/** A wrong value as far as it may be shown: cut, and without the places of a URL that hold credentials. */
function shown(text: string): string {
  const harmless = text.replace(/\/\/.*@/su, '//…@').replace(/[?#].*$/su, '?…');
  return /gl[a-z]+-\w/u.test(text)
    ? 'value not shown'
    : JSON.stringify(harmless.length > 60 ? `${harmless.slice(0, 60)}…` : harmless);
}

function aliasFaults({ name, names }: Setting, env: Environment): Fault[] {
  const found = givenUnder(names, env);
  if (new Set(found.map(({ text }) => text)).size < 2) return [];
  const both = found.map(({ from }) => from).join(' and ');
  return [{ variable: name, words: `has different values under ${both}, which mean the same; keep one of them` }];
}

function roleFaults(role: Role, given: ReadonlyMap<string, Given>): Fault[] {
  if (role === 'all') return [];
  const noRedis = {
    variable: 'REDIS_URL',
    words:
      'is not set, and API and worker meet only there; set it to redis://host:6379, or run both as one by npm start',
  };
  const noSeal = {
    variable: 'QUEUE_SECRET',
    words:
      'is not set, and there is no MCP_AUTH_TOKEN to derive it from; set one of them to the same value for API and worker (openssl rand -hex 32)',
  };
  return [
    ...(given.has('REDIS_URL') ? [] : [noRedis]),
    ...(given.has('QUEUE_SECRET') || given.has('MCP_AUTH_TOKEN') ? [] : [noSeal]),
  ];
}

/** What nobody reads, though somebody set it for us; a variable of others must not stop the start. */
function misspelt(env: Environment): Fault[] {
  const known = settings.flatMap(({ names }) => names);
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  return Object.keys(env)
    .filter((name) => !known.includes(name) && isSet(name))
    .flatMap((variable) => {
      const near = nearestName(variable, known);
      const isOurs = near !== undefined && (OWN.test(variable) || (!isSet(near) && isSlip(variable, near)));
      return isOurs ? [{ variable, words: `is not known (did you mean ${near}?); correct its name or remove it` }] : [];
    });
}

/** Only few others begin their names so. */
const OWN = /^(?:GITLAB|MCP|USE)_/u;
