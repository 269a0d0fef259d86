import * as z from 'zod';
import { text } from './inputs.ts';

/** CI variables of a pipeline or a job. */
export const variables = z.array(z.strictObject({ key: text, value: z.string() }));
