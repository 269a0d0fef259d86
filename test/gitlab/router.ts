import type { Route } from './routes.ts';

interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | undefined;
  readonly endpoints: Map<string, Route>;
  readonly wildcards: Map<string, Route>;
}

interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the endpoint for a path whose segments are still percent-encoded; each is decoded exactly once. */
export interface Router {
  /** `path known` where only the method is wrong. */
  find(method: string, path: string): Match | 'path known' | undefined;
}

export function createRouter(routes: readonly Route[]): Router {
  const root = createNode();
  for (const route of routes) insert(root, route);
  return {
    find: (method, path) => {
      const segments = path.split('/').slice(1).map(decode);
      if (segments.includes(undefined)) return undefined;
      const parts = segments.filter((segment) => segment !== undefined);
      const found = walk(root, { method, parts, at: 0, values: [] });
      if (found !== undefined) return found;
      return methods.some((other) => walk(root, { method: other, parts, at: 0, values: [] }))
        ? 'path known'
        : undefined;
    },
  };
}

const methods = ['GET', 'POST', 'PUT', 'DELETE'];

function createNode(): Node {
  return { literals: new Map(), parameter: undefined, endpoints: new Map(), wildcards: new Map() };
}

function insert(root: Node, route: Route): void {
  let node = root;
  for (const segment of route.path.split('/').slice(1)) {
    if (segment.startsWith('*')) {
      node.wildcards.set(route.method, route);
      return;
    }
    node = segment.startsWith(':') ? (node.parameter ??= createNode()) : literal(node, segment);
  }
  if (node.endpoints.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`);
  node.endpoints.set(route.method, route);
}

function literal(node: Node, segment: string): Node {
  const next = node.literals.get(segment) ?? createNode();
  node.literals.set(segment, next);
  return next;
}

interface Walk {
  readonly method: string;
  readonly parts: readonly string[];
  readonly at: number;
  readonly values: readonly string[];
}

function walk(node: Node, { method, parts, at, values }: Walk): Match | undefined {
  const segment = parts[at];
  if (segment === undefined) return matched(node.endpoints.get(method), values);
  const exact = node.literals.get(segment);
  const found = exact && walk(exact, { method, parts, at: at + 1, values });
  if (found !== undefined) return found;
  const deeper =
    node.parameter && segment !== ''
      ? walk(node.parameter, { method, parts, at: at + 1, values: [...values, segment] })
      : undefined;
  return deeper ?? matched(node.wildcards.get(method), [...values, parts.slice(at).join('/')]);
}

function matched(route: Route | undefined, values: readonly string[]): Match | undefined {
  if (route === undefined) return undefined;
  const names = route.path.split('/').filter((segment) => segment.startsWith(':') || segment.startsWith('*'));
  return { route, params: Object.fromEntries(names.map((name, index) => [name.slice(1), values[index] ?? ''])) };
}

function decode(segment: string): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
