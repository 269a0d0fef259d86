import * as z from 'zod';
import { ifFound } from './if-found.ts';
import type { Args, AskGitLab, Endpoint, Finding } from './tool.ts';

const fields = z.record(z.string(), z.unknown());

/** Whether GitLab shows all that was asked. What the call did not give is not compared; GitLab shows nothing as null. */
export function isAsAsked(shown: unknown, asked: Args): boolean {
  const known = fields.safeParse(shown).data;
  if (known === undefined) return false;
  return Object.entries(asked).every(([name, value]) => value === undefined || (known[name] ?? '') === value);
}

interface Deletion {
  readonly compares: readonly never[];
  readonly look: (ask: AskGitLab, args: Args & { readonly project_id: string }) => Promise<Finding>;
}

/** How a deletion is read back; its path names all that it takes. */
export function isGone(what: string, endpoint: Endpoint): Deletion {
  return {
    compares: [],
    look: async (ask, args) => {
      const found = await ifFound(ask(endpoint, args));
      if (found !== undefined) return 'not so';
      // GitLab answers 404 also where it hides the whole project: this look then fails.
      await ask('GET /projects/:project_id', { project_id: args.project_id });
      return { words: `${what} is not there any more` };
    },
  };
}
