import type { GitLabRequest, QueryValue } from './request.ts';

/** Where GitLab's API lives: `https://gitlab.example.com` and `/api/v4`. */
export interface ApiBase {
  readonly origin: string;
  readonly path: string;
}

/** Splits the API's URL; a slash at its end means nothing. */
export function apiBase(apiUrl: string): ApiBase {
  const { origin, pathname } = new URL(apiUrl);
  return { origin, path: pathname.replace(/\/+$/u, '') };
}

/** The path and query as they go over the wire. The request's path is encoded already and stays exactly as it is. */
export function wirePath(base: ApiBase, request: Pick<GitLabRequest, 'path' | 'query'>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query)) append(query, name, value);
  const search = query.toString();
  return base.path + request.path + (search === '' ? '' : `?${search}`);
}

function append(query: URLSearchParams, name: string, value: QueryValue | undefined): void {
  if (value === undefined) return;
  if (typeof value === 'object') for (const item of value) query.append(`${name}[]`, String(item));
  else query.append(name, String(value));
}
