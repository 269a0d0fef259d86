import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';

const type = z.enum(['string', 'integer', 'boolean', 'array', 'object']);

const parameter = z.object({
  name: z.string(),
  type,
  required: z.boolean(),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  enum: z.array(z.string()).optional(),
  get items() {
    return z
      .object({ type, enum: z.array(z.string()).optional(), properties: z.array(parameter).optional() })
      .optional();
  },
  get properties() {
    return z.array(parameter).optional();
  },
});

/** A parameter of the old service, which callers' prompts and scripts use. */
export type SpecParameter = Readonly<z.infer<typeof parameter>>;

const tool = z.object({
  name: z.string(),
  flag: z.string().nullable(),
  effect: z.enum(['read', 'write', 'destructive']),
  params: z.array(parameter),
});

/** A tool of the old service. */
export type SpecTool = Readonly<z.infer<typeof tool>>;

export function readSpecTools(folder: string): readonly SpecTool[] {
  return z.array(tool).parse(JSON.parse(readFileSync(path.join(folder, 'tools-96.json'), 'utf8')));
}
