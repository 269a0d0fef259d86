import type { Grants } from '../caller.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { listingOf } from '../tools/listing.ts';
import type { Listing } from '../tools/listing.ts';
import { isOffered } from '../tools/policy.ts';

interface ListingsOptions {
  readonly tools: ReadonlyMap<string, RegisteredTool>;
  /** Arguments that the deployment fills in. */
  readonly filled: readonly string[];
}

/** Every schema is converted once, at the start; a list is picked from them. */
export function createListings({ tools, filled }: ListingsOptions): (grants: Grants) => readonly Listing[] {
  const all = [...tools.values()].map((tool) => ({ tool, listing: listingOf(tool, filled) }));
  return (grants) => all.filter(({ tool }) => isOffered(grants, tool)).map(({ listing }) => listing);
}
