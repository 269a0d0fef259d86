import { expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { CALL_VERSION } from '../../src/queue/call.ts';
import { tools, toolsets } from '../../src/tools/index.ts';
import { createRun } from '../../src/worker/run.ts';
import { answers, clientOf, serve } from '../gitlab-client/support.ts';
import type { Listener } from '../gitlab-client/support.ts';
import { openGates, openTurn } from '../support/open-turn.ts';

const asset = 'https://gitlab.example.com/team/app/-/releases/v1/downloads/bin/app';
const release = {
  _links: { self: 'https://gitlab.example.com/team/app/-/releases/v1' },
  assets: { links: [{ url: asset, direct_asset_url: asset }] },
};

/** Whoever makes a release writes the address to which GitLab redirects for its asset. */
function releaseThatLeadsTo(location: string): Listener {
  return (request, response) => {
    const path = (request.url ?? '').replace('/api/v4/projects/', '');
    if (path.startsWith('1/releases/v1/downloads/')) answers('', 302, { location })(request, response);
    else if (path.startsWith('1/releases/')) answers(JSON.stringify(release))(request, response);
    else if (path === '1') answers('{"id":1,"path_with_namespace":"team/app"}')(request, response);
    else answers('"the content"')(request, response);
  };
}

test.each([
  ['another project', '/api/v4/projects/2/repository/files/secret/raw', false],
  ['its own project', '/api/v4/projects/1/packages/generic/app/1/app', true],
])('under an allow-list a release asset that redirects to %s is shown: %s → %s', async (_, location, isShown) => {
  const { origin, taken } = await serve(releaseThatLeadsTo(location));
  const handle = createRun({
    client: clientOf(origin),
    tools,
    gates: openGates,
    maxAnswerBytes: 60_000,
    usersFor: () => undefined,
    now: Date.now,
    random: () => 0,
    log: createLog({ level: 'off' }),
  });
  const grants = {
    readOnly: false,
    toolsets: toolsets.map(({ name }) => name),
    allowedProjects: [['1']],
    allowedTools: [],
    deniedTools: [],
    destructive: true,
  };
  const call = {
    v: CALL_VERSION,
    id: 'call',
    tool: 'download_release_asset',
    args: { project_id: '1', tag_name: 'v1', asset_link_url: asset },
    caller: { id: 'c', tokenFrom: 'server', grants },
    token: 'glpat-own',
    deadline: Date.now() + 9000,
  } as const;
  const answer = await handle(call, openTurn());

  expect(answer).toMatchObject(isShown ? { ok: true } : { ok: false, code: 'GITLAB_REDIRECTED' });
  expect(taken.some(({ url }) => url === location)).toBe(isShown);
});
