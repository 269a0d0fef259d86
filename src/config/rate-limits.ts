import { itemsOf, textWith } from './forms.ts';

/** What GITLAB_RATE_LIMITS can name: each token, all of them, then the endpoint classes of src/tools/endpoint-classes.ts. */
export const rateLimitNames: readonly string[] = [
  'api',
  'host',
  'search',
  'list_search',
  'issues',
  'notes',
  'pipelines',
  'files',
  'packages',
  'project',
  'projects',
  'group_projects',
  'group',
  'groups',
  'user',
  'namespace_exists',
];

/** A rate limit by its name; without a number only what GitLab says counts. */
interface NamedLimit {
  readonly name: string;
  readonly limit: { readonly requests: number; readonly periodMs: number } | undefined;
}

/** Comma list of rate limits, each `name=requests/seconds` or `name=off`. */
export function rateLimits() {
  return textWith((text) => {
    const items = itemsOf(text);
    const wrong = items.find((item) => namedLimit(item) === undefined);
    if (wrong !== undefined)
      return `has an item ${JSON.stringify(wrong)} that is no rate limit; write name=requests/seconds such as api=600/60s, at most a day, or name=off`;
    const given = items.map((item) => namedLimit(item)?.name ?? '');
    const unknown = given.find((name) => !rateLimitNames.includes(name));
    if (unknown !== undefined) return `names ${unknown}, which is no limit; the names are ${rateLimitNames.join(', ')}`;
    const twice = given.find((name, index) => given.indexOf(name) < index);
    return twice === undefined ? undefined : `names ${twice} twice; keep one of them`;
  }).transform((text): readonly NamedLimit[] => itemsOf(text).flatMap((item) => namedLimit(item) ?? []));
}

/** `name=requests/seconds` or `name=off`; a period is at most a day. */
function namedLimit(item: string): NamedLimit | undefined {
  const [, name, requests, seconds] = /^(\w+)=(?:off|([1-9]\d{0,7})\/([1-9]\d{0,4})s)$/u.exec(item) ?? [];
  if (name === undefined) return undefined;
  if (requests === undefined || seconds === undefined) return { name, limit: undefined };
  const periodMs = Number(seconds) * 1000;
  return periodMs > 86_400_000 ? undefined : { name, limit: { requests: Number(requests), periodMs } };
}
