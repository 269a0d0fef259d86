import * as z from 'zod';
import { Failure } from '../errors.ts';
import { projectId, text } from './inputs.ts';
import { keptApart, showFile } from './media.ts';
import { defineTool } from './tool.ts';
import type { Args, AskGitLab, Endpoint } from './tool.ts';

const link = z.looseObject({
  name: z.string().nullish(),
  url: z.string().nullish(),
  direct_asset_url: z.string().nullish(),
});
type Link = Readonly<z.infer<typeof link>>;

const release = z.looseObject({
  _links: z.looseObject({ self: z.string().nullish() }).nullish(),
  assets: z.looseObject({ links: z.array(link).nullish() }).nullish(),
});
type Release = Readonly<z.infer<typeof release>>;

const numbered = z.looseObject({ id: z.number() });

interface Place {
  readonly at: RegExp;
  readonly endpoint: Endpoint;
}

/**
 * GitLab's own places of release files, each with the API route that serves it to a token. Where files of several
 * projects can have one name, the project is in it: `page` under its web address, else `project` below `root`.
 */
const places: readonly Place[] = [
  {
    at: /^(?<page>.*)\/-\/releases\/(?<tag_name>[^/]+)\/downloads\/(?<direct_asset_path>.+)$/u,
    endpoint: 'GET /projects/:project_id/releases/:tag_name/downloads/*direct_asset_path',
  },
  {
    at: /\/uploads\/(?<secret>[0-9a-f]+)\/(?<filename>[^/]+)$/u,
    endpoint: 'GET /projects/:project_id/uploads/:secret/:filename',
  },
  {
    at: /^(?<root>.*)\/api\/v4\/projects\/(?<project>[^/]+)\/packages\/generic\/(?<package_name>[^/]+)\/(?<package_version>[^/]+)\/(?<file_name>[^/]+)$/u,
    endpoint: 'GET /projects/:project_id/packages/generic/:package_name/:package_version/:file_name',
  },
];

interface Route {
  readonly endpoint: Endpoint;
  readonly params: Args;
}

type Fault = 'outside' | 'elsewhere' | 'of another project';

const faults: Readonly<Record<Fault, string>> = {
  outside: 'The file lies outside this GitLab, where its token must not go',
  elsewhere:
    'The file is kept in GitLab where this tool cannot fetch it (only release downloads, uploads and generic packages)',
  'of another project': 'The file belongs to another project than the release',
};

/** The release's own project. */
interface Own {
  readonly origin: string | undefined;
  /** The path of its web address. */
  readonly page: string;
  readonly number: () => Promise<string>;
}

/** A name may hold a % that encodes nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

type Parts = Readonly<Record<string, string>>;

function placeOf(pathname: string): { readonly endpoint: Endpoint; readonly parts: Parts } | undefined {
  for (const { at, endpoint } of places) {
    const found = Object.entries(at.exec(pathname)?.groups ?? {});
    if (found.length > 0)
      return { endpoint, parts: Object.fromEntries(found.map(([name, part]) => [name, decoded(part)])) };
  }
  return undefined;
}

const isSame = (page: string, other: string): boolean => page.toLowerCase() === other.toLowerCase();

async function isIn(own: Own, { page, root = '', project }: Parts): Promise<boolean> {
  if (page !== undefined) return isSame(page, own.page);
  if (project === undefined) return true;
  return /^\d+$/u.test(project) ? project === (await own.number()) : isSame(`${root}/${project}`, own.page);
}

/** Only a file of this GitLab, and through the API of the release's own project: the token goes nowhere else. */
async function routeTo(url: string, own: Own): Promise<Route | Fault> {
  if (!URL.canParse(url) || new URL(url).origin !== own.origin) return 'outside';
  const place = placeOf(new URL(url).pathname);
  if (place === undefined) return 'elsewhere';
  if (!(await isIn(own, place.parts))) return 'of another project';
  const { page: _page, root: _root, project: _project, ...params } = place.parts;
  return { endpoint: place.endpoint, params };
}

/** From its direct_asset_url GitLab only redirects to its url, which is often no address of the API: the url goes first. */
async function routeOf({ url, direct_asset_url: direct }: Link, own: Own): Promise<Route> {
  const first = await routeTo(url ?? direct ?? '', own);
  if (typeof first === 'object') return first;
  const second = first === 'outside' ? first : await routeTo(direct ?? '', own);
  if (typeof second === 'object') return second;
  throw new Failure('NOT_PERMITTED', `${faults[first]}; fetch it by its url without this server.`);
}

function linkOf({ assets }: Release, wanted: string): Link {
  const links = assets?.links ?? [];
  const found = links.find(({ url, direct_asset_url }) => url === wanted || direct_asset_url === wanted);
  if (found !== undefined) return found;
  const urls = links.map(({ url }) => url).join(', ');
  throw new Failure('INVALID_ARGUMENTS', `asset_link_url is no asset link of this release; its links: ${urls}.`);
}

async function numberOf(ask: AskGitLab, project_id: string): Promise<string> {
  if (/^\d+$/u.test(project_id)) return project_id;
  const { body } = await ask('GET /projects/:project_id', { project_id });
  return String(numbered.parse(body).id);
}

function ownOf(ask: AskGitLab, project_id: string, { _links: links }: Release): Own {
  const number = async (): Promise<string> => numberOf(ask, project_id);
  const home = links?.self ?? '';
  if (!URL.canParse(home)) return { origin: undefined, page: '', number };
  const { origin, pathname } = new URL(home);
  return { origin, page: decoded(pathname.replace(/\/-\/.*$/u, '')), number };
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
    const found = release.parse(body);
    const own = ownOf(ask, project_id, found);
    const { endpoint, params } = await routeOf(linkOf(found, asset_link_url), own);
    return ask(endpoint, { project_id, ...params }, { accept: 'bytes' });
  },
  explains: keptApart,
  reply: (reply, { asset_link_url }, maxBytes) =>
    showFile(reply, { name: asset_link_url.slice(asset_link_url.lastIndexOf('/') + 1), maxBytes }),
});
