import * as z from 'zod';
import { refuseNoChange } from './changes.ts';
import type { Content } from './content.ts';
import { jsonBlock, textBlock } from './content.ts';
import { bytesOf } from './cut.ts';
import { fitValue } from './fit.ts';
import { filePath, flag, paging, projectId, text } from './inputs.ts';
import type { LineView } from './line-view.ts';
import { fitLines, linesOf, lineView } from './line-view.ts';
import { localPage } from './local-page.ts';
import { isGone } from './read-back.ts';
import { pick } from './show.ts';
import type { Reply } from './tool.ts';
import { defineTool } from './tool.ts';

/** The slug is the page's path: `guides/setup`. */
const onePage = { project_id: projectId, slug: filePath };
const format = z.enum(['markdown', 'rdoc', 'asciidoc', 'org']).optional();
const shows = ['slug', 'title', 'format'];

export const listWikiPages = defineTool({
  name: 'list_wiki_pages',
  summary: 'List the wiki pages of a project.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/wikis',
  input: { project_id: projectId, with_content: flag.optional() },
  view: paging,
  examples: [{ project_id: 'team/app' }, { project_id: 'team/app', with_content: true, page: 1, per_page: 5 }],
  shows: [...shows, 'content'],
  run: async (ask, { page, per_page, ...which }) => {
    return localPage(await ask('GET /projects/:project_id/wikis', which), { page, per_page });
  },
});

const wikiPage = z.looseObject({ format: z.string().nullish(), content: z.string().nullish() });

/** Text stands as it is in a block of its own, as a file does. */
function showPage({ body }: Reply, args: LineView, maxBytes: number): readonly Content[] {
  const page = wikiPage.parse(body);
  const lines = linesOf(page.content ?? '', args);
  const known = pick({ ...page, ...lines.where }, [...shows, 'encoding', 'front_matter', 'lines']);
  // GitLab bounds no front matter.
  const about = fitValue(known, Math.floor(maxBytes / 2));
  return [jsonBlock(about), textBlock(fitLines(lines, maxBytes - bytesOf(JSON.stringify(about))))];
}

export const getWikiPage = defineTool({
  name: 'get_wiki_page',
  summary: 'Read one wiki page.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/wikis/:slug',
  input: onePage,
  view: { start_line: lineView.start_line },
  examples: [
    { project_id: 'team/app', slug: 'home' },
    { project_id: 'team/app', slug: 'home', start_line: 1 },
  ],
  reply: showPage,
});

export const createWikiPage = defineTool({
  name: 'create_wiki_page',
  summary: 'Create a wiki page; a title with slashes puts it into folders.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/wikis',
  input: { project_id: projectId, title: text, content: text, format },
  examples: [
    { project_id: 'team/app', title: 'Release plan', content: '# Plan\n' },
    { project_id: 'team/app', title: 'guides/Set up', content: '= Set up\n', format: 'asciidoc' },
  ],
  shows,
  verifyWith: 'list_wiki_pages',
});

export const updateWikiPage = defineTool({
  name: 'update_wiki_page',
  summary: 'Replace the content of a wiki page, or rename it by title (its slug changes).',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/wikis/:slug',
  // A second request after a rename would find no page.
  once: true,
  input: { ...onePage, title: text.optional(), content: text.optional(), format },
  examples: [
    { project_id: 'team/app', slug: 'home', content: '# Welcome\n' },
    { project_id: 'team/app', slug: 'home', title: 'Start', content: '= Start\n', format: 'asciidoc' },
  ],
  refuses: refuseNoChange('project_id', 'slug'),
  shows,
  verifyWith: 'get_wiki_page',
  run: async (ask, args) => {
    const { project_id, slug } = args;
    const page =
      args.format === undefined ? await ask('GET /projects/:project_id/wikis/:slug', { project_id, slug }) : undefined;
    // Without a format GitLab makes any page markdown.
    const kept = args.format ?? wikiPage.parse(page?.body).format ?? undefined;
    return ask('PUT /projects/:project_id/wikis/:slug', { ...args, format: kept });
  },
});

export const deleteWikiPage = defineTool({
  name: 'delete_wiki_page',
  summary: 'Delete a wiki page.',
  effect: 'destructive',
  endpoint: 'DELETE /projects/:project_id/wikis/:slug',
  input: onePage,
  examples: [{ project_id: 'team/app', slug: 'home' }],
  readBack: isGone('the page', 'GET /projects/:project_id/wikis/:slug'),
  verifyWith: 'get_wiki_page',
});
