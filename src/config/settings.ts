import * as z from 'zod';
import {
  certificates,
  flag,
  gitlabApiUrl,
  headerSecret,
  hostList,
  listenHost,
  longSecret,
  namespace,
  oneOf,
  project,
  projectList,
  redisUrl,
  urlPath,
  wholeNumber,
  webUrl,
  wordList,
} from './forms.ts';
import { bounds } from './bounds.ts';
import { notes } from './note.ts';
import type { Note } from './note.ts';
import { rateLimitNames, rateLimits } from './rate-limits.ts';

/** One variable as the docs and the messages need it. */
export interface Setting {
  readonly name: string;
  /** The name, then its aliases. */
  readonly names: readonly string[];
  readonly note: Note;
  /** The value without the variable; undefined where there is none. */
  readonly fallback: Config[keyof Config];
}

/** Every environment variable of the service, by name. */
export const schema = z.object({
  GITLAB_PERSONAL_ACCESS_TOKEN: headerSecret()
    .optional()
    .register(notes, {
      group: 'GitLab',
      meaning: 'Shared GitLab token, for calls that bring no token of their own.',
      secret: true,
      aliases: ['GITLAB_TOKEN', 'GITLAB_ACCESS_TOKEN', 'GL_TOKEN'],
      requiredWhen: 'callers send no X-GitLab-Token',
    }),
  GITLAB_API_URL: gitlabApiUrl().default('https://gitlab.com/api/v4').register(notes, {
    group: 'GitLab',
    meaning: 'GitLab, by its address or by its REST base URL; /api/v4 is appended where it is missing.',
    requiredWhen: 'GitLab is self-managed',
  }),
  GITLAB_CA_CERT_PEM: certificates().optional().register(notes, {
    group: 'GitLab',
    meaning: "PEM text of the private CA that signed GitLab's certificate; trusted besides the usual ones.",
    requiredWhen: "GitLab's certificate comes from a private CA",
  }),
  GITLAB_PROJECT_ID: project().optional().register(notes, {
    group: 'GitLab',
    meaning: 'Project (id or path) meant by a call that names none.',
  }),
  GITLAB_DEFAULT_NAMESPACE: namespace().optional().register(notes, {
    group: 'GitLab',
    meaning: 'Namespace (path of a group or user) meant by a call that names none.',
  }),
  GITLAB_MAX_CONNECTIONS: wholeNumber(1, 10_000).default(80).register(notes, {
    group: 'GitLab',
    meaning:
      'Most connections that one worker holds open to GitLab; where it is not set, at least one for each read and write that it makes at once.',
  }),
  GITLAB_RATE_LIMITS: rateLimits()
    .default([])
    .register(notes, {
      group: 'GitLab',
      meaning: `Comma list of rate limits, as in api=600/60s,search=off, in place of gitlab.com's own; off: only what GitLab says counts. Names: ${rateLimitNames.join(', ')}.`,
    }),
  GITLAB_ALLOWED_PROJECT_IDS: projectList().default([]).register(notes, {
    group: 'Policy',
    meaning: 'Comma list of the only projects (ids or paths) that calls may touch; without it every project.',
  }),
  GITLAB_READ_ONLY_MODE: flag().default(false).register(notes, {
    group: 'Policy',
    meaning: 'Offers reading tools only and refuses every write.',
  }),
  GITLAB_ALLOWED_TOOLS: wordList().default([]).register(notes, {
    group: 'Policy',
    meaning: 'Comma list of the only tools that are offered; without it every tool of the toolsets that are on.',
  }),
  GITLAB_DENIED_TOOLS: wordList().default([]).register(notes, {
    group: 'Policy',
    meaning: 'Comma list of tools that are not offered.',
  }),
  GITLAB_ALLOW_DESTRUCTIVE: flag().default(true).register(notes, {
    group: 'Policy',
    meaning: 'Whether tools are offered that delete, merge or cancel.',
  }),
  DESTRUCTIVE_CONFIRM: oneOf(['off', 'argument']).default('off').register(notes, {
    group: 'Policy',
    meaning:
      'Whether a destructive call asks first: off, or argument (clients of 2026-07-28 are asked, others repeat the call with confirm=true).',
  }),
  MAX_CALLS_PER_MINUTE_PER_CALLER: wholeNumber(1, 1_000_000).default(1200).register(notes, {
    group: 'Policy',
    meaning: 'Most tool calls of one caller in a minute at one API replica.',
  }),
  MAX_CALLS_IN_FLIGHT: wholeNumber(1, 1_000_000).default(5000).register(notes, {
    group: 'Policy',
    meaning: 'Most tool calls under way at one API replica.',
  }),
  USE_PIPELINE: flag().default(false).register(notes, {
    group: 'Tools',
    meaning: 'Offers the tools for pipelines and jobs.',
  }),
  USE_MILESTONE: flag().default(false).register(notes, {
    group: 'Tools',
    meaning: 'Offers the tools for milestones.',
  }),
  USE_GITLAB_WIKI: flag().default(false).register(notes, {
    group: 'Tools',
    meaning: 'Offers the tools for wikis.',
  }),
  HOST: listenHost().default('127.0.0.1').register(notes, {
    group: 'HTTP',
    meaning: 'Address on which the API listens.',
    requiredWhen: 'the API runs in a container: 0.0.0.0',
  }),
  PORT: wholeNumber(0, 65_535).default(3000).register(notes, {
    group: 'HTTP',
    meaning: 'Port on which the API listens; 0 takes any free one.',
  }),
  BASE_PATH: urlPath().default('').register(notes, {
    group: 'HTTP',
    meaning: 'Path before all addresses of the API, such as /gitlab, where a load balancer leads several servers.',
  }),
  MCP_AUTH_TOKEN: headerSecret().optional().register(notes, {
    group: 'HTTP',
    meaning: 'What clients must send in X-MCP-Auth-Token or as a bearer token; at least 16 characters are advised.',
    secret: true,
    requiredWhen: 'others than you can reach the API',
  }),
  MCP_AUTH_TOKEN_PREVIOUS: headerSecret().optional().register(notes, {
    group: 'HTTP',
    meaning: 'Accepted beside MCP_AUTH_TOKEN while clients change to the new one.',
    secret: true,
  }),
  ALLOW_UNAUTHENTICATED: flag().default(false).register(notes, {
    group: 'HTTP',
    meaning: 'Lets an API without MCP_AUTH_TOKEN lend its shared GitLab token to everybody who reaches it.',
  }),
  GITLAB_TOKEN_MODE: oneOf(['either', 'user', 'shared']).default('either').register(notes, {
    group: 'HTTP',
    meaning:
      'Whose GitLab token is used: the one of the request, else the shared one (either); only user; only shared.',
  }),
  OAUTH_ISSUER: webUrl().optional().register(notes, {
    group: 'OAuth',
    meaning: 'Base URL of the GitLab that issues OAuth tokens; turns the OAuth 2.1 resource server on.',
    requiredWhen: 'users log in with OAuth',
  }),
  PUBLIC_URL: webUrl().optional().register(notes, {
    group: 'OAuth',
    meaning: 'URL under which clients reach this server, without /mcp.',
    requiredWhen: 'OAUTH_ISSUER is set',
  }),
  OAUTH_APPLICATION_IDS: wordList().default([]).register(notes, {
    group: 'OAuth',
    meaning: 'Comma list of the GitLab application ids whose OAuth tokens are accepted.',
    requiredWhen: 'OAUTH_ISSUER is set',
  }),
  OAUTH_SCOPES: wordList().default(['api']).register(notes, {
    group: 'OAuth',
    meaning: 'Comma list of the scopes that clients are told to ask for; a token needs one of api and read_api.',
  }),
  ALLOWED_HOSTS: hostList().default([]).register(notes, {
    group: 'HTTP',
    meaning:
      'Comma list of host names accepted in the Host header, whatever the port. Empty: on a loopback HOST its own names, elsewhere any.',
  }),
  ALLOWED_ORIGINS: hostList().default([]).register(notes, {
    group: 'HTTP',
    meaning:
      'Comma list of hosts of web pages that may call and read the answers (CORS), whatever the scheme and port; localhost too must be named.',
  }),
  REDIS_URL: redisUrl().optional().register(notes, {
    group: 'Queue',
    meaning: 'Redis or Valkey that holds the queue: redis:// or rediss://. Without it the queue is in memory.',
    secret: true,
    requiredWhen: 'API and worker run apart',
  }),
  REDIS_PASSWORD: z.string().optional().register(notes, {
    group: 'Queue',
    meaning: 'Password for REDIS_URL, in the place of the one in it; written as it is, without percent-encoding.',
    secret: true,
  }),
  QUEUE_SECRET: longSecret(32).optional().register(notes, {
    group: 'Queue',
    meaning: 'Seals calls and answers in Redis, at least 32 characters, the same for API and worker.',
    secret: true,
    requiredWhen: 'API and worker run apart without MCP_AUTH_TOKEN, from which it is derived otherwise',
  }),
  QUEUE_SECRET_PREVIOUS: longSecret(32).optional().register(notes, {
    group: 'Queue',
    meaning: 'Still opens what was sealed before QUEUE_SECRET was changed.',
    secret: true,
  }),
  MAX_OUTSTANDING_PER_CALLER: wholeNumber(1, 1_000_000).default(2000).register(notes, {
    group: 'Queue',
    meaning: 'Most calls that one caller may have waiting or running.',
  }),
  MAX_OUTSTANDING: wholeNumber(1, 10_000_000).default(20_000).register(notes, {
    group: 'Queue',
    meaning: 'Most calls of all callers that may be waiting or running; further ones hear BUSY at once.',
  }),
  READ_CACHE: oneOf(['off', 'etag']).default('etag').register(notes, {
    group: 'Worker',
    meaning:
      'Whether answers of GitLab are kept, sealed, so that GitLab need not send again what has not changed: off, or etag.',
  }),
  READ_CACHE_BYTES: wholeNumber(1_048_576, 4_294_967_296).default(67_108_864).register(notes, {
    group: 'Worker',
    meaning: 'Most memory that all kept answers take together, in Redis or in this process.',
    unit: 'bytes',
  }),
  WORKER_READ_CONCURRENCY: wholeNumber(1, 1000).default(64).register(notes, {
    group: 'Worker',
    meaning: 'Reads that one worker makes at once.',
  }),
  WORKER_WRITE_CONCURRENCY: wholeNumber(1, 1000).default(16).register(notes, {
    group: 'Worker',
    meaning: 'Writes that one worker makes at once.',
  }),
  WORKER_HEALTH_PORT: wholeNumber(0, 65_535).default(3001).register(notes, {
    group: 'Worker',
    meaning: 'Loopback port on which a worker says that it is alive; 0 takes any free one.',
  }),
  ...bounds,
  STRUCTURED_CONTENT: oneOf(['off', 'on']).default('off').register(notes, {
    group: 'Tools',
    meaning: 'Whether an answer in JSON comes as structuredContent too; some clients then feed it to the model twice.',
  }),
  AUDIT_LOG: oneOf(['off', 'writes', 'all']).default('writes').register(notes, {
    group: 'Log',
    meaning:
      'Which calls get a line in the audit log: off, writes, or all. Refused calls count as what they would have been.',
  }),
  METRICS_STACK: z.string().optional().register(notes, {
    group: 'Log',
    meaning:
      'Name of this deployment in CloudWatch: the API then writes its metrics every 15 s as log lines in the embedded metric format.',
  }),
  MCP_LOG_LEVEL: oneOf(['off', 'error', 'warn', 'info', 'access', 'debug']).default('info').register(notes, {
    group: 'Log',
    meaning: 'Least weight that is logged: off, error, warn, info, access (info and a line per request) or debug.',
  }),
});

/** The configuration as the service uses it. */
export type Config = Readonly<z.output<typeof schema>>;

/** Every variable with its note, in the order of the docs. */
export const settings: readonly Setting[] = Object.entries(schema.shape).map(([name, form]) => {
  const note = notes.get(form);
  if (note === undefined) throw new TypeError(`${name} has no note`);
  return { name, names: [name, ...(note.aliases ?? [])], note, fallback: form.parse(undefined) };
});
