import { enterProject } from './access.ts';
import type { Need } from './access.ts';
import type { Context, ProjectContext } from './context.ts';
import type { Reply } from './reply.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** One endpoint. */
export interface Route {
  readonly method: Method;
  /** Below `/api/v4`; `:name` is one segment, `*name` the rest. */
  readonly path: string;
  /** Whether it answers without a token. */
  readonly anonymous: boolean;
  readonly run: (context: Context) => Reply;
}

/** An endpoint outside of projects. */
export function route(endpoint: string, run: (context: Context) => Reply, anonymous = false): Route {
  return { ...parse(endpoint), anonymous, run };
}

/** An endpoint below `/projects/:id`, with what it asks of the viewer. */
export function projectRoute(endpoint: string, need: Need, run: (context: ProjectContext) => Reply): Route {
  const { method, path } = parse(endpoint);
  return {
    method,
    path: `/projects/:id${path}`,
    anonymous: true,
    run: (context) => run(enterProject(context, need)),
  };
}

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE'];

function parse(endpoint: string): { method: Method; path: string } {
  const [first, path = ''] = endpoint.split(' ');
  const method = methods.find((each) => each === first);
  if (method === undefined) throw new Error(`no method in ${endpoint}`);
  return { method, path };
}
