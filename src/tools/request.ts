import { Failure } from '../errors.ts';
import type { GitLabRequest, QueryValue } from '../gitlab/request.ts';
import { routeOf } from './facts.ts';
import type { Args, Endpoint, Tool } from './tool.ts';

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

const isQueryValue = (value: unknown): value is QueryValue =>
  isScalar(value) || (Array.isArray(value) && value.every((each) => isScalar(each)));

/** Each path parameter is encoded exactly once, slashes and all: https://docs.gitlab.com/api/rest/#namespaced-paths */
function segment(name: string, value: unknown): string {
  if (!isScalar(value)) throw new Failure('INVALID_ARGUMENTS', `${name} is missing.`);
  const text = String(value);
  if (text === '' || text === '.' || text === '..') {
    throw new Failure('INVALID_ARGUMENTS', `${name} must not be ${JSON.stringify(text)}.`);
  }
  try {
    return encodeURIComponent(text);
  } catch {
    throw new Failure('INVALID_ARGUMENTS', `${name} is not valid text.`);
  }
}

function queryOf(params: ReadonlyMap<string, unknown>): GitLabRequest['query'] {
  const query: Record<string, QueryValue> = {};
  for (const [name, value] of params) {
    if (!isQueryValue(value)) throw new Failure('INVALID_ARGUMENTS', `${name} cannot be sent as a query parameter.`);
    query[name] = value;
  }
  return query;
}

/** A wildcard of GitLab's routes takes a path of several segments. */
function segments(name: string, value: unknown): string {
  return String(value)
    .split('/')
    .map((each) => segment(name, each))
    .join('/');
}

/** The GitLab call for an endpoint: path parameters (`:name`, `*path`) filled, the rest in the query (GET, DELETE) or body. */
export function requestFor(endpoint: Endpoint, params: Args, accept: GitLabRequest['accept'] = 'json'): GitLabRequest {
  const { method, template } = routeOf(endpoint);
  const rest = new Map(Object.entries(params).filter(([, value]) => value !== undefined));
  const path = template.replaceAll(/[:*]\w+/gu, (mark) => {
    const name = mark.slice(1);
    const value = rest.get(name);
    rest.delete(name);
    return mark.startsWith('*') ? segments(name, value) : segment(name, value);
  });
  if (method === 'GET' || method === 'DELETE') return { method, path, query: queryOf(rest), accept };
  return { method, path, query: {}, body: Object.fromEntries(rest), accept };
}

/** The one GitLab call of a tool without `run`; arguments of its view stay behind. */
export function requestOf(tool: Tool, args: Args): GitLabRequest {
  const request = formlessRequestOf(tool, args);
  // The tool's own schema checked the arguments; the registry has forgotten their types.
  const form = tool.form?.(args as never); // oxlint-disable-line typescript/no-unsafe-type-assertion -- see above
  return form === undefined ? request : { ...request, form };
}

/** The same without a file that it may carry. */
export function formlessRequestOf(tool: Tool, args: Args): GitLabRequest {
  const sent = Object.fromEntries(Object.entries(args).filter(([name]) => Object.hasOwn(tool.input, name)));
  const endpoint = tool.or !== undefined && sent[tool.or.when] !== undefined ? tool.or.endpoint : tool.endpoint;
  return requestFor(endpoint, sent, tool.reads === undefined ? (tool.accept ?? 'json') : 'text');
}
