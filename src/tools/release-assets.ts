import * as z from 'zod';
import { Failure } from '../errors.ts';
import { projectId, text } from './inputs.ts';
import { showFile } from './media.ts';
import { defineTool } from './tool.ts';
import type { Args, Endpoint } from './tool.ts';

const release = z.looseObject({
  _links: z.looseObject({ self: z.string().nullish() }).nullish(),
  assets: z
    .looseObject({
      links: z
        .array(
          z.looseObject({
            name: z.string().nullish(),
            url: z.string().nullish(),
            direct_asset_url: z.string().nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});

interface Route {
  readonly endpoint: Endpoint;
  readonly params: Args;
}

const decoded = (parts: Readonly<Record<string, string>>): Args =>
  Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, decodeURIComponent(value)]));

/** GitLab's own places of release files, each with the API route that serves it to a token. */
const places: readonly { readonly at: RegExp; readonly endpoint: Endpoint }[] = [
  {
    at: /\/-\/releases\/[^/]+\/downloads\/(?<direct_asset_path>.+)$/u,
    endpoint: 'GET /projects/:project_id/releases/:tag_name/downloads/*direct_asset_path',
  },
  {
    at: /\/uploads\/(?<secret>[0-9a-f]+)\/(?<filename>[^/]+)$/u,
    endpoint: 'GET /projects/:project_id/uploads/:secret/:filename',
  },
  {
    at: /\/packages\/generic\/(?<package_name>[^/]+)\/(?<package_version>[^/]+)\/(?<file_name>[^/]+)$/u,
    endpoint: 'GET /projects/:project_id/packages/generic/:package_name/:package_version/:file_name',
  },
];

/** Only a file of this GitLab, and through the API of the release's own project: the token goes nowhere else. */
function routeTo(url: string, home: string): Route | undefined {
  if (!URL.canParse(url) || !URL.canParse(home) || new URL(url).origin !== new URL(home).origin) return undefined;
  const { pathname } = new URL(url);
  for (const { at, endpoint } of places) {
    const groups = at.exec(pathname)?.groups;
    if (groups !== undefined) return { endpoint, params: decoded(groups) };
  }
  return undefined;
}

/** Where the API serves the file, or why it does not. */
function routeOf({ assets, _links: own }: z.infer<typeof release>, wanted: string): Route {
  const links = assets?.links ?? [];
  const link = links.find(({ url, direct_asset_url }) => url === wanted || direct_asset_url === wanted);
  if (link === undefined) {
    const urls = links.map(({ url }) => url).join(', ');
    throw new Failure('INVALID_ARGUMENTS', `asset_link_url is no asset link of this release; its links: ${urls}.`);
  }
  const home = own?.self ?? '';
  const route = routeTo(link.direct_asset_url ?? '', home) ?? routeTo(link.url ?? '', home);
  if (route !== undefined) return route;
  const words =
    'The file lies outside this GitLab, where its token must not go; fetch it by its url without this server.';
  throw new Failure('NOT_PERMITTED', words);
}

export const downloadReleaseAsset = defineTool({
  name: 'download_release_asset',
  summary: 'Read a file of a release that is kept in this GitLab, by the url of its asset link.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/releases/:tag_name/downloads/*direct_asset_path',
  input: { project_id: projectId, tag_name: text },
  view: { asset_link_url: text },
  examples: [
    {
      project_id: 'team/app',
      tag_name: 'v1.1.0',
      asset_link_url: 'https://gitlab.example.com/team/app/-/releases/v1.1.0/downloads/bin/app.zip',
    },
  ],
  run: async (ask, { project_id, tag_name, asset_link_url }) => {
    const { body } = await ask('GET /projects/:project_id/releases/:tag_name', { project_id, tag_name });
    const { endpoint, params } = routeOf(release.parse(body), asset_link_url);
    const own = endpoint.includes(':tag_name') ? { project_id, tag_name } : { project_id };
    return ask(endpoint, { ...own, ...params }, { accept: 'bytes' });
  },
  reply: (reply, { asset_link_url }, maxBytes) =>
    showFile(reply, { name: asset_link_url.slice(asset_link_url.lastIndexOf('/') + 1), maxBytes }),
});
