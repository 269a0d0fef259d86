import { integerParam } from '../context.ts';
import { showCurrentUser, showToken, showUser } from '../entities/user.ts';
import { notFound } from '../errors.ts';
import { json, list } from '../reply.ts';
import { route } from '../routes.ts';
import type { Route } from '../routes.ts';

export const userRoutes: readonly Route[] = [
  route('GET /user', ({ store, viewer }) => json(showCurrentUser(store, viewer))),
  route('GET /users', ({ store, input }) => {
    const username = input.text('username')?.toLowerCase();
    const search = input.text('search')?.toLowerCase() ?? '';
    const rows = [...store.users.values()]
      .filter((user) => username === undefined || user.username === username)
      .filter((user) => `${user.username} ${user.name}`.toLowerCase().includes(search));
    return list({
      rows: rows.toReversed(),
      show: (user) => showUser(store, user),
      defaults: {
        active: 'false',
        blocked: 'false',
        external: 'false',
        skip_ldap: 'false',
        with_custom_attributes: 'false',
      },
      keyset: { type: 'User', by: 'id', key: (user) => String(user.id) },
    });
  }),
  route('GET /users/:user_id', (context) => {
    const user = context.store.users.get(integerParam(context, 'user_id'));
    if (user === undefined) throw notFound('User');
    return json({ ...showUser(context.store, user), created_at: user.createdAt, bio: '', followers: 0, following: 0 });
  }),
  route('GET /version', () =>
    json({ version: '18.5.1-ee', revision: '5d7e1e2a1c4', kas: { enabled: false }, enterprise: true }),
  ),
  route('GET /personal_access_tokens/self', ({ store, account }) => {
    if (account?.kind !== 'personal') throw notFound();
    return json(showToken(store, account));
  }),
];
