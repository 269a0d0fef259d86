import { describe, expect, test } from 'vitest';
import { createListings } from '../../src/api/listings.ts';
import { tools, toolsets } from '../../src/tools/index.ts';
import { listingOf } from '../../src/tools/listing.ts';
import { routeOf } from '../../src/tools/facts.ts';

const listings = createListings({ tools, filled: [] });

function bytesOf(names: readonly string[]): number {
  const listed = listings({
    readOnly: false,
    toolsets: [...names],
    allowedProjects: [],
    allowedTools: [],
    deniedTools: [],
    destructive: true,
  });
  return Buffer.byteLength(JSON.stringify({ tools: listed }));
}

describe('tools/list takes of the context of a model', () => {
  test('at most 28,000 bytes by default', () => {
    const always = toolsets.filter(({ flag }) => flag === undefined).map(({ name }) => name);

    expect(bytesOf(always)).toBeLessThanOrEqual(28_000);
  });

  test('at most 40,000 bytes with every toolset', () => {
    expect(bytesOf(toolsets.map(({ name }) => name))).toBeLessThanOrEqual(40_000);
  });

  test('not what the server instructions say once for all tools', () => {
    const shared = [...tools.values()].flatMap((tool) =>
      Object.entries(listingOf(tool).inputSchema.properties).filter(([name]) =>
        /^(?:project_id|page|per_page)$/u.test(name),
      ),
    );

    expect(shared.filter(([, schema]) => JSON.stringify(schema).includes('"description"'))).toEqual([]);
  });
});

/** https://modelcontextprotocol.io/specification/2025-06-18/schema#toolannotations */
const defaults = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true };

describe.each([...tools.values()])('the hints of $name, with MCP’s defaults', (tool) => {
  const { effect, once } = tool;
  const { method } = routeOf(tool.endpoint);
  const { annotations } = listingOf(tool);
  const hints = { ...defaults, ...annotations };

  test('are what the tool does', () => {
    const isRead = effect === 'read';
    const whole = { readOnlyHint: isRead, openWorldHint: true };
    // MCP gives these two a meaning for tools that write only.
    const further = { destructiveHint: effect === 'destructive', idempotentHint: method !== 'POST' && once !== true };

    expect(hints).toMatchObject(isRead ? whole : { ...whole, ...further });
  });

  test('are not sent where they are the default', () => {
    expect(Object.entries(defaults).filter(([name, value]) => annotations[name] === value)).toEqual([]);
  });
});
