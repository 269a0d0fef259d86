import type { RequestListener } from 'node:http';
import type { OpenApi } from './openapi.ts';

const SHA = 'a'.repeat(40);
const RELEASE = 'https://gitlab.example.com/team/app/-/releases/v1.1.0';
const ASSET = `${RELEASE}/downloads/bin/app.zip`;

/** Something that could be any resource of GitLab: it has each field on which a tool of several calls builds its next call. */
const anything = {
  id: 1,
  iid: 1,
  project_id: 1,
  name: 'x',
  title: 'x',
  path: 'x',
  full_path: 'team/x',
  kind: 'group',
  username: 'alice',
  state: 'active',
  status: 'success',
  ref: 'main',
  sha: SHA,
  tag_name: 'v1.0',
  commit: { id: SHA },
  file_path: 'README.md',
  content: '',
  last_commit_id: SHA,
  diff_refs: { base_sha: SHA, start_sha: SHA, head_sha: SHA },
  url: '/uploads/x',
  web_url: 'https://gitlab.example.com/x',
  _links: { self: RELEASE },
  assets: { links: [{ name: 'app', url: ASSET, direct_asset_url: ASSET }] },
  exists: true,
  suggests: [],
  diffs: [],
};

/** A GitLab where everything is there, for tools whose requests follow from its answers. */
export function plausible(openApi: OpenApi): RequestListener {
  return (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://gitlab');
    const template = openApi.routeOf(request.method ?? '', pathname.replace('/api/v4', ''))?.template ?? '';
    const isList = request.method === 'GET' && /\/(?:\w*s|tree|all)$/u.test(template) && !template.endsWith('/exists');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isList ? [anything] : anything));
  };
}

/** A GitLab where nothing is there yet, and everything can be made. */
export const empty: RequestListener = (request, response) => {
  const isRead = request.method === 'GET';
  response.writeHead(isRead ? 404 : 201, { 'content-type': 'application/json' });
  response.end(isRead ? '{"message":"404 Not found"}' : JSON.stringify(anything));
};
