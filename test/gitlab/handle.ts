import { authorize } from './auth.ts';
import type { Caller } from './auth.ts';
import { jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import type { Context } from './context.ts';
import type { User } from './entities/user.ts';
import { Refusal, noSuchRoute, unauthorized } from './errors.ts';
import type { Body } from './incoming.ts';
import { createInput } from './input.ts';
import { paginate } from './pages.ts';
import type { Reply } from './reply.ts';
import type { Router } from './router.ts';
import type { Store } from './store.ts';
import { parseForm } from './values.ts';

interface Request {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly caller: Caller;
  readonly body: Body;
}

interface Parts {
  readonly store: Store;
  readonly router: Router;
}

const nobody: User = { id: 0, username: '', name: '', createdAt: '' };

/** Carries out a request and gives GitLab's answer. */
export function handle(parts: Parts, request: Request): Answer {
  try {
    return perform(parts, request);
  } catch (error) {
    if (error instanceof Refusal) return jsonAnswer(error.status, error.body, error.headers);
    process.stderr.write(`stand-in GitLab, ${request.method} ${request.path}: ${String(error)}\n`);
    return jsonAnswer(500, { message: '500 Internal Server Error' });
  }
}

function perform({ store, router }: Parts, request: Request): Answer {
  const { method, path, search, caller, body } = request;
  if (path === '/oauth/token/info') return jsonAnswer(200, tokenInfo(caller));
  if (!path.startsWith('/api/v4/')) throw noSuchRoute();
  const match = router.find(method === 'HEAD' ? 'GET' : method, path.slice('/api/v4'.length));
  if (match === undefined) throw noSuchRoute();
  if (match === 'path known') throw new Refusal(405, { error: '405 Not Allowed' });
  authorize(caller, method);
  if (caller.user === undefined && !match.route.anonymous) throw unauthorized();
  const query = createInput(parseForm(search.slice(1)));
  const context: Context = {
    store,
    viewer: caller.user ?? nobody,
    signedIn: caller.user !== undefined,
    account: caller.account,
    method,
    path,
    search,
    query,
    input: createInput({ ...query.values, ...body.values }),
    file: body.file,
    params: match.params,
  };
  return render(context, match.route.run(context));
}

function render(context: Context, reply: Reply): Answer {
  if (reply.kind === 'json') return jsonAnswer(reply.status, reply.body, reply.headers);
  if (reply.kind === 'empty') return { status: reply.status, headers: reply.headers, body: '' };
  if (reply.kind === 'bytes') {
    return { status: 200, headers: { 'Content-Type': reply.type, ...reply.headers }, body: reply.bytes };
  }
  const { rows, headers } = paginate(context, reply);
  return jsonAnswer(200, rows, headers);
}

/** doorkeeper's endpoint, outside of the API: it knows OAuth tokens only. */
function tokenInfo({ account }: Caller): unknown {
  if (account?.kind !== 'oauth' || account.state !== 'active') {
    throw new Refusal(401, { error: 'invalid_token', error_description: 'The access token is invalid' });
  }
  return {
    resource_owner_id: account.userId,
    scope: account.scopes,
    expires_in: 7200,
    application: { uid: 'stand-in' },
    created_at: Math.floor(Date.parse(account.createdAt) / 1000),
  };
}
