import type { GitLabRequest } from '../gitlab/request.ts';
import { routeOf } from '../tools/facts.ts';
import type { RegisteredTool } from '../tools/index.ts';

/** The route of a request as GitLab counts it, whatever it asks about: `POST /projects/:/issues/:/links`. */
export type NameRoute = (request: Pick<GitLabRequest, 'method' | 'path'>) => string;

/** What is no word of the tools' endpoints is a name of somebody's: a project's, a label's, a branch's. */
export function createNameRoute(tools: ReadonlyMap<string, RegisteredTool>): NameRoute {
  const endpoints = [...tools.values()].flatMap(({ endpoint, or }) => [endpoint, or?.endpoint ?? []].flat());
  const words = new Set(endpoints.flatMap((endpoint) => routeOf(endpoint).template.split('/')));
  return ({ method, path }) => {
    const segments = path.split('/').map((segment) => (words.has(segment) ? segment : ':'));
    // A file's path, for one, takes several segments.
    return `${method} ${segments.filter((segment, at) => segment !== ':' || segments[at - 1] !== ':').join('/')}`;
  };
}
