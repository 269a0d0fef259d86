import { randomBytes } from 'node:crypto';
import { param } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { showWikiPage } from '../entities/wiki-page.ts';
import type { WikiPage } from '../entities/wiki-page.ts';
import { invalidParameters, notFound, refuse } from '../errors.ts';
import { created, empty, json } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';

export const wikiRoutes: readonly Route[] = [
  // The only list here that GitLab does not cut into pages (lib/api/wikis.rb).
  projectRoute('GET /wikis', 'read', ({ project, input }) => {
    const withContent = input.on('with_content');
    return json([...project.wikiPages.values()].map((page) => showWikiPage(page, withContent)));
  }),
  projectRoute('GET /wikis/:slug', 'read', (context) => json(showWikiPage(findPage(context), true))),
  projectRoute('POST /wikis', 'developer', (context) => created(showWikiPage(create(context), true))),
  projectRoute('PUT /wikis/:slug', 'developer', (context) => json(showWikiPage(update(context), true))),
  projectRoute('DELETE /wikis/:slug', 'developer', (context) => {
    context.project.wikiPages.delete(findPage(context).slug);
    return empty();
  }),
  projectRoute('POST /wikis/attachments', 'developer', (context) => {
    const { file, input, project } = context;
    if (file?.field !== 'file') throw invalidParameters(`file is ${input.has('file') ? 'invalid' : 'missing'}`);
    const name = file.filename.replaceAll(' ', '_');
    const path = `uploads/${randomBytes(16).toString('hex')}/${name}`;
    project.files.set(`wiki/${path}`, { name, bytes: file.bytes });
    const markdown = `${/\.(?:png|jpe?g|gif|svg)$/iu.test(name) ? '!' : ''}[${name}](${path})`;
    return created({
      file_name: name,
      file_path: path,
      branch: input.text('branch') ?? 'main',
      link: { url: path, markdown },
    });
  }),
];

const formats = ['markdown', 'rdoc', 'asciidoc', 'org'] as const;

function findPage(context: ProjectContext): WikiPage {
  const page = context.project.wikiPages.get(param(context, 'slug'));
  if (page === undefined) throw notFound('Wiki Page');
  return page;
}

function create({ store, project, input }: ProjectContext): WikiPage {
  input.require('title', 'content');
  const title = input.requiredText('title');
  const slug = slugOf(title);
  refuseTitle(project, slug);
  const format = input.oneOf('format', formats) ?? 'markdown';
  const page = { id: store.nextId('wiki page'), slug, title, content: input.requiredText('content'), format };
  project.wikiPages.set(slug, page);
  return page;
}

function update(context: ProjectContext): WikiPage {
  const { project, input } = context;
  const page = findPage(context);
  input.requireOne('content', 'title', 'format');
  const title = input.text('title') ?? page.title;
  const slug = input.has('title') ? slugOf(title) : page.slug;
  if (slug !== page.slug) refuseTitle(project, slug);
  const changed = {
    ...page,
    slug,
    title,
    content: input.text('content') ?? page.content,
    format: input.oneOf('format', formats) ?? page.format,
  };
  project.wikiPages.delete(page.slug);
  project.wikiPages.set(slug, changed);
  return changed;
}

function refuseTitle(project: ProjectContext['project'], slug: string): void {
  if (slug === '') throw refuse(400, { title: ["can't be blank"] });
  if (!project.wikiPages.has(slug)) return;
  throw refuse(400, { base: [`Duplicate page: A page with that title already exists in the file ${slug}.md`] });
}

/** Spaces become hyphens; slashes stay and make directories. */
function slugOf(title: string): string {
  return title.trim().replaceAll(/\s+/gu, '-');
}
