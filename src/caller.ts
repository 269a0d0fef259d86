import * as z from 'zod';

/** What a caller may do; it can only be narrower than what the deployment grants. */
const grants = z.object({
  readOnly: z.boolean(),
  /** Toolsets whose tools are listed and callable. */
  toolsets: z.array(z.string()),
  /** Lists of project ids or full paths: a project must be on each. No list allows every project that GitLab shows the caller. */
  allowedProjects: z.array(z.array(z.string())),
  /** The only tools that are offered; empty for all of the toolsets. */
  allowedTools: z.array(z.string()),
  deniedTools: z.array(z.string()),
  /** Whether tools are offered that delete, merge or cancel. */
  destructive: z.boolean(),
});
export type Grants = Readonly<z.infer<typeof grants>>;

/** Who calls: shown to logs and Redis only as `id`, a keyed hash. */
export const caller = z.object({
  id: z.string(),
  /** Where the GitLab token comes from: a header of the caller's, an OAuth login, or this server (its shared one). */
  tokenFrom: z.enum(['X-GitLab-Token', 'PRIVATE-TOKEN', 'Authorization', 'OAuth', 'server']),
  grants,
});
export type Caller = Readonly<z.infer<typeof caller>>;
