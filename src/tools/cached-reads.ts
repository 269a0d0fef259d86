import type { GitLabRequest } from '../gitlab/request.ts';

type Hash = (label: string, value: string) => string;

/** The labels of the hashes here, of which many come again. */
export const CACHED_LABELS = ['cached resource', 'cached question'];

/** Whether GitLab's answer is kept for who asks again: that to a read of JSON. */
export const isCached = ({ method, accept }: Pick<GitLabRequest, 'method' | 'accept'>): boolean =>
  method === 'GET' && accept === 'json';

/**
 * Under which the answer to one token's read is kept. The resource above, the resource, the question: so that beginnings of
 * a name stand for a resource and for what lies under it.
 */
export function cachedName(hash: Hash, { path, query, accept }: GitLabRequest, token: string): string {
  const asked = Object.entries(query).filter(([, value]) => value !== undefined);
  const sorted = asked.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return resourceName(hash, token, path) + hash('cached question', JSON.stringify([accept, sorted]));
}

/** The beginnings of the names that a write touches: the resource itself, the list that it is on, and what lies directly under it. */
export function touchedBy(hash: Hash, { path }: Pick<GitLabRequest, 'path'>, token: string): readonly string[] {
  return [resourceName(hash, token, path), resourceName(hash, token, parentOf(path)), placeName(hash, token, path)];
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

function resourceName(hash: Hash, token: string, path: string): string {
  return placeName(hash, token, parentOf(path)) + placeName(hash, token, path);
}

const placeName = (hash: Hash, token: string, path: string): string =>
  hash('cached resource', JSON.stringify([token, path]));
