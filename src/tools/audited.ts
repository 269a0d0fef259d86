import type { Effect } from './tool.ts';

/** Which calls are written into the audit log. */
export type Audited = 'off' | 'writes' | 'all';

/** Whether a call of this effect is audited; one of a tool that nobody knows changes nothing. */
export const isAudited = (audited: Audited, effect: Effect | undefined): boolean =>
  audited === 'all' || (audited === 'writes' && effect !== undefined && effect !== 'read');
