import type { IncomingHttpHeaders } from 'node:http';
import { levels } from './entities/user.ts';
import type { Token, User } from './entities/user.ts';
import { oauthError, unauthorized } from './errors.ts';
import type { Store } from './store.ts';

/** Who a request comes from, before anything is decided about it. */
export interface Caller {
  readonly token: string | null;
  readonly as: 'private token' | 'bearer' | null;
  readonly account: Token | undefined;
  readonly user: User | undefined;
}

const bearer = /^Bearer (?<token>.+)$/iu;

/** Reads the token of a request; a load-test token makes its user on first use. */
export function identify(store: Store, headers: IncomingHttpHeaders): Caller {
  const { token, as } = readToken(headers);
  if (token === null) return { token, as, account: undefined, user: undefined };
  const account = store.tokens.get(token) ?? loadTestToken(store, token);
  return { token, as, account, user: account && store.users.get(account.userId) };
}

function readToken(headers: IncomingHttpHeaders): Pick<Caller, 'token' | 'as'> {
  const own = headers['private-token'];
  if (typeof own === 'string') return { token: own, as: 'private token' };
  const token = bearer.exec(headers.authorization ?? '')?.groups?.['token'];
  return token === undefined ? { token: null, as: null } : { token, as: 'bearer' };
}

/** Refuses bad, expired and revoked tokens, and writes with a token that may only read. */
export function authorize(caller: Caller, method: string): void {
  const { token, as, account } = caller;
  if (token === null) return;
  if (account === undefined || (account.kind === 'oauth' && as === 'private token')) {
    if (as === 'bearer') throw oauthError(401, 'invalid_token', { description: 'Bad Access Token.' });
    throw unauthorized();
  }
  if (account.state !== 'active') throw oauthError(401, 'invalid_token', { description: reasons[account.state] });
  const reads = method === 'GET' || method === 'HEAD';
  const scopes = reads ? ['api', 'read_api'] : ['api'];
  if (account.scopes.some((scope) => scopes.includes(scope))) return;
  const description = 'The request requires higher privileges than provided by the access token.';
  throw oauthError(403, 'insufficient_scope', { description, scope: scopes.join(' ') });
}

const reasons = {
  expired: 'Token is expired. You can either do re-authorization or token refresh.',
  revoked: 'Token was revoked. You have to re-authorize from the user.',
};

interface NewToken {
  readonly value: string;
  readonly userId: number;
  readonly state?: Token['state'];
  readonly kind?: Token['kind'];
  readonly scopes?: readonly string[];
}

export function addToken(store: Store, token: NewToken): Token {
  const { value, userId, state = 'active', kind = 'personal', scopes = ['api'] } = token;
  const id = store.nextId('token');
  const added = { id, value, userId, kind, scopes, state, createdAt: '2026-01-05T09:00:00.000Z' };
  store.tokens.set(value, added);
  return added;
}

export function addUser(store: Store, user: Pick<User, 'id' | 'username' | 'name'>): User {
  const added = { ...user, createdAt: '2026-01-05T09:00:00.000Z' };
  store.users.set(added.id, added);
  store.usersByName.set(added.username, added);
  return added;
}

/** `glpat-user-<n>` is `user<n>`, a developer of team/app. */
function loadTestToken(store: Store, value: string): Token | undefined {
  const number = /^glpat-user-(?<number>\d{1,7})$/u.exec(value)?.groups?.['number'];
  if (number === undefined) return undefined;
  const user = addUser(store, { id: 1000 + Number(number), username: `user${number}`, name: `User ${number}` });
  const member = { userId: user.id, level: levels.developer, createdAt: user.createdAt };
  store.projectByPath('team/app')?.members.set(user.id, member);
  return addToken(store, { value, userId: user.id });
}
