import { GitLabFailure } from './failure.ts';
import { plain } from './words.ts';
import type { Incoming, Outgoing } from './exchange.ts';
import type { ApiBase } from './url.ts';

const maxRedirects = 3;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Whether an answer sends the request elsewhere. */
export function isRedirect(status: number): boolean {
  return redirects.has(status);
}

interface Hop {
  readonly base: ApiBase;
  readonly outgoing: Outgoing;
  readonly answer: Pick<Incoming, 'status' | 'headers'>;
  readonly token: string;
  /** The only place within the API where the redirect may lead, as in `/projects/17/`. */
  readonly within?: string | undefined;
  /** Redirects followed before this one. */
  readonly followed: number;
}

/**
 * The request for the place that a redirect names, as for a moved project
 * (https://docs.gitlab.com/api/rest/#redirects). Only a read is sent again, and the token never leaves the API.
 */
export function redirected(hop: Hop): Outgoing {
  const { base, outgoing } = hop;
  const target = targetOf(hop);
  if (target.origin !== base.origin)
    throw refusal(hop, `GitLab redirects to ${target.origin}, where the token must not go: check GITLAB_API_URL`);
  const place = plain(target.pathname, hop.token);
  if (outgoing.method !== 'GET')
    throw refusal(hop, `GitLab has this at a new path now, and a write is not sent there by itself: ${place}`);
  if (!target.pathname.startsWith(`${base.path}/`))
    throw refusal(hop, `GitLab redirects out of its API: check GITLAB_API_URL and the token. It names ${place}`);
  if (hop.within !== undefined && !isWithin(target.pathname, base.path + hop.within))
    throw refusal(hop, `GitLab redirects out of the project that was asked for: ${place}`);
  if (hop.followed >= maxRedirects)
    throw refusal(hop, `GitLab redirects more than ${maxRedirects} times, the last time to ${place}`);
  return { ...outgoing, path: target.pathname + target.search };
}

/** Dots that are encoded with their slash stay in a URL, and a server may resolve them later. */
const isWithin = (path: string, room: string): boolean =>
  path.startsWith(room) && !/(?:\.|%2e){2}%(?:2f|5c)|%(?:2f|5c)(?:\.|%2e){2}/iu.test(path);

/** The URL class resolves dots and backslashes, so that what is compared is what a server would see. */
function targetOf(hop: Hop): URL {
  const { outgoing, answer } = hop;
  const location = answer.headers['location'] ?? '';
  const here = outgoing.origin + outgoing.path;
  if (location === '' || !URL.canParse(location, here))
    throw refusal(hop, 'GitLab redirects without a readable place: check GITLAB_API_URL');
  return new URL(location, here);
}

/** 303 is the one redirect that says that a write was carried out (RFC 9110, 15.4.4). */
function refusal({ answer, outgoing }: Hop, words: string): GitLabFailure {
  return new GitLabFailure('GITLAB_REDIRECTED', words, {
    acted: answer.status === 303 && outgoing.method !== 'GET' ? 'maybe' : 'no',
    status: answer.status,
    requestId: answer.headers['x-request-id'],
  });
}
