import type { GitLabRequest, Method } from '../gitlab/request.ts';
import type { Endpoint, Tool } from './tool.ts';

interface Route {
  readonly method: Method;
  /** `/projects/:project_id/issues` */
  readonly template: string;
}

const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const;

/** An endpoint in its two halves. */
export function routeOf(endpoint: Endpoint): Route {
  const method = methods.find((each) => endpoint.startsWith(`${each} `));
  if (method === undefined) throw new TypeError(`no such method: ${endpoint}`);
  return { method, template: endpoint.slice(method.length + 1) };
}

/** When a request may be sent again: see docs/RELIABILITY.md and DESIGN section 7. */
export type RetryClass = 'read' | 'repeatable' | 'once';

/** GET may always be repeated, POST never by itself; PUT and DELETE end in the same state unless `once` says otherwise. */
export function retryClassOf(request: Pick<GitLabRequest, 'method'>, once: boolean): RetryClass {
  if (request.method === 'GET') return 'read';
  return once || request.method === 'POST' ? 'once' : 'repeatable';
}

/** The idempotentHint of a tool: calling it again with the same arguments changes nothing more. */
export function isRepeatable(tool: Pick<Tool, 'endpoint' | 'once' | 'effect'>): boolean {
  return tool.effect === 'read' || retryClassOf(routeOf(tool.endpoint), tool.once === true) === 'repeatable';
}

/** Which of the two queues carries the tool's calls. */
export function kindOf(tool: Pick<Tool, 'effect'>): 'read' | 'write' {
  return tool.effect === 'read' ? 'read' : 'write';
}
