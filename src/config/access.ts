import type { Config } from './settings.ts';

/** What of the configuration cannot be used, and what to do, as words that follow the variable's name. */
export interface Fault {
  readonly variable: string;
  readonly words: string;
}

/** Settings of gate, identity and OAuth that are each right and together let in the wrong ones, or nobody. */
export function accessFaults(config: Config): Fault[] {
  return [...gateFaults(config), ...identityFaults(config), ...oauthFaults(config)];
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/iu.test(host);

function gateFaults(config: Config): Fault[] {
  if (config.MCP_AUTH_TOKEN !== undefined) return [];
  const noCurrent = {
    variable: 'MCP_AUTH_TOKEN',
    words: 'is not set, though MCP_AUTH_TOKEN_PREVIOUS is; set it to the new token, or remove the previous one',
  };
  const unguarded = {
    variable: 'MCP_AUTH_TOKEN',
    words: `is not set, and on HOST=${config.HOST} the shared GitLab token would be lent to everybody who reaches it; set it (openssl rand -hex 32), let callers bring their own tokens only (GITLAB_TOKEN_MODE=user), or say ALLOW_UNAUTHENTICATED=true`,
  };
  // Without a gate, OAuth never lends the shared token.
  const lends =
    config.GITLAB_PERSONAL_ACCESS_TOKEN !== undefined &&
    config.GITLAB_TOKEN_MODE !== 'user' &&
    config.OAUTH_ISSUER === undefined;
  return [
    ...(config.MCP_AUTH_TOKEN_PREVIOUS === undefined ? [] : [noCurrent]),
    ...(lends && !isLoopback(config.HOST) && !config.ALLOW_UNAUTHENTICATED ? [unguarded] : []),
  ];
}

function identityFaults(config: Config): Fault[] {
  if (config.GITLAB_TOKEN_MODE !== 'shared') return [];
  const noToken = {
    variable: 'GITLAB_PERSONAL_ACCESS_TOKEN',
    words: 'is not set, and GITLAB_TOKEN_MODE=shared takes no other token; set it, or change the mode',
  };
  const noLogin = {
    variable: 'GITLAB_TOKEN_MODE',
    words: '("shared") refuses the tokens that OAUTH_ISSUER lets users log in for; change it to user or either',
  };
  return [
    ...(config.GITLAB_PERSONAL_ACCESS_TOKEN === undefined ? [noToken] : []),
    ...(config.OAUTH_ISSUER === undefined ? [] : [noLogin]),
  ];
}

function oauthFaults(config: Config): Fault[] {
  const { OAUTH_ISSUER: issuer, OAUTH_APPLICATION_IDS: applications, OAUTH_SCOPES: scopes } = config;
  const noIssuer = {
    variable: 'OAUTH_ISSUER',
    words: "is not set, though OAUTH_APPLICATION_IDS is; set it to GitLab's address, such as https://gitlab.com",
  };
  if (issuer === undefined) return applications.length === 0 ? [] : [noIssuer];
  const noUrl = {
    variable: 'PUBLIC_URL',
    words: 'is not set, and OAuth clients compare it with the address they use; set it, without /mcp at its end',
  };
  const noApplication = {
    variable: 'OAUTH_APPLICATION_IDS',
    words:
      'is not set, and tokens of any application would be taken; set it to the application id that GitLab shows (docs/AUTH.md)',
  };
  const noScope = {
    variable: 'OAUTH_SCOPES',
    words: 'has neither api nor read_api, and no token without them is of use; add one of them',
  };
  return [
    ...(config.PUBLIC_URL === undefined ? [noUrl] : []),
    ...(applications.length === 0 ? [noApplication] : []),
    ...(scopes.includes('api') || scopes.includes('read_api') ? [] : [noScope]),
  ];
}
