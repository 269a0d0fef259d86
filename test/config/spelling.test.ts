import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/read.ts';
import { failureOf } from './failure.ts';

test.each([
  ['GITLAB_PERSONAL_ACESS_TOKEN', 'GITLAB_PERSONAL_ACCESS_TOKEN'],
  ['GITLAB_TOKENS', 'GITLAB_TOKEN'],
  ['GITLAB_READONLY_MODE', 'GITLAB_READ_ONLY_MODE'],
  ['GITLAB_ALLOWED_PROJECT_ID', 'GITLAB_ALLOWED_PROJECT_IDS'],
  ['MCP_AUHT_TOKEN', 'MCP_AUTH_TOKEN'],
  ['MCP_LOGLEVEL', 'MCP_LOG_LEVEL'],
  ['USE_PIPELINES', 'USE_PIPELINE'],
  ['DESTRUCTIVE_CONFRIM', 'DESTRUCTIVE_CONFIRM'],
  ['DESTRUTIVE_CONFIRM', 'DESTRUCTIVE_CONFIRM'],
  ['ALLOWED_HOST', 'ALLOWED_HOSTS'],
  ['AUDIT_LOGS', 'AUDIT_LOG'],
  ['REDIS_URI', 'REDIS_URL'],
  ['REDIS_PASWORD', 'REDIS_PASSWORD'],
  ['QUEUE_SECRETS', 'QUEUE_SECRET'],
  ['MAX_CALLS_PER_MINUTE_PER_CALER', 'MAX_CALLS_PER_MINUTE_PER_CALLER'],
])('%s is answered with: did you mean %s?', (name, meant) => {
  const { message } = failureOf(() => readConfig('all', { [name]: 'hunter2' }));
  expect(message).toContain(`  - ${name} is not known (did you mean ${meant}?); correct`);
  expect(message).not.toContain('hunter2');
});

// GitLab CI sets the first ones in every job: https://docs.gitlab.com/ci/variables/predefined_variables/
// Kubernetes tells each container of the services beside it: https://kubernetes.io/docs/concepts/services-networking/service/
test.each([
  'GITLAB_CI',
  'GITLAB_FEATURES',
  'GITLAB_USER_ID',
  'GITLAB_USER_EMAIL',
  'GITLAB_USER_LOGIN',
  'GITLAB_USER_NAME',
  'GITLAB_HOST',
  'MCP_SERVER_NAME',
  'USE_CCACHE',
  'PROT',
  'PORTS',
  'HOSTS',
  'HOSTNAME',
  'GH_TOKEN',
  'GITHUB_TOKEN',
  'GITHUB_ACCESS_TOKEN',
  'GITHUB_PERSONAL_ACCESS_TOKEN',
  'REDIS_HOST',
  'REDIS_PORT',
  'REDIS_USER',
  'REDIS_TLS',
  'REDIS_UI',
  'REDIS_SERVICE_HOST',
  'REDIS_SERVICE_PORT',
  'REDIS_PORT_6379_TCP',
  'REDIS_PORT_6379_TCP_ADDR',
  'QUEUE_PORT',
  'QUEUE_URL',
  'AUDIT_PORT',
  'BASE_URL',
  'BASE_PORT',
  'OAUTH_USER',
  'OAUTH_TOKEN',
  'PUBLIC_KEY',
  'PUBLIC_PORT',
  'ECS_CONTAINER_METADATA_URI_V4',
])('%s, which is not ours, is left alone', (name) => {
  expect(readConfig('all', { [name]: 'x' })).toEqual(readConfig('all', {}));
});

test.each([
  [{ REDIS_URL: 'redis://r', REDIS_URI: 'redis://r' }],
  [{ PUBLIC_URL: 'https://mcp.example.com', PUBLIC_URI: 'https://other.example.com' }],
])('%j: what is like one that is set too is a name of others', (env) => {
  expect(readConfig('all', env)).toMatchObject(Object.fromEntries(Object.entries(env).slice(0, 1)));
});

test('what begins as ours do is misspelt, also where the right one is set', () => {
  const env = { USE_PIPELINE: 'false', USE_PIPELINES: 'true' };
  expect(failureOf(() => readConfig('all', env)).variables).toEqual(['USE_PIPELINES']);
});

test('a misspelt variable without a value is left alone', () => {
  expect(readConfig('all', { USE_PIPELINES: '' })).toEqual(readConfig('all', {}));
});
