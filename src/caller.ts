import * as z from 'zod';

/** What a caller may do; it can only be narrower than what the deployment grants. */
const grants = z.object({
  readOnly: z.boolean(),
  /** Toolsets whose tools are listed and callable. */
  toolsets: z.array(z.string()),
  /** Project ids or full paths; an empty list allows every project that GitLab shows the caller. */
  allowedProjects: z.array(z.string()),
});
export type Grants = Readonly<z.infer<typeof grants>>;

/** Who calls: shown to logs and Redis only as `id`, a keyed hash. */
export const caller = z.object({
  id: z.string(),
  /** Whether the caller brought the GitLab token or the server's shared one is used. */
  tokenFrom: z.enum(['caller', 'server']),
  grants,
});
export type Caller = Readonly<z.infer<typeof caller>>;
