import * as z from 'zod';
import { jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { addToken } from './auth.ts';
import { faultRule } from './faults.ts';
import { limitRule } from './limits.ts';
import { createIssues } from './seed/issues.ts';
import type { Parts } from './serve.ts';
import { snapshot } from './snapshot.ts';

interface Command {
  readonly method: string;
  /** `/__control/…` */
  readonly path: string;
  readonly content: Buffer;
}

const newToken = z.strictObject({
  value: z.string(),
  user: z.string(),
  state: z.enum(['active', 'expired', 'revoked']).default('active'),
  scopes: z.array(z.string()).default(['api']),
});

const newIssues = z.strictObject({ project: z.string(), count: z.int().positive() });

type Verb = (parts: Parts, body: unknown) => unknown;

/** The other process's way to look at and steer the stand-in; nothing of it is in the journal. */
const verbs: Readonly<Record<string, Verb>> = {
  'GET journal': ({ journal }) => journal.entries(),
  'DELETE journal': ({ journal }) => {
    journal.clear();
  },
  'GET metrics': ({ journal }) => journal.metrics(),
  'POST faults': ({ faults }, body) => {
    faults.add(faultRule.parse(body));
  },
  'DELETE faults': ({ faults }) => {
    faults.clear();
  },
  'POST limits': ({ limits }, body) => {
    limits.add(limitRule.parse(body));
  },
  'DELETE limits': ({ limits }) => {
    limits.clear();
  },
  'POST tokens': ({ store }, body) => {
    const { user, ...token } = newToken.parse(body);
    const owner = store.usersByName.get(user);
    if (owner === undefined) throw new Error(`no user ${user}`);
    addToken(store, { ...token, userId: owner.id });
  },
  'POST issues': ({ store }, body) => {
    const { project, count } = newIssues.parse(body);
    const found = store.projectByPath(project);
    if (found === undefined) throw new Error(`no project ${project}`);
    createIssues(store, found, count);
  },
  'GET state': ({ store }) => snapshot(store),
};

export function control(parts: Parts, { method, path, content }: Command): Answer {
  const verb = verbs[`${method} ${path.slice('/__control/'.length)}`];
  if (verb === undefined) return jsonAnswer(404, { error: `no such control: ${method} ${path}` });
  try {
    const body: unknown = content.length === 0 ? undefined : JSON.parse(content.toString('utf8'));
    return jsonAnswer(200, verb(parts, body) ?? {});
  } catch (error) {
    return jsonAnswer(400, { error: error instanceof Error ? error.message : String(error) });
  }
}
