import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startBalancer } from '../support/balancer.ts';
import { callTool } from '../support/clients.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const USERS = 50;
const CALLS = 200;

interface Wanted {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** The nth call of a user; each request that it makes, and each answer, names the user somewhere. */
function wantedBy(user: string, nth: number): Wanted {
  const file = { project_id: 'team/app', file_path: `people/${user}.md`, branch: 'main' };
  if (nth % 40 === 0) {
    return {
      name: 'create_or_update_file',
      args: { ...file, content: `${String(nth)}\n`, commit_message: `By ${user}` },
    };
  }
  if (nth % 10 === 5)
    return { name: 'create_issue', args: { project_id: 'team/app', title: `${user} says ${String(nth)}` } };
  if (nth === 1)
    return { name: 'create_label', args: { project_id: 'team/app', name: `of-${user}`, color: '#123456' } };
  return { name: 'get_label', args: { project_id: 'team/app', label_id: `of-${user}` } };
}

/** The users that a text names. */
const namedIn = (text: string): ReadonlySet<string> => new Set(text.match(/user\d+x/gu));

describe.skipIf(!hasRedis)('identities', () => {
  let stage: Stage;
  let balancer: Awaited<ReturnType<typeof startBalancer>>;

  beforeAll(async () => {
    stage = await setStage(7);
    const roles = ['api', 'api', 'worker', 'worker'] as const;
    const env = { MCP_LOG_LEVEL: 'info', AUDIT_LOG: 'off' };
    const services = await Promise.all(roles.map(async (role) => stage.start(role, env)));
    balancer = await startBalancer(services.map(({ url }) => url).filter((url) => url !== ''));
  });

  afterAll(async () => {
    await balancer.close();
    await stage.stop();
  });

  test(`${String(USERS)} users with ${String(CALLS)} calls each at once: every request bears its own caller's token, every answer is the caller's own`, async () => {
    const oneUser = async (index: number): Promise<number> => {
      const user = `user${String(index)}x`;
      const headers = { 'X-GitLab-Token': `glpat-user-${String(index)}` };
      let failures = 0;
      for (let nth = 0; nth < CALLS; nth += 1) {
        const wanted = wantedBy(user, nth);
        // One user's calls follow each other; the users do not wait for one another.
        const { isError, text } = await callTool(balancer.url, wanted, headers); // oxlint-disable-line no-await-in-loop -- see above
        const named = namedIn(text);
        if (isError || named.size !== 1 || !named.has(user)) failures += 1;
      }
      return failures;
    };

    const failures = await Promise.all(Array.from({ length: USERS }, async (_, index) => oneUser(index)));
    const journal = await stage.gitlab.journal();
    const crossed = journal.filter(({ user, path, body }) => {
      const [, named] = /(?<user>user\d+)x/u.exec(path + JSON.stringify(body ?? '')) ?? [];
      return named !== user;
    });

    expect(failures).toEqual(Array.from({ length: USERS }, () => 0));
    expect(journal.length).toBeGreaterThanOrEqual(USERS * CALLS);
    expect(crossed).toEqual([]);
  }, 300_000);
});
