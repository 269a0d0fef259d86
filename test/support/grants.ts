import type { Grants } from '../../src/caller.ts';

/** Of a deployment that withholds nothing. */
export const allGrants: Grants = {
  readOnly: false,
  toolsets: [],
  allowedProjects: [],
  allowedTools: [],
  deniedTools: [],
  destructive: true,
};
