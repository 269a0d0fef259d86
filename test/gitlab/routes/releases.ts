import { createHash } from 'node:crypto';
import { param } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { showRelease } from '../entities/release.ts';
import type { Release, ReleaseLink } from '../entities/release.ts';
import { forbidden, invalidParameters, notFound, refuse } from '../errors.ts';
import { order } from '../filters.ts';
import type { Input } from '../input.ts';
import { bytes, created, empty, json, list } from '../reply.ts';
import { resolve } from '../repository/repository.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';
import type { Store } from '../store.ts';

export const releaseRoutes: readonly Route[] = [
  projectRoute('GET /releases', 'code', (context) => {
    const { store, project, input } = context;
    const rows = [...project.releases.values()].map((release, index) => ({ id: index, release }));
    const sorted = order(rows, input, {
      keys: ['released_at', 'created_at'],
      fallback: 'released_at',
      valueOf: ({ release }, by) => (by === 'created_at' ? release.createdAt : release.releasedAt),
    });
    return list({
      rows: sorted,
      show: ({ release }) => showRelease(store, project, release),
      defaults: { order_by: 'released_at', sort: 'desc' },
    });
  }),
  projectRoute('GET /releases/:tag_name', 'code', (context) => json(shown(context, findRelease(context)))),
  projectRoute('POST /releases', 'developer', (context) => created(shown(context, create(context)))),
  projectRoute('PUT /releases/:tag_name', 'developer', (context) => json(shown(context, update(context)))),
  projectRoute('DELETE /releases/:tag_name', 'developer', (context) => {
    const release = releaseToWrite(context);
    context.project.releases.delete(release.tagName);
    return json(shown(context, release));
  }),
  projectRoute('POST /releases/:tag_name/evidence', 'developer', (context) => {
    const { store, project } = context;
    const release = findRelease(context);
    const id = store.nextId('evidence');
    const sha = createHash('sha256')
      .update(`${release.tagName} ${String(id)}`)
      .digest('hex')
      .slice(0, 44);
    const evidences = [...release.evidences, { id, sha, collectedAt: store.timestamp() }];
    project.releases.set(release.tagName, { ...release, evidences });
    // GitLab only starts the collection: `status :accepted`, which Grape renders.
    return json(202, 202);
  }),
  projectRoute('GET /releases/:tag_name/downloads/*direct_asset_path', 'code', (context) => {
    const path = `/${param(context, 'direct_asset_path')}`;
    const link = findRelease(context).links.find((each) => each.directAssetPath === path);
    if (link === undefined) throw notFound();
    return empty(302, { Location: link.url });
  }),
  projectRoute('GET /packages/generic/:name/:version/:filename', 'code', (context) => {
    const place = ['name', 'version', 'filename'].map((part) => param(context, part)).join('/');
    const file = context.project.files.get(place);
    if (file === undefined) throw notFound();
    const disposition = `attachment; filename="${file.name}"`;
    return bytes(file.bytes, 'application/octet-stream', { 'Content-Disposition': disposition });
  }),
];

function shown({ store, project }: ProjectContext, release: Release): unknown {
  return showRelease(store, project, release);
}

function findRelease(context: ProjectContext): Release {
  const release = context.project.releases.get(param(context, 'tag_name'));
  if (release === undefined) throw notFound();
  return release;
}

/** GitLab asks who may write a release that is not there, and nobody may: spec/requests/api/releases_spec.rb. */
function releaseToWrite(context: ProjectContext): Release {
  const release = context.project.releases.get(param(context, 'tag_name'));
  if (release === undefined) throw forbidden();
  return release;
}

function create(context: ProjectContext): Release {
  const { store, project, viewer, input } = context;
  const tagName = input.requiredText('tag_name');
  if (project.releases.has(tagName)) throw refuse(409, 'Release already exists');
  const createdAt = store.timestamp();
  const release: Release = {
    tagName,
    name: input.text('name') ?? tagName,
    description: input.textOr('description', null),
    authorId: viewer.id,
    sha: tagFor(context, tagName),
    milestoneIds: readMilestones(context) ?? [],
    links: (input.record('assets')?.records('links') ?? []).map((link) => readLink(store, link)),
    evidences: [],
    createdAt,
    releasedAt: readMoment(input) ?? createdAt,
  };
  project.releases.set(tagName, release);
  return release;
}

/** The tag's commit; a tag that is not there is made from `ref`. */
function tagFor({ project, input }: ProjectContext, name: string): string {
  const { repository } = project;
  const existing = repository.tags.get(name);
  if (existing !== undefined) return existing.sha;
  const ref = input.text('ref');
  if (ref === undefined) throw refuse(422, 'Ref is not specified');
  const sha = resolve(repository, ref);
  if (sha === undefined) throw refuse(400, `Target ${ref} is invalid`);
  repository.tags.set(name, { name, sha, message: input.text('tag_message') ?? '' });
  return sha;
}

function update(context: ProjectContext): Release {
  const { project, input } = context;
  const release = releaseToWrite(context);
  input.requireOne('name', 'description', 'released_at', 'milestones', 'milestone_ids');
  const updated: Release = {
    ...release,
    name: input.text('name') ?? release.name,
    description: input.textOr('description', release.description),
    releasedAt: readMoment(input) ?? release.releasedAt,
    milestoneIds: readMilestones(context) ?? release.milestoneIds,
  };
  project.releases.set(release.tagName, updated);
  return updated;
}

function readMilestones({ project, input }: ProjectContext): readonly number[] | undefined {
  const titles = input.texts('milestones');
  const found = titles?.map((title) => ({
    title,
    id: [...project.milestones.values()].find((milestone) => milestone.title === title)?.id,
  }));
  const missing = found?.filter((each) => each.id === undefined).map((each) => each.title) ?? [];
  if (missing.length > 0) throw refuse(400, `Milestone(s) not found: ${missing.join(', ')}`);
  return found?.flatMap((each) => each.id ?? []);
}

function readMoment(input: Input): string | undefined {
  const text = input.text('released_at');
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw invalidParameters('released_at is invalid');
  return new Date(at).toISOString();
}

function readLink(store: Store, link: Input): ReleaseLink {
  return {
    id: store.nextId('release link'),
    name: link.requiredText('name'),
    url: link.requiredText('url'),
    directAssetPath: link.textOr('direct_asset_path', null),
    type: link.text('link_type') ?? 'other',
  };
}
