import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { addToken } from '../gitlab/auth.ts';
import { startGitLab } from '../gitlab/server.ts';
import type { GitLabServer } from '../gitlab/server.ts';
import { startBalancer } from '../support/balancer.ts';
import { textOf } from '../support/clients.ts';
import { CALLBACK, startOAuthServer } from '../support/oauth-server.ts';
import { startWhole } from '../support/whole.ts';

let gitlab: GitLabServer;
let issuer: Awaited<ReturnType<typeof startOAuthServer>>;
let front: Awaited<ReturnType<typeof startBalancer>>;
let service: Awaited<ReturnType<typeof startWhole>>;

type Saved<Method extends 'tokens' | 'clientInformation'> = Awaited<ReturnType<OAuthClientProvider[Method]>>;

/** A client's own memory of its login, as Claude Code keeps it for --client-id and --callback-port. */
interface Account {
  readonly provider: OAuthClientProvider;
  /** Where the client sends its user, once. */
  takeLogin(): URL;
}

function createAccount(clientId: string | undefined): Account {
  const saved: {
    tokens?: Saved<'tokens'>;
    client?: Saved<'clientInformation'>;
    verifier?: string;
    login?: URL;
    place?: OAuthDiscoveryState;
  } = {};
  if (clientId !== undefined) saved.client = { client_id: clientId, issuer: issuer.url };
  return {
    provider: {
      redirectUrl: CALLBACK,
      clientMetadata: {
        client_name: 'a client of the tests',
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
      clientInformation: () => saved.client,
      saveClientInformation: (client) => {
        saved.client = client;
      },
      tokens: () => saved.tokens,
      saveTokens: (tokens) => {
        saved.tokens = tokens;
      },
      redirectToAuthorization: (url) => {
        saved.login = url;
      },
      saveCodeVerifier: (verifier) => {
        saved.verifier = verifier;
      },
      codeVerifier: () => saved.verifier ?? '',
      saveDiscoveryState: (place) => {
        saved.place = place;
      },
      discoveryState: () => saved.place,
    },
    takeLogin: () => {
      const { login } = saved;
      delete saved.login;
      if (login === undefined) throw new Error('the client did not begin a login');
      return login;
    },
  };
}

beforeAll(async () => {
  gitlab = await startGitLab();
  const alice = gitlab.store.usersByName.get('alice');
  issuer = await startOAuthServer({
    onToken: (value, scopes) => {
      addToken(gitlab.store, { value, userId: alice?.id ?? 0, kind: 'oauth', scopes });
    },
  });
  // The service has to know its public address before it has a port.
  const targets: string[] = [];
  front = await startBalancer(targets);
  service = await startWhole({
    GITLAB_API_URL: gitlab.apiUrl,
    GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-bob',
    OAUTH_ISSUER: issuer.url,
    OAUTH_APPLICATION_IDS: issuer.application,
    OAUTH_SCOPES: 'read_api',
    PUBLIC_URL: front.url,
  });
  targets.push(service.url);
});

afterAll(async () => {
  await service.close();
  await Promise.all([front.close(), issuer.close(), gitlab.close()]);
});

const eras = ['legacy', 'auto'] as const;

interface Session {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
}

function createSession({ provider }: Account, mode: (typeof eras)[number]): Session {
  const transport = new StreamableHTTPClientTransport(new URL(`${front.url}/mcp`), { authProvider: provider });
  return { client: new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } }), transport };
}

/** What the browser does: goes to GitLab, says yes, and is sent back. */
async function visit(login: URL): Promise<URLSearchParams> {
  const response = await fetch(login, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? '').searchParams;
}

const project = z.object({ path_with_namespace: z.string() });

describe.each(eras)('a client that speaks the %s protocol', (mode) => {
  test('logs in by itself with the application id it was given, and its calls are its user’s', async () => {
    const account = createAccount(issuer.application);
    const first = createSession(account, mode);
    await expect(first.client.connect(first.transport)).rejects.toThrow(UnauthorizedError);
    const login = account.takeLogin();
    const back = await visit(login);
    await first.transport.finishAuth(back);
    gitlab.journal.clear();
    const { client, transport } = createSession(account, mode);
    await client.connect(transport);
    const result = await client.callTool({ name: 'get_project', arguments: { project_id: 'team/app' } });
    await client.close();

    expect(login.searchParams.get('scope')).toBe('read_api');
    expect(login.searchParams.get('resource')).toBe(`${front.url}/mcp`);
    expect(project.parse(JSON.parse(textOf(result)))).toEqual({ path_with_namespace: 'team/app' });
    expect(new Set(gitlab.journal.entries().map(({ user }) => user))).toEqual(new Set(['alice']));
  });

  test('asks for the scope api when it wants to write, and then may', async () => {
    const account = createAccount(issuer.application);
    const first = createSession(account, mode);
    await first.client.connect(first.transport).catch(() => undefined);
    await first.transport.finishAuth(await visit(account.takeLogin()));
    const second = createSession(account, mode);
    await second.client.connect(second.transport);
    const write = { name: 'create_issue', arguments: { project_id: 'team/app', title: `By ${mode}` } };
    gitlab.journal.clear();
    await expect(second.client.callTool(write)).rejects.toThrow(UnauthorizedError);
    expect(gitlab.journal.entries()).toEqual([]);

    const login = account.takeLogin();
    await second.transport.finishAuth(await visit(login));
    const result = await second.client.callTool(write);
    await second.client.close();

    expect(login.searchParams.get('scope')).toBe('read_api api');
    expect(JSON.parse(textOf(result))).toMatchObject({ title: `By ${mode}`, author: 'alice' });
  });

  test('that registers itself is refused by GitLab, which gives such clients the scope mcp only', async () => {
    const account = createAccount(undefined);
    const { client, transport } = createSession(account, mode);
    await client.connect(transport).catch(() => undefined);

    expect((await visit(account.takeLogin())).get('error')).toBe('invalid_scope');
  });
});
