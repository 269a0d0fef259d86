import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../src/config/read.ts';
import type { Role } from '../../src/config/read.ts';

const shared = { GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-shared' };
const oauth = {
  OAUTH_ISSUER: 'https://gitlab.com',
  PUBLIC_URL: 'https://mcp.example.com',
  OAUTH_APPLICATION_IDS: 'a1',
};
const queue = { REDIS_URL: 'redis://r', QUEUE_SECRET: 'x'.repeat(32) };
const everywhere = { HOST: '0.0.0.0' };

/** The message of the refusal, or nothing where the configuration is taken. */
function faultOf(role: Role, env: Readonly<Record<string, string>>): string | undefined {
  try {
    readConfig(role, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return undefined;
}

describe('is refused at the start:', () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'a shared token for everybody',
      { ...shared, ...everywhere },
      /MCP_AUTH_TOKEN is not set, and on HOST=0\.0\.0\.0 .*ALLOW_UNAUTHENTICATED=true/u,
    ],
    ['the same on IPv6', { ...shared, HOST: '::' }, /MCP_AUTH_TOKEN is not set/u],
    ['the same under a name', { ...shared, HOST: 'localhost.example.com' }, /MCP_AUTH_TOKEN is not set/u],
    [
      'the same in mode shared',
      { ...shared, ...everywhere, GITLAB_TOKEN_MODE: 'shared' },
      /MCP_AUTH_TOKEN is not set/u,
    ],
    [
      'the same with a plain no',
      { ...shared, ...everywhere, ALLOW_UNAUTHENTICATED: 'false' },
      /MCP_AUTH_TOKEN is not set/u,
    ],
    [
      'only the previous key of the gate',
      { MCP_AUTH_TOKEN_PREVIOUS: 'old-key' },
      /MCP_AUTH_TOKEN is not set, though MCP_AUTH_TOKEN_PREVIOUS is/u,
    ],
    ['mode shared with nothing to share', { GITLAB_TOKEN_MODE: 'shared' }, /GITLAB_PERSONAL_ACCESS_TOKEN is not set/u],
    [
      'OAuth in mode shared',
      { ...shared, ...oauth, GITLAB_TOKEN_MODE: 'shared' },
      /GITLAB_TOKEN_MODE \("shared"\) refuses/u,
    ],
    ['OAuth for every application', { ...oauth, OAUTH_APPLICATION_IDS: '' }, /OAUTH_APPLICATION_IDS is not set/u],
    ['OAuth without an address', { ...oauth, PUBLIC_URL: '' }, /PUBLIC_URL is not set/u],
    ['OAuth without an issuer', { ...oauth, OAUTH_ISSUER: '' }, /OAUTH_ISSUER is not set/u],
    ['OAuth with useless scopes', { ...oauth, OAUTH_SCOPES: 'read_user' }, /OAUTH_SCOPES has neither/u],
  ])('%s', (_, env, words) => {
    expect(faultOf('all', env)).toMatch(words);
    expect(faultOf('api', { ...queue, ...env })).toMatch(words);
    expect(faultOf('worker', { ...queue, ...env })).toBeUndefined();
    expect(faultOf('all', env)).not.toMatch(/glpat|old-key/u);
  });
});

describe('is taken:', () => {
  test.each<[string, Readonly<Record<string, string>>]>([
    ['a shared token on this machine', shared],
    ['the same under its name', { ...shared, HOST: 'localhost' }],
    ['the same on IPv6', { ...shared, HOST: '::1' }],
    ['the same on another loopback address', { ...shared, HOST: '127.1.2.3' }],
    ['a shared token behind a gate', { ...shared, ...everywhere, MCP_AUTH_TOKEN: 'a-key-of-some-length' }],
    ['a shared token that is never lent', { ...shared, ...everywhere, GITLAB_TOKEN_MODE: 'user' }],
    ['a shared token that OAuth never lends', { ...shared, ...everywhere, ...oauth }],
    ['a shared token for everybody, said aloud', { ...shared, ...everywhere, ALLOW_UNAUTHENTICATED: 'true' }],
    ['no shared token', everywhere],
    ['a public address without OAuth', { PUBLIC_URL: 'https://mcp.example.com' }],
    ['OAuth for reading', { ...oauth, OAUTH_SCOPES: 'read_api' }],
  ])('%s', (_, env) => {
    expect(faultOf('all', env)).toBeUndefined();
  });
});
