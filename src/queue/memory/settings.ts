import * as z from 'zod';
import { unsupported } from './unsupported.ts';

/** What the backend reads of a Queue's or Worker's options, with BullMQ's defaults. */
const settings = z.object({
  prefix: z.string().default('bull'),
  name: z.string().optional(),
  lockDuration: z.number().default(30_000),
  maxStalledCount: z.number().default(1),
  metrics: z.unknown().optional(),
  limiter: z.unknown().optional(),
});

export type Settings = Omit<z.infer<typeof settings>, 'limiter'>;

/** BullMQ hands the options of either class over as those of their common base. */
export function readSettings(options: unknown): Settings {
  const { limiter, ...known } = settings.parse(options);
  if (limiter !== undefined) throw unsupported('rate limits of a whole queue (the limiter option)');
  return known;
}
