import { describe, expect, test } from 'vitest';
import { requestFor } from '../../src/tools/request.ts';
import type { AskGitLab } from '../../src/tools/tool.ts';
import { toolNamed } from '../support/tool.ts';

const HOME = 'https://gitlab.example.com/team/app/-/releases/v1.1.0';

interface Link {
  readonly url: string;
  readonly direct_asset_url?: string;
}

/** Asks for the asset under `wanted` of a release that links these; the requests after the one for the release. */
async function download(wanted: string, linked: readonly Link[] = [{ url: wanted }]): Promise<readonly string[]> {
  const links = linked.map((each) => ({ name: 'x', direct_asset_url: each.url, ...each }));
  const requests: string[] = [];
  const ask: AskGitLab = async (endpoint, params) => {
    const { method, path, query } = requestFor(endpoint, params);
    expect(query).toEqual({});
    requests.push(`${method} ${path}`);
    if (requests.length === 1) return { body: { _links: { self: HOME }, assets: { links } } };
    return { body: path === '/projects/team%2Fapp' ? { id: 9 } : Buffer.from('x') };
  };
  const args = { project_id: 'team/app', tag_name: 'v1.1.0', asset_link_url: wanted };
  await toolNamed('download_release_asset').run?.(ask, args as never); // oxlint-disable-line typescript/no-unsafe-type-assertion -- the registry has forgotten the types
  expect(requests.shift()).toBe('GET /projects/team%2Fapp/releases/v1.1.0');
  return requests;
}

const GITLAB = 'https://gitlab.example.com';
const upload = `${GITLAB}/team/app/uploads/0a1b/a%20b.txt`;
const UPLOAD = 'GET /projects/team%2Fapp/uploads/0a1b/a%20b.txt';
const direct = `${HOME}/downloads/bin/app.zip`;
const DIRECT = 'GET /projects/team%2Fapp/releases/v1.1.0/downloads/bin/app.zip';
const packageOf = (project: string): string => `${GITLAB}/api/v4/projects/${project}/packages/generic/app/1.0/app.bin`;
const PACKAGE = 'GET /projects/team%2Fapp/packages/generic/app/1.0/app.bin';

describe('a release asset', () => {
  test.each([
    [direct, [DIRECT]],
    [
      `${GITLAB}/team/app/-/releases/v%2F1/downloads/bin/app.zip`,
      ['GET /projects/team%2Fapp/releases/v%2F1/downloads/bin/app.zip'],
    ],
    [upload, [UPLOAD]],
    [`${GITLAB}/-/project/9/uploads/0a1b/a%20b.txt`, [UPLOAD]],
    [packageOf('9'), ['GET /projects/team%2Fapp', PACKAGE]],
    [packageOf('Team%2Fapp'), [PACKAGE]],
    [`${GITLAB}/team/app/uploads/0a1b/100%.txt`, ['GET /projects/team%2Fapp/uploads/0a1b/100%25.txt']],
  ])('at %s is read through the API of its own project', async (url, routes) => {
    expect(await download(url)).toEqual(routes);
  });

  test.each([upload, direct])('is not asked for where GitLab only redirects to it: %s', async (wanted) => {
    expect(await download(wanted, [{ url: upload, direct_asset_url: direct }])).toEqual([UPLOAD]);
  });

  test.each([packageOf('8'), packageOf('team%2Flib'), `${GITLAB}/team/app/-/jobs/12/artifacts/raw/app.zip`])(
    'at %s is asked for by its direct_asset_url, from where GitLab redirects',
    async (url) => {
      expect((await download(url, [{ url, direct_asset_url: direct }])).at(-1)).toBe(DIRECT);
    },
  );

  test.each([
    'https://evil.example/team/app/-/releases/v1.1.0/downloads/bin/app.zip',
    'http://gitlab.example.com/team/app/-/releases/v1.1.0/downloads/bin/app.zip',
    'https://gitlab.example.com:8443/team/app/-/releases/v1.1.0/downloads/x',
    'not a url',
  ])('at %s is not fetched: the token goes nowhere else', async (url) => {
    await expect(download(url)).rejects.toThrow('outside this GitLab');
    await expect(download(url, [{ url, direct_asset_url: direct }])).rejects.toThrow('outside this GitLab');
  });

  test.each([packageOf('8'), packageOf('team%2Flib'), `${GITLAB}/team/lib/-/releases/v1.1.0/downloads/bin/app.zip`])(
    'at %s is not taken for one of the same name in its own project',
    async (url) => {
      await expect(download(url)).rejects.toThrow('belongs to another project');
    },
  );

  test.each([
    `${GITLAB}/api/v4/user`,
    `${GITLAB}/team/app/-/jobs/12/artifacts/raw/app.zip`,
    `${GITLAB}/team/app/-/package_files/9/download`,
    `${GITLAB}/api/v4/projects/9/packages/generic/app/1.0/linux/app.bin`,
  ])('at %s is said to be of a kind that cannot be fetched', async (url) => {
    await expect(download(url)).rejects.toThrow('is kept in GitLab where this tool cannot fetch it');
  });

  test('that the release does not link is not fetched', async () => {
    await expect(download(direct, [])).rejects.toThrow('no asset link');
  });
});
