import * as z from 'zod';
import { text } from './inputs.ts';

const variable = z.strictObject({ key: text, value: z.string() });

/** CI variables of a job, which have no type. */
export const jobVariables = z.array(variable);

/** CI variables of a pipeline. */
export const pipelineVariables = z.array(variable.extend({ variable_type: z.enum(['env_var', 'file']).optional() }));
