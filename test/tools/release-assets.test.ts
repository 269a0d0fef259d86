import { describe, expect, test } from 'vitest';
import { requestFor } from '../../src/tools/request.ts';
import type { AskGitLab } from '../../src/tools/tool.ts';
import { toolNamed } from '../support/tool.ts';

const HOME = 'https://gitlab.example.com/team/app/-/releases/v1.1.0';

/** Asks for the asset under `url` of a release that links these; the requests after the one for the release. */
async function download(url: string, linked: readonly string[] = [url]): Promise<readonly string[]> {
  const links = linked.map((each) => ({ name: 'x', url: each, direct_asset_url: each }));
  const requests: string[] = [];
  const ask: AskGitLab = async (endpoint, params) => {
    const { method, path } = requestFor(endpoint, params);
    requests.push(`${method} ${path}`);
    return { body: requests.length === 1 ? { _links: { self: HOME }, assets: { links } } : Buffer.from('x') };
  };
  const args = { project_id: 'team/app', tag_name: 'v1.1.0', asset_link_url: url };
  await toolNamed('download_release_asset').run?.(ask, args as never); // oxlint-disable-line typescript/no-unsafe-type-assertion -- the registry has forgotten the types
  expect(requests.shift()).toBe('GET /projects/team%2Fapp/releases/v1.1.0');
  return requests;
}

describe('a release asset', () => {
  test.each([
    [`${HOME}/downloads/bin/app.zip`, 'GET /projects/team%2Fapp/releases/v1.1.0/downloads/bin/app.zip'],
    ['https://gitlab.example.com/team/app/uploads/0a1b/a%20b.txt', 'GET /projects/team%2Fapp/uploads/0a1b/a%20b.txt'],
    [
      'https://gitlab.example.com/api/v4/projects/9/packages/generic/app/1.0/app.bin',
      'GET /projects/team%2Fapp/packages/generic/app/1.0/app.bin',
    ],
  ])('at %s is read through the API of its own project', async (url, route) => {
    expect(await download(url)).toEqual([route]);
  });

  test.each([
    'https://evil.example/team/app/-/releases/v1.1.0/downloads/bin/app.zip',
    'http://gitlab.example.com/team/app/-/releases/v1.1.0/downloads/bin/app.zip',
    'https://gitlab.example.com:8443/team/app/-/releases/v1.1.0/downloads/x',
    'https://gitlab.example.com/api/v4/user',
    'not a url',
  ])('at %s is not fetched: the token goes nowhere else', async (url) => {
    await expect(download(url)).rejects.toThrow('outside this GitLab');
  });

  test('that the release does not link is not fetched', async () => {
    await expect(download(`${HOME}/downloads/x`, [])).rejects.toThrow('no asset link');
  });
});
