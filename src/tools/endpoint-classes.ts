import type { GitLabRequest } from '../gitlab/request.ts';
import { routeOf } from './facts.ts';
import type { Endpoint } from './tool.ts';

/** So many requests in each period. */
interface Limit {
  readonly requests: number;
  readonly periodMs: number;
}

/** Endpoints whose requests GitLab counts together, beside all others of the same token. */
export interface EndpointClass {
  /** As GITLAB_RATE_LIMITS names it. */
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
  /** Only requests with this parameter in their query. */
  readonly parameter?: string;
  /** What the requests are counted for. */
  readonly per: 'token' | 'host';
  readonly onGitLabCom?: Limit;
  readonly source: string;
}

const perMinute = (requests: number): Limit => ({ requests, periodMs: 60_000 });
const perTenMinutes = (requests: number): Limit => ({ requests, periodMs: 600_000 });

const gitLabCom = 'https://docs.gitlab.com/user/gitlab_com/#rate-limits-on-gitlabcom';
const rackAttack = 'https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/';
const applicationLimits = 'https://gitlab.com/gitlab-org/gitlab/-/blob/master/lib/gitlab/application_rate_limiter.rb';

/** What gitlab.com allows one user, and one address, over all of its API. */
export const wholeApi = {
  api: { onGitLabCom: perMinute(2000), source: gitLabCom },
  host: { onGitLabCom: perMinute(2000), source: gitLabCom },
} as const;

/** GitLab's own limits for some endpoints; one that is counted more narrowly (per project, per commit) is kept per token. */
export const endpointClasses: readonly EndpointClass[] = [
  {
    name: 'search',
    endpoints: ['GET /search', 'GET /projects/:id/search', 'GET /groups/:id/search'],
    per: 'host',
    onGitLabCom: perMinute(10),
    source: gitLabCom,
  },
  {
    name: 'list_search',
    endpoints: [
      'GET /issues',
      'GET /projects/:id/issues',
      'GET /groups/:id/issues',
      'GET /merge_requests',
      'GET /projects/:id/merge_requests',
      'GET /groups/:id/merge_requests',
    ],
    parameter: 'search',
    per: 'token',
    source: applicationLimits,
  },
  {
    name: 'issues',
    endpoints: ['POST /projects/:id/issues'],
    per: 'token',
    onGitLabCom: perMinute(200),
    source: gitLabCom,
  },
  {
    name: 'notes',
    // A new thread and an answer in one are notes too.
    endpoints: (['issues', 'merge_requests'] as const).flatMap(
      (kind) =>
        [
          `POST /projects/:id/${kind}/:iid/notes`,
          `POST /projects/:id/${kind}/:iid/discussions`,
          `POST /projects/:id/${kind}/:iid/discussions/:discussion_id/notes`,
        ] as const,
    ),
    per: 'token',
    onGitLabCom: perMinute(60),
    source: gitLabCom,
  },
  {
    name: 'pipelines',
    endpoints: ['POST /projects/:id/pipeline'],
    per: 'token',
    onGitLabCom: perMinute(25),
    source: gitLabCom,
  },
  {
    name: 'files',
    endpoints: (['GET', 'POST', 'PUT', 'DELETE'] as const).map(
      (method) => `${method} /projects/:id/repository/files/*path` as const,
    ),
    per: 'token',
    onGitLabCom: perMinute(500),
    source: gitLabCom,
  },
  {
    name: 'packages',
    endpoints: ['GET /projects/:id/packages/*path'],
    per: 'token',
    source: rackAttack,
  },
  {
    name: 'project',
    endpoints: ['GET /projects/:id'],
    per: 'token',
    onGitLabCom: perMinute(400),
    source: 'https://docs.gitlab.com/administration/settings/rate_limit_on_projects_api/',
  },
  {
    name: 'projects',
    endpoints: ['GET /projects'],
    per: 'token',
    onGitLabCom: perTenMinutes(2000),
    source: 'https://docs.gitlab.com/administration/settings/rate_limit_on_projects_api/',
  },
  {
    name: 'group_projects',
    endpoints: ['GET /groups/:id/projects'],
    per: 'token',
    onGitLabCom: perMinute(600),
    source: 'https://docs.gitlab.com/administration/settings/rate_limit_on_groups_api/',
  },
  {
    name: 'group',
    endpoints: ['GET /groups/:id'],
    per: 'token',
    onGitLabCom: perMinute(400),
    source: 'https://docs.gitlab.com/administration/settings/rate_limit_on_groups_api/',
  },
  {
    name: 'groups',
    endpoints: ['GET /groups'],
    per: 'token',
    onGitLabCom: perMinute(200),
    source: 'https://docs.gitlab.com/administration/settings/rate_limit_on_groups_api/',
  },
  {
    name: 'user',
    endpoints: ['GET /users/:id'],
    per: 'token',
    onGitLabCom: perTenMinutes(300),
    source: 'https://docs.gitlab.com/administration/settings/rate_limit_on_users_api/',
  },
  {
    name: 'namespace_exists',
    endpoints: ['GET /namespaces/:id/exists'],
    per: 'token',
    onGitLabCom: perMinute(20),
    source: applicationLimits,
  },
];

interface Route {
  readonly method: string;
  readonly path: RegExp;
  readonly endpointClass: EndpointClass;
}

const routes: readonly Route[] = endpointClasses.flatMap((endpointClass) =>
  endpointClass.endpoints.map((endpoint) => {
    const { method, template } = routeOf(endpoint);
    const pattern = template.replaceAll(/:\w+/gu, '[^/]+').replaceAll(/\*\w+/gu, '.+');
    return { method, path: new RegExp(`^${pattern}$`, 'u'), endpointClass };
  }),
);

/** The class of a request; most have none, and none has two. */
export function endpointClassOf({
  method,
  path,
  query,
}: Pick<GitLabRequest, 'method' | 'path' | 'query'>): EndpointClass | undefined {
  const route = routes.find((each) => each.method === method && each.path.test(path));
  const { parameter } = route?.endpointClass ?? {};
  const isOutside = parameter !== undefined && (query[parameter] === undefined || query[parameter] === '');
  return isOutside ? undefined : route?.endpointClass;
}
