import * as z from 'zod';

type Group =
  'GitLab' | 'Policy' | 'Tools' | 'HTTP' | 'OAuth' | 'Queue' | 'Worker' | 'Time limits' | 'Size limits' | 'Log';

/** What docs/CONFIG.md says of a variable besides its name and default. */
export interface Note {
  readonly group: Group;
  readonly meaning: string;
  readonly unit?: 'ms' | 'bytes';
  /** Its value is never shown. */
  readonly secret?: true;
  /** Other names under which it is read where the main one is absent. */
  readonly aliases?: readonly string[];
  readonly requiredWhen?: string;
}

/** The note of every variable, by its form. */
export const notes = z.registry<Note>();
