import type { Grants } from '../caller.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { listingOf } from '../tools/listing.ts';
import type { Listing } from '../tools/listing.ts';
import { isOffered } from '../tools/policy.ts';
import { CONFIRM } from './mcp/confirm-reply.ts';

interface ListingsOptions {
  readonly tools: ReadonlyMap<string, RegisteredTool>;
  /** Arguments that the deployment fills in. */
  readonly filled: readonly string[];
  /** Whether the calls of a tool are confirmed, by its name. */
  readonly asksFirst?: (name: string) => boolean;
}

/** The tools/list entries for a caller, whose client asks its user when a call is to be confirmed, or cannot. */
export type Listings = (grants: Grants, canBeAsked?: boolean) => readonly Listing[];

/** Every schema is converted once, at the start; a list is picked from them. */
export function createListings({ tools, filled, asksFirst = () => false }: ListingsOptions): Listings {
  const all = [...tools.values()].map((tool) => {
    const listing = listingOf(tool, filled);
    return { tool, listing, unasked: asksFirst(tool.name) ? withConfirm(listing) : listing };
  });
  return (grants, canBeAsked = false) =>
    all.filter(({ tool }) => isOffered(grants, tool)).map(({ listing, unasked }) => (canBeAsked ? listing : unasked));
}

function withConfirm(listing: Listing): Listing {
  const { inputSchema } = listing;
  const confirm = { type: 'boolean', description: 'true once the user has agreed to this very call.' };
  return { ...listing, inputSchema: { ...inputSchema, properties: { ...inputSchema.properties, [CONFIRM]: confirm } } };
}
