import { rootCertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { at, fieldsOf, listOf, textOf } from '../../ecs/tools/value.ts';
import { configWarnings, readConfig } from '../../src/config/read.ts';
import { schema, settings } from '../../src/config/settings.ts';
import type { Config } from '../../src/config/settings.ts';
import { deployed, deployments, environmentOf, propertiesOf, roles, secretsOf, service } from './deployments.ts';
import type { Role } from './deployments.ts';

/** What ECS would take out of the secrets. */
const secretTexts: Readonly<Record<string, string>> = {
  GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-shared',
  MCP_AUTH_TOKEN: 'gate'.repeat(12),
  MCP_AUTH_TOKEN_PREVIOUS: 'door'.repeat(12),
  QUEUE_SECRET: 'seal'.repeat(16),
  QUEUE_SECRET_PREVIOUS: 'wax!'.repeat(16),
  REDIS_PASSWORD: 'pass'.repeat(16),
  GITLAB_CA_CERT_PEM: rootCertificates[0] ?? '',
};

const names = new Set(settings.map(({ name }) => name));

function configOf(name: Parameters<typeof deployed>[0], role: Role): Config {
  const deployment = deployed(name);
  const secrets = Object.keys(secretsOf(deployment, role)).map((key): [string, string] => [
    key,
    secretTexts[key] ?? '',
  ]);
  return readConfig(role, { ...environmentOf(deployment, role), ...Object.fromEntries(secrets) });
}

const containers = deployments.flatMap(([name, deployment]) => roles.map((role) => [name, role, deployment] as const));

describe.each(containers)('with the parameters "%s" the container of the %s', (name, role, deployment) => {
  const variables = Object.keys(environmentOf(deployment, role));
  const secrets = Object.keys(secretsOf(deployment, role));

  test('is given variables that the service knows, each once', () => {
    const given = [...variables, ...secrets];
    expect(given.filter((variable) => !names.has(variable))).toEqual([]);
    expect(new Set(given).size).toBe(given.length);
  });

  test('is given secrets from Secrets Manager only', () => {
    const secret = new Set(settings.filter(({ note }) => note.secret === true).map((setting) => setting.name));
    expect(variables.filter((variable) => secret.has(variable))).toEqual(['REDIS_URL']);
    expect(environmentOf(deployment, role)['REDIS_URL']).toBe('rediss://master.queue-1.cache.amazonaws.com:6379');
  });

  test('starts with a configuration that holds, without a warning but for a missing shared token', () => {
    const warnings = configWarnings(role, configOf(name, role));
    expect(warnings.filter((words) => !words.startsWith('No GITLAB_PERSONAL_ACCESS_TOKEN'))).toEqual([]);
    expect(warnings.length).toBe(name === 'oauth' && role === 'api' ? 1 : 0);
  });
});

describe('what a deployer chooses', () => {
  test('reaches the API', () => {
    expect(configOf('internal', 'api')).toMatchObject({
      HOST: '0.0.0.0',
      PORT: 3000,
      GITLAB_READ_ONLY_MODE: true,
      GITLAB_ALLOWED_PROJECT_IDS: ['42', 'team/app'],
    });
    expect(configOf('oauth', 'api')).toMatchObject({
      GITLAB_TOKEN_MODE: 'user',
      OAUTH_ISSUER: 'https://gitlab.com',
      OAUTH_APPLICATION_IDS: ['a1b2c3'],
      ALLOWED_HOSTS: ['mcp.example.com'],
      USE_PIPELINE: true,
      USE_MILESTONE: true,
      USE_GITLAB_WIKI: true,
    });
  });

  test('keeps the shared token away where everybody brings a token', () => {
    expect(configOf('oauth', 'api').GITLAB_PERSONAL_ACCESS_TOKEN).toBeUndefined();
    expect(configOf('public', 'api').GITLAB_PERSONAL_ACCESS_TOKEN).toBe('glpat-shared');
  });

  test('reaches the workers', () => {
    expect(configOf('shared', 'worker')).toMatchObject({
      GITLAB_API_URL: 'https://gitlab.example.com:8443/api/v4',
      GITLAB_CA_CERT_PEM: rootCertificates[0],
      REDIS_PASSWORD: secretTexts['REDIS_PASSWORD'],
      WORKER_READ_CONCURRENCY: 64,
      GITLAB_RATE_LIMITS: [
        { name: 'api', limit: { requests: 600, periodMs: 60_000 } },
        { name: 'search', limit: undefined },
      ],
    });
    expect(configOf('operated', 'worker')).toMatchObject({ MCP_LOG_LEVEL: 'debug', AUDIT_LOG: 'all' });
  });

  test('lets the old secret open while a secret changes', () => {
    expect(configOf('operated', 'api').MCP_AUTH_TOKEN_PREVIOUS).toBe(secretTexts['MCP_AUTH_TOKEN_PREVIOUS']);
    for (const role of roles)
      expect(configOf('ec2', role).QUEUE_SECRET_PREVIOUS).toBe(secretTexts['QUEUE_SECRET_PREVIOUS']);
    expect(configOf('public', 'api').MCP_AUTH_TOKEN_PREVIOUS).toBeUndefined();
    expect(configOf('public', 'worker').QUEUE_SECRET_PREVIOUS).toBeUndefined();
  });

  test('keeps the token of GitLab and of the gate from the workers', () => {
    for (const [, deployment] of deployments)
      expect(Object.keys(secretsOf(deployment, 'worker')).filter((secret) => /TOKEN/u.test(secret))).toEqual([]);
  });
});

describe('a parameter that is described by the name of a variable', () => {
  const named = Object.entries(service.Parameters).flatMap(([parameter, { Description, Default }]) =>
    Description !== undefined && names.has(Description) ? [[parameter, Description, Default] as const] : [],
  );

  test('is found', () => {
    expect(named.length).toBeGreaterThan(20);
  });

  test.each(named)('%s becomes %s, with its default', (parameter, variable, fallback) => {
    const given = ['ApiTask', 'WorkerTask'].flatMap((task) =>
      listOf(at(fieldsOf(service.Resources[task]), 'Properties', 'ContainerDefinitions', 0, 'Environment')).filter(
        (entry) => textOf(at(entry, 'Name')) === variable,
      ),
    );
    expect(given.length).toBeGreaterThan(0);
    for (const entry of given) expect(at(entry, 'Value')).toEqual({ Ref: parameter });
    const text = fallback === '' ? {} : { [variable]: String(fallback) };
    const setting = settings.find(({ name }) => name === variable);
    expect(new Map(Object.entries(schema.parse(text))).get(variable)).toEqual(setting?.fallback);
  });
});

describe('a generated secret', () => {
  test.each([
    ['Credentials', 'MCP_AUTH_TOKEN'],
    ['QueueSecret', 'QUEUE_SECRET'],
    ['RedisAuth', 'REDIS_PASSWORD'],
  ])('%s has the key %s, long enough and without a character that needs care', (id, key) => {
    const { GenerateSecretString: generate } = propertiesOf(deployed('public'), id);
    expect(generate).toMatchObject({ GenerateStringKey: key, ExcludePunctuation: true });
    expect(Number(at(generate, 'PasswordLength'))).toBeGreaterThanOrEqual(32);
  });

  test('for GitLab is called mcp/gitlab and outlives the stack', () => {
    expect(propertiesOf(deployed('public'), 'Credentials')['Name']).toBe('mcp/gitlab');
    expect(deployed('public').template.Resources['Credentials']).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    expect(Object.keys(deployed('shared').resources)).not.toContain('Credentials');
  });
});
