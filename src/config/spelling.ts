import leven, { closestMatch } from 'leven';

const MAX_SLIPS = 2;

/** The known name at most two edits away from a misspelt one; undefined where none is so near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const nearest = closestMatch(name, known);
  return nearest !== undefined && leven(name, nearest) <= MAX_SLIPS ? nearest : undefined;
}
