import { groupLevel } from '../access.ts';
import { param } from '../context.ts';
import type { Context } from '../context.ts';
import { groupNamespace, showNamespace, userNamespace } from '../entities/group.ts';
import type { Namespace } from '../entities/group.ts';
import { notFound } from '../errors.ts';
import { json, list } from '../reply.ts';
import { route } from '../routes.ts';
import type { Route } from '../routes.ts';

export const namespaceRoutes: readonly Route[] = [
  route('GET /namespaces', (context) => {
    const search = (context.input.text('search') ?? '').toLowerCase();
    const rows = ownNamespaces(context).filter((each) => each.fullPath.toLowerCase().includes(search));
    return list({ rows, show: (namespace) => showNamespace(context.store, namespace) });
  }),
  route('GET /namespaces/:id', (context) => {
    const namespace = findNamespace(context, param(context, 'id'));
    if (namespace === undefined) throw notFound('Namespace');
    return json(showNamespace(context.store, namespace));
  }),
  route('GET /namespaces/:id/exists', (context) => {
    const path = param(context, 'id').toLowerCase();
    const parent = context.input.integer('parent_id') ?? null;
    const { groups, usersByName } = context.store;
    const taken = [...groups.values()].some((group) => group.parentId === parent && group.path.toLowerCase() === path);
    const exists = taken || (parent === null && usersByName.has(path));
    return json({ exists, suggests: exists ? [`${path}1`] : [] });
  }),
];

/** The viewer's own namespace and the groups where the viewer has a role. */
function ownNamespaces({ store, viewer }: Context): readonly Namespace[] {
  const groups = [...store.groups.values()].filter((group) => groupLevel(store, viewer, group.id) > 0);
  return [userNamespace(viewer), ...groups.map((group) => groupNamespace(group))];
}

/** One of the viewer's namespaces, by id or path. */
export function findNamespace(context: Context, idOrPath: string): Namespace | undefined {
  return ownNamespaces(context).find(
    (each) => String(each.id) === idOrPath || each.fullPath.toLowerCase() === idOrPath.toLowerCase(),
  );
}
