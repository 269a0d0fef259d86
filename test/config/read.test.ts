import { rootCertificates } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { configWarnings, readConfig } from '../../src/config/read.ts';
import { failureOf } from './failure.ts';

const pem = rootCertificates[0] ?? '';
const secret32 = 'x'.repeat(32);

test('an empty environment gives the documented defaults', () => {
  expect(readConfig('all', {})).toEqual({
    GITLAB_API_URL: 'https://gitlab.com/api/v4',
    GITLAB_MAX_CONNECTIONS: 80,
    BASE_PATH: '',
    GITLAB_RATE_LIMITS: [],
    GITLAB_ALLOWED_PROJECT_IDS: [],
    GITLAB_READ_ONLY_MODE: false,
    GITLAB_ALLOWED_TOOLS: [],
    GITLAB_DENIED_TOOLS: [],
    GITLAB_ALLOW_DESTRUCTIVE: true,
    DESTRUCTIVE_CONFIRM: 'off',
    MAX_CALLS_PER_MINUTE_PER_CALLER: 1200,
    MAX_CALLS_IN_FLIGHT: 5000,
    USE_PIPELINE: false,
    USE_MILESTONE: false,
    USE_GITLAB_WIKI: false,
    HOST: '127.0.0.1',
    PORT: 3000,
    ALLOW_UNAUTHENTICATED: false,
    GITLAB_TOKEN_MODE: 'either',
    OAUTH_APPLICATION_IDS: [],
    OAUTH_SCOPES: ['api'],
    ALLOWED_HOSTS: [],
    ALLOWED_ORIGINS: [],
    MAX_OUTSTANDING_PER_CALLER: 2000,
    MAX_OUTSTANDING: 20_000,
    READ_CACHE: 'etag',
    READ_CACHE_BYTES: 67_108_864,
    WORKER_READ_CONCURRENCY: 64,
    WORKER_WRITE_CONCURRENCY: 16,
    WORKER_HEALTH_PORT: 3001,
    CALL_TIMEOUT_MS: 60_000,
    GITLAB_CONNECT_TIMEOUT_MS: 5000,
    GITLAB_TIMEOUT_MS: 30_000,
    API_DRAIN_MS: 100_000,
    WORKER_DRAIN_MS: 110_000,
    MAX_BODY_BYTES: 10_485_760,
    MAX_BODY_BYTES_IN_FLIGHT: 33_554_432,
    MAX_GITLAB_BYTES: 33_554_432,
    MAX_GITLAB_BYTES_IN_FLIGHT: 134_217_728,
    MAX_ANSWER_BYTES: 60_000,
    STRUCTURED_CONTENT: 'off',
    AUDIT_LOG: 'writes',
    MCP_LOG_LEVEL: 'info',
  });
});

test('the configuration and its lists cannot be changed', () => {
  const config = readConfig('all', { GITLAB_ALLOWED_PROJECT_IDS: '1,2' });
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.GITLAB_ALLOWED_PROJECT_IDS)).toBe(true);
  expect(Object.isFrozen(config.ALLOWED_HOSTS)).toBe(true);
});

test.each([
  ['GITLAB_PERSONAL_ACCESS_TOKEN', ' glpat-abc\n', 'glpat-abc'],
  ['GITLAB_PERSONAL_ACCESS_TOKEN', '  ', undefined],
  ['GITLAB_API_URL', '', 'https://gitlab.com/api/v4'],
  ['GITLAB_API_URL', 'https://gitlab.example.com', 'https://gitlab.example.com/api/v4'],
  ['GITLAB_API_URL', 'https://gitlab.example.com/', 'https://gitlab.example.com/api/v4'],
  ['GITLAB_API_URL', 'https://gitlab.example.com/api/v4', 'https://gitlab.example.com/api/v4'],
  ['GITLAB_API_URL', 'https://gitlab.example.com/api/v4//', 'https://gitlab.example.com/api/v4'],
  ['GITLAB_API_URL', 'HTTP://LOCALHOST:8080/gitlab/', 'http://localhost:8080/gitlab/api/v4'],
  ['GITLAB_API_URL', 'https://host/my/api/gitlab', 'https://host/my/api/gitlab/api/v4'],
  ['GITLAB_PROJECT_ID', '42', '42'],
  ['GITLAB_PROJECT_ID', 'team/app', 'team/app'],
  ['GITLAB_ALLOWED_PROJECT_IDS', ' 1, team/sub/app.js ,,', ['1', 'team/sub/app.js']],
  ['GITLAB_DEFAULT_NAMESPACE', 'team/back-end', 'team/back-end'],
  ['MCP_AUTH_TOKEN', 'short', 'short'],
  ['MCP_LOG_LEVEL', 'Access', 'access'],
  ['MCP_LOG_LEVEL', 'off', 'off'],
  ['GITLAB_READ_ONLY_MODE', 'TRUE', true],
  ['GITLAB_READ_ONLY_MODE', '1', true],
  ['USE_PIPELINE', 'Yes', true],
  ['USE_MILESTONE', 'no', false],
  ['USE_GITLAB_WIKI', '0', false],
  ['USE_GITLAB_WIKI', 'False', false],
  ['HOST', '::', '::'],
  ['PORT', '0', 0],
  ['PORT', '65535', 65_535],
  ['ALLOWED_HOSTS', 'MCP.example.com:8443, localhost,[::1]', ['mcp.example.com', 'localhost', '[::1]']],
  ['ALLOWED_ORIGINS', 'https://app.example.com, http://localhost:5173/', ['app.example.com', 'localhost']],
  ['REDIS_URL', 'redis://localhost:6379', 'redis://localhost:6379'],
  ['REDIS_URL', 'rediss://user:p%40ss@cache.example.com:6380/2', 'rediss://user:p%40ss@cache.example.com:6380/2'],
  ['QUEUE_SECRET', secret32, secret32],
  ['MAX_BODY_BYTES', '1', 1],
])('%s=%j is read as %j', (name, text, value) => {
  expect(Object.entries(readConfig('all', { [name]: text })).find(([key]) => key === name)?.[1]).toEqual(value);
});

test.each([
  ['GITLAB_API_URL', 'gitlab.example.com', 'is not an http:// or https:// URL'],
  ['GITLAB_API_URL', 'gitlab.example.com:8080', 'is not an http:// or https:// URL'],
  ['GITLAB_API_URL', 'ftp://gitlab.example.com', 'is not an http:// or https:// URL'],
  ['GITLAB_API_URL', 'https://user:hunter2@gitlab.example.com', 'has credentials inside'],
  ['GITLAB_API_URL', 'https://gitlab.example.com/?private_token=hunter2', 'has a query or fragment'],
  ['GITLAB_API_URL', 'https://gitlab.example.com/#', 'has a query or fragment'],
  ['GITLAB_API_URL', 'https://gitlab.example.com/api/v3', 'ends in another API'],
  ['GITLAB_API_URL', 'https://gitlab.example.com/api/graphql', 'ends in another API'],
  ['GITLAB_API_URL', 'https://gitlab.example.com/api', 'ends in another API'],
  ['OAUTH_ISSUER', 'https://user:hunter2@gitlab.example.com', 'has credentials inside'],
  ['PUBLIC_URL', 'https://hunter2@mcp.example.com', 'has credentials inside'],
  ['GITLAB_CA_CERT_PEM', '/etc/ssl/ca.pem', 'holds no readable PEM certificate'],
  ['GITLAB_PROJECT_ID', 'app', 'is neither a project id nor a full path'],
  ['GITLAB_PROJECT_ID', 'team%2Fapp', 'is neither a project id nor a full path'],
  ['GITLAB_ALLOWED_PROJECT_IDS', '1,app', 'has an item "app" that is neither a project id'],
  ['GITLAB_ALLOWED_PROJECT_IDS', '1;2', 'has an item "1;2" that is neither a project id'],
  ['GITLAB_ALLOWED_PROJECT_IDS', ' , ', 'names no project'],
  ['GITLAB_DEFAULT_NAMESPACE', 'https://gitlab.com/team', 'is not the path of a group or user'],
  ['MCP_LOG_LEVEL', 'verbose', 'is none of off, error, warn, info, access, debug'],
  ['USE_PIPELINE', 'on', 'is neither true nor false'],
  ['HOST', 'http://0.0.0.0', 'is not a host name or IP address'],
  ['PORT', 'abc', 'is not a whole number from 0 to 65535'],
  ['PORT', '65536', 'is not a whole number from 0 to 65535'],
  ['PORT', '-1', 'is not a whole number from 0 to 65535'],
  ['PORT', '3e3', 'is not a whole number from 0 to 65535'],
  ['WORKER_READ_CONCURRENCY', '0', 'is not a whole number from 1 to 1000'],
  ['CALL_TIMEOUT_MS', '60s', 'is not a whole number from 1 to 600000'],
  ['CALL_TIMEOUT_MS', '1.5', 'is not a whole number from 1 to 600000'],
  ['MAX_BODY_BYTES', '10MB', 'is not a whole number from 1 to 268435456'],
  ['ALLOWED_HOSTS', 'good.example.com,bad host', 'has an item "bad host" that is not a host name'],
  ['ALLOWED_ORIGINS', 'https://app.example.com/path', 'that is not a host name'],
])('%s=%j is refused: %s', (name, text, fault) => {
  const failure = failureOf(() => readConfig('all', { [name]: text }));
  expect(failure.variables).toEqual([name]);
  expect(failure.message).toContain(`  - ${name} (`);
  expect(failure.message).toContain(fault);
  expect(failure.message).not.toContain('hunter2');
});

test.each([
  ['one certificate', pem, pem.trim()],
  ['two certificates', `${pem}\n${pem}`, `${pem}\n${pem}`.trim()],
  ['one line with written line breaks', pem.replaceAll('\n', String.raw`\n`), pem],
])('GITLAB_CA_CERT_PEM takes %s', (_, text, value) => {
  expect(readConfig('all', { GITLAB_CA_CERT_PEM: text }).GITLAB_CA_CERT_PEM).toBe(value);
});

test.each([
  ['a certificate that is cut off', pem.slice(0, 200)],
  ['a good and a broken certificate', `${pem}\n${pem.replace('MII', '!!!')}`],
])('GITLAB_CA_CERT_PEM refuses %s', (_, text) => {
  const { message } = failureOf(() => readConfig('all', { GITLAB_CA_CERT_PEM: text }));
  expect(message).toContain('holds no readable PEM certificate');
});

test.each([
  ['GITLAB_PERSONAL_ACCESS_TOKEN', 'Bearer hunter2', 'copy the bare value'],
  ['GITLAB_TOKEN', 'hunter2 hunter2', 'copy the bare value'],
  ['MCP_AUTH_TOKEN', 'hunter2 ✓', 'copy the bare value'],
  ['QUEUE_SECRET', 'hunter2', 'is shorter than 32 characters'],
  ['REDIS_URL', 'http://:hunter2@host', 'is not a Redis URL'],
  ['REDIS_URL', 'host:6379', 'is not a Redis URL'],
  ['REDIS_URL', 'redis://', 'is not a Redis URL'],
  ['REDIS_URL', 'redis:///0', 'is not a Redis URL'],
  ['REDIS_URL', 'redis://:hunter2@host:port', 'is not a Redis URL'],
  ['REDIS_URL', 'redis://:hunter2#@host', 'percent-encode special characters'],
  ['REDIS_URL', 'redis://:hunter2%zz@host', 'percent-encode special characters'],
  ['REDIS_URL', 'redis://%zz:hunter2@host', 'percent-encode special characters'],
  ['REDIS_URL', 'redis://:hunter2@host/queue', 'that is no database number'],
  ['REDIS_URL', 'redis://:hunter2@host/0/1', 'that is no database number'],
  ['REDIS_URL', 'redis://:hunter2@host:6379?family=4', 'has a query or fragment'],
  ['REDIS_URL', 'redis://:hunter2@host/0#', 'has a query or fragment'],
])('a wrong %s is named without its value', (name, text, fault) => {
  const { message } = failureOf(() => readConfig('all', { [name]: text }));
  expect(message).toContain(`  - ${name} (value not shown) `);
  expect(message).toContain(fault);
  expect(message).not.toContain('hunter2');
  expect(message).not.toContain('host:6379,');
});

test('a GitLab token under the wrong name is not shown', () => {
  const { message } = failureOf(() => readConfig('all', { PORT: 'glpat-aaaabbbbccccdddd' }));
  expect(message).toContain('PORT (value not shown) is not a whole number');
  expect(message).not.toContain('glpat');
});

test('a long wrong value is cut', () => {
  const { message } = failureOf(() => readConfig('all', { MCP_LOG_LEVEL: 'v'.repeat(5000) }));
  expect(message.length).toBeLessThan(400);
});

test('one message names every wrong variable with its remedy', () => {
  const env = { PORT: 'abc', QUEUE_SECRET: 'short', USE_PIPELINE: 'maybe', GITLAB_API_URI: 'https://x' };
  const failure = failureOf(() => readConfig('api', env));
  expect(failure.variables).toEqual(['USE_PIPELINE', 'PORT', 'QUEUE_SECRET', 'REDIS_URL', 'GITLAB_API_URI']);
  expect(failure.message).toMatchInlineSnapshot(`
    "The configuration cannot be used (docs/CONFIG.md lists every variable):
      - USE_PIPELINE ("maybe") is neither true nor false; write true or false (1, 0, yes and no are understood too).
      - PORT ("abc") is not a whole number from 0 to 65535; write such a number in digits, without unit or separator.
      - QUEUE_SECRET (value not shown) is shorter than 32 characters; make one with: openssl rand -hex 32.
      - REDIS_URL is not set, and API and worker meet only there; set it to redis://host:6379, or run both as one by npm start.
      - GITLAB_API_URI is not known (did you mean GITLAB_API_URL?); correct its name or remove it."
  `);
});

test.each(['GITLAB_TOKEN', 'GITLAB_ACCESS_TOKEN', 'GL_TOKEN'])('%s stands in for the GitLab token', (alias) => {
  expect(readConfig('all', { [alias]: 'token-a' }).GITLAB_PERSONAL_ACCESS_TOKEN).toBe('token-a');
  const empty = { GITLAB_PERSONAL_ACCESS_TOKEN: '', [alias]: 'token-a' };
  expect(readConfig('all', empty).GITLAB_PERSONAL_ACCESS_TOKEN).toBe('token-a');
  const same = { GITLAB_PERSONAL_ACCESS_TOKEN: 'token-a', [alias]: 'token-a' };
  expect(readConfig('all', same).GITLAB_PERSONAL_ACCESS_TOKEN).toBe('token-a');
});

test.each([
  ['a name and its alias', { GITLAB_PERSONAL_ACCESS_TOKEN: 'token-a', GL_TOKEN: 'token-b' }],
  ['two aliases', { GITLAB_TOKEN: 'token-a', GL_TOKEN: 'token-b' }],
])('different values under %s are a fault that shows neither', (_, env) => {
  const { message } = failureOf(() => readConfig('all', env));
  expect(message).toContain(`has different values under ${Object.keys(env).join(' and ')}`);
  expect(message).not.toContain('token-');
});

test.each([
  ['api', {}, ['REDIS_URL', 'QUEUE_SECRET']],
  ['worker', {}, ['REDIS_URL', 'QUEUE_SECRET']],
  ['api', { REDIS_URL: 'redis://r' }, ['QUEUE_SECRET']],
  ['worker', { QUEUE_SECRET: secret32 }, ['REDIS_URL']],
] as const)('the role %s with %j lacks %j', (role, env, missing) => {
  expect(failureOf(() => readConfig(role, env)).variables).toEqual(missing);
});

test.each([
  ['all', {}],
  ['api', { REDIS_URL: 'redis://r', QUEUE_SECRET: secret32 }],
  ['worker', { REDIS_URL: 'redis://r', MCP_AUTH_TOKEN: 'gate-token-of-length' }],
] as const)('the role %s is content with %j', (role, env) => {
  expect(readConfig(role, env)).toMatchObject(env);
});

test.each([
  ['all', {}, []],
  ['all', { MCP_AUTH_TOKEN: 'x'.repeat(15) }, ['MCP_AUTH_TOKEN is shorter than 16 characters']],
  ['all', { MCP_AUTH_TOKEN: 'x'.repeat(16) }, []],
  ['all', { REDIS_URL: 'redis://r' }, ['REDIS_URL is set without QUEUE_SECRET']],
  ['all', { REDIS_URL: 'redis://r', QUEUE_SECRET: secret32 }, []],
  ['all', { CALL_TIMEOUT_MS: '100001' }, ['CALL_TIMEOUT_MS is longer than API_DRAIN_MS']],
  [
    'worker',
    { CALL_TIMEOUT_MS: '110001', REDIS_URL: 'redis://r', QUEUE_SECRET: secret32 },
    ['CALL_TIMEOUT_MS is longer than WORKER_DRAIN_MS'],
  ],
  ['all', { GITLAB_PERSONAL_ACCESS_TOKEN: '' }, ['No GITLAB_PERSONAL_ACCESS_TOKEN']],
  ['worker', { GITLAB_PERSONAL_ACCESS_TOKEN: '', REDIS_URL: 'redis://r', QUEUE_SECRET: secret32 }, []],
] as const)('the role %s with %j warns of %j', (role, env, warnings) => {
  const found = configWarnings(role, readConfig(role, { GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-x', ...env }));
  expect(found.map((text) => warnings.find((words) => text.startsWith(words)))).toEqual(warnings);
});

test('the environment of this process is read where none is given', () => {
  vi.stubEnv('PORT', '4321');
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  expect(readConfig('all').PORT).toBe(4321);
});
