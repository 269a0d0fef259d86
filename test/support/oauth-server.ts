import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import type { Express } from 'express';
import * as z from 'zod';

interface Issued {
  readonly application: string;
  readonly scopes: readonly string[];
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

interface OAuthServerOptions {
  /** Called with each token that a login brings, so that a GitLab can know it. */
  readonly onToken?: (token: string, scopes: readonly string[]) => void;
}

/** GitLab's OAuth part as far as MCP clients meet it, on 127.0.0.1. */
interface OAuthServer {
  readonly url: string;
  /** The pre-registered application: may have api and read_api. */
  readonly application: string;
  /** `GET /oauth/authorize`, in order. */
  readonly requests: readonly string[];
  /** A token as after a login. */
  issue(issued?: Partial<Issued>): string;
  revoke(token: string): void;
  close(): Promise<void>;
}

const APPLICATION = 'gitlab-application-uid';
/** Where a client on this machine listens for the end of the login. */
export const CALLBACK = 'http://localhost:8765/callback';

const asked = z.object({
  client_id: z.string(),
  redirect_uri: z.string(),
  scope: z.string(),
  state: z.string().optional(),
  code_challenge: z.string(),
  code_challenge_method: z.literal('S256'),
});
const exchanged = z.object({
  code: z.string().default(''),
  client_id: z.string().default(''),
  code_verifier: z.string().default(''),
});
const registered = z.looseObject({ redirect_uris: z.array(z.string()) });

interface State {
  readonly url: () => string;
  readonly codes: Map<string, z.infer<typeof asked>>;
  readonly tokens: Map<string, Issued>;
  readonly issue: OAuthServer['issue'];
  readonly onToken: Required<OAuthServerOptions>['onToken'];
}

/** Starts the server; every user says yes at once. */
export async function startOAuthServer({ onToken = () => undefined }: OAuthServerOptions = {}): Promise<OAuthServer> {
  const requests: string[] = [];
  const tokens = new Map<string, Issued>();
  const issue: OAuthServer['issue'] = (issued = {}) => {
    const token = randomUUID().replaceAll('-', '').repeat(2);
    tokens.set(token, { application: APPLICATION, scopes: ['api'], expiresAt: Date.now() + 7_200_000, ...issued });
    return token;
  };
  const app = express();
  app.use((request, _response, next) => {
    requests.push(`${request.method} ${request.path}`);
    next();
  });
  const server = createServer((request, response) => {
    app(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the OAuth server has no port');
  const url = `http://127.0.0.1:${String(address.port)}`;
  const state: State = { url: () => url, codes: new Map(), tokens, issue, onToken };
  serveLogin(app, state);
  serveTokens(app, state);
  return {
    url,
    application: APPLICATION,
    requests,
    issue,
    revoke: (token) => void tokens.delete(token),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function serveLogin(app: Express, { url, codes }: State): void {
  app.get('/.well-known/oauth-authorization-server', (_request, response) => {
    response.json({
      issuer: url(),
      authorization_endpoint: `${url()}/oauth/authorize`,
      token_endpoint: `${url()}/oauth/token`,
      registration_endpoint: `${url()}/oauth/register`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      scopes_supported: ['api', 'read_api', 'sudo', 'mcp'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    });
  });
  app.post('/oauth/register', express.json(), (request, response) => {
    const client = registered.parse(request.body);
    response.status(201).json({ ...client, client_id: `dynamic-${randomUUID()}`, scope: 'mcp' });
  });
  app.get('/oauth/authorize', (request, response) => {
    const wanted = asked.parse(request.query);
    const back = new URL(wanted.redirect_uri);
    // GitLab gives applications that register themselves the scope mcp and no other: gitlab-org/gitlab!198566
    const allowed = wanted.client_id === APPLICATION ? ['api', 'read_api'] : ['mcp'];
    const code = randomUUID();
    if (wanted.state !== undefined) back.searchParams.set('state', wanted.state);
    if (wanted.redirect_uri !== CALLBACK || !wanted.scope.split(' ').every((scope) => allowed.includes(scope))) {
      back.searchParams.set('error', 'invalid_scope');
    } else {
      codes.set(code, wanted);
      back.searchParams.set('code', code);
    }
    response.redirect(back.href);
  });
}

function serveTokens(app: Express, { codes, tokens, issue, onToken }: State): void {
  app.post('/oauth/token', express.urlencoded({ extended: false }), (request, response) => {
    const given = exchanged.parse(request.body);
    const login = codes.get(given.code);
    codes.delete(given.code);
    const proof = createHash('sha256').update(given.code_verifier).digest('base64url');
    if (login?.code_challenge !== proof || login.client_id !== given.client_id) {
      response.status(400).json({ error: 'invalid_grant' });
      return;
    }
    const scopes = login.scope.split(' ');
    const token = issue({ application: login.client_id, scopes });
    onToken(token, scopes);
    response.json({ access_token: token, token_type: 'Bearer', expires_in: 7200, scope: login.scope });
  });
  app.get('/oauth/token/info', (request, response) => {
    const found = tokens.get((request.get('authorization') ?? '').replace('Bearer ', ''));
    const left = found === undefined ? 0 : Math.round((found.expiresAt - Date.now()) / 1000);
    if (found === undefined || left <= 0) {
      response.status(401).json({ error: 'invalid_token', error_description: 'The access token is invalid' });
      return;
    }
    response.json({
      resource_owner_id: 2,
      scope: found.scopes,
      expires_in: left,
      application: { uid: found.application },
      created_at: 1_790_000_000,
      scopes: found.scopes,
      expires_in_seconds: left,
    });
  });
}
