import { randomUUID } from 'node:crypto';
import type { Question } from '../../src/queue/question.ts';
import { createKeyedHash, createSeal } from '../../src/queue/seal.ts';
import { allGrants } from '../support/grants.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';

export const hash = createKeyedHash(SECRET);
export const seal = createSeal({ secrets: [SECRET] });

/** A write under a fresh key. */
export const write = (changes: Partial<Question> = {}): Question => ({
  callId: randomUUID(),
  kind: 'write',
  tool: 'create_issue',
  args: { project_id: 'team/app', title: 'T' },
  caller: { id: 'c', tokenFrom: 'server', grants: allGrants },
  token: 'glpat-x',
  replay: randomUUID(),
  deadline: Date.now() + 8000,
  ...changes,
});

/** The same call, sent again. */
export const again = (question: Question, changes: Partial<Question> = {}): Question => ({
  ...question,
  callId: randomUUID(),
  ...changes,
});
