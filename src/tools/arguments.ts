import leven, { closestMatch } from 'leven';
import * as z from 'zod';
import { Failure } from '../errors.ts';
import type { Args, Tool } from './tool.ts';

const schemas = new WeakMap<Tool, z.ZodObject>();

/** All arguments of a tool as one schema; built once, it is asked on every call. */
export function schemaOf(tool: Tool): z.ZodObject {
  const known = schemas.get(tool);
  if (known !== undefined) return known;
  const schema = z.strictObject({ ...tool.input, ...tool.view });
  schemas.set(tool, schema);
  return schema;
}

const MAX_TYPING_SLIPS = 8;
const MAX_NAME_CHARS = 60;
/** An answer that named every one of a million faults would be larger than the call. */
const MAX_FAULTS = 10;

function unknownArgument(tool: Tool, name: string): string {
  const known = Object.keys(schemaOf(tool).shape);
  const nearest = name.length > MAX_NAME_CHARS ? undefined : closestMatch(name, known);
  const hint = nearest !== undefined && leven(name, nearest) <= MAX_TYPING_SLIPS ? `; did you mean ${nearest}?` : '.';
  return `${tool.name} has no argument ${JSON.stringify(name.slice(0, MAX_NAME_CHARS))}${hint} It takes: ${known.join(', ')}.`;
}

function unknown(tool: Tool, path: string, keys: readonly string[]): string {
  const named = keys.slice(0, MAX_FAULTS);
  if (path === '') return named.map((key) => unknownArgument(tool, key)).join(' ');
  return `${path} has no field ${named.map((key) => JSON.stringify(key.slice(0, MAX_NAME_CHARS))).join(', ')}.`;
}

function words(tool: Tool, issue: z.core.$ZodIssue): string {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') return unknown(tool, path, issue.keys);
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return missing ? `${path} is required.` : `${path}: ${issue.message}.`;
}

/** The arguments with defaults filled in and types set right, or INVALID_ARGUMENTS that names the faults. */
export function checkArguments(tool: Tool, given: Args): Args {
  const parsed = schemaOf(tool).safeParse(given);
  if (!parsed.success) {
    const faults = parsed.error.issues.slice(0, MAX_FAULTS);
    throw new Failure('INVALID_ARGUMENTS', faults.map((issue) => words(tool, issue)).join(' '));
  }
  // The tool's own rule takes its own arguments, whose types the registry has forgotten: they were just checked.
  const refused = tool.refuses?.(parsed.data as never); // oxlint-disable-line typescript/no-unsafe-type-assertion -- see above
  if (refused !== undefined) throw new Failure('INVALID_ARGUMENTS', refused);
  return parsed.data;
}
