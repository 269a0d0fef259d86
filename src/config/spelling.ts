import leven, { closestMatch } from 'leven';

const MAX_SLIPS = 2;

/** The known name at most two edits away from a misspelt one; undefined where none is so near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const nearest = closestMatch(name, known);
  return nearest !== undefined && leven(name, nearest) <= MAX_SLIPS ? nearest : undefined;
}

/** Shorter names, such as PORTS and GH_TOKEN, are too near to ours by chance. */
const MIN_LENGTH = 9;
const LENGTH_OF_TWO_SLIPS = 12;

/** Whether a name is so like the known one that it is hardly another's: GITHUB_TOKEN is no slip for GITLAB_TOKEN. */
export function isSlip(name: string, known: string): boolean {
  if (name.length < MIN_LENGTH || leven(firstWord(name), firstWord(known)) > 1) return false;
  return leven(name, known) <= (name.length < LENGTH_OF_TWO_SLIPS ? 1 : MAX_SLIPS);
}

function firstWord(name: string): string {
  return name.replace(/_.*/u, '');
}
