import * as z from 'zod';
import { schemaOf } from './arguments.ts';
import { isRepeatable } from './facts.ts';
import type { Tool } from './tool.ts';

/** One entry of tools/list. */
export interface Listing {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: {
    readonly type: 'object';
    readonly properties: Record<string, z.core.util.JSONType>;
    readonly required?: string[];
  };
  readonly annotations: Readonly<Record<string, boolean>>;
}

/** Costs context and tells a model nothing: bounds of safe integers, the dialect, what is refused anyway. */
function lean(schema: z.core.JSONSchema.BaseSchema): void {
  delete schema.additionalProperties;
  delete schema.pattern;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.minimum === 0) delete schema.minimum;
  if (schema.exclusiveMinimum === 0) delete schema.exclusiveMinimum;
  if (schema.minLength === 1) delete schema.minLength;
}

/** Their bounds and defaults are the same everywhere, and said in the server instructions. */
const PAGING = ['page', 'per_page'];

const jsonObject = z.record(z.string(), z.json());

function inputSchema(tool: Tool, filled: readonly string[]): Listing['inputSchema'] {
  const json = z.toJSONSchema(schemaOf(tool), {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema }) => {
      lean(jsonSchema);
    },
  });
  const required = json.required?.filter((name) => !filled.includes(name)) ?? [];
  const properties = jsonObject.parse(json.properties ?? {});
  for (const name of PAGING) if (name in properties) properties[name] = { type: 'integer' };
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

/** MCP's defaults are the cautious ones, so a hint is given only where it differs: https://modelcontextprotocol.io/specification/2025-06-18/schema#toolannotations */
function annotations(tool: Tool): Listing['annotations'] {
  if (tool.effect === 'read') return { readOnlyHint: true };
  return {
    ...(tool.effect === 'write' && { destructiveHint: false }),
    ...(isRepeatable(tool) && { idempotentHint: true }),
  };
}

/** `filled`: arguments that the server fills in, so that they are no longer required. */
export function listingOf(tool: Tool, filled: readonly string[] = []): Listing {
  return {
    name: tool.name,
    description: tool.summary,
    inputSchema: inputSchema(tool, filled),
    annotations: annotations(tool),
  };
}
