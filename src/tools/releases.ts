import * as z from 'zod';
import { refuseNoChange } from './changes.ts';
import { jsonBlock } from './content.ts';
import { timestamp } from './dates.ts';
import { ifFound } from './if-found.ts';
import { projectId, text } from './inputs.ts';
import { isAsAsked, isGone } from './read-back.ts';
import { releaseFields } from './release-fields.ts';
import type { Args, AskGitLab } from './tool.ts';
import { defineTool } from './tool.ts';

const oneRelease = { project_id: projectId, tag_name: text };

const content = {
  name: text.optional(),
  description: z.string().optional(),
  milestones: z.array(text).optional(),
  released_at: timestamp.optional(),
};

const commit = z.looseObject({ id: z.string() });
const tagged = z.looseObject({ commit: commit.nullish() });

export const getRelease = defineTool({
  name: 'get_release',
  summary: 'Read the release of a tag.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/releases/:tag_name',
  input: oneRelease,
  examples: [{ project_id: 'team/app', tag_name: 'v1.1.0' }],
  shows: releaseFields,
});

export const createRelease = defineTool({
  name: 'create_release',
  summary: 'Publish a release; a tag that does not exist yet is made at ref.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/releases',
  input: { ...oneRelease, ref: text.optional(), ...content },
  examples: [
    { project_id: 'team/app', tag_name: 'v1.2.0', ref: 'main' },
    {
      project_id: 'team/app',
      tag_name: 'v1.3.0',
      ref: 'main',
      name: 'Version 1.3',
      description: '## Fixed\n\n- Login',
      milestones: ['v1.2'],
      released_at: '2026-02-01T09:00:00+01:00',
    },
  ],
  shows: releaseFields,
  readBack: {
    compares: ['tag_name', 'ref', 'name', 'description'],
    look: async (ask, { project_id, tag_name, ref, name, description }) => {
      const found = await ifFound(ask('GET /projects/:project_id/releases/:tag_name', { project_id, tag_name }));
      if (!isAsAsked(found?.body, { tag_name, name, description })) return 'not so';
      // The tag may be older, and a branch may have moved since.
      if (ref !== undefined && !(await isAt(ask, found?.body, { project_id, sha: ref }))) return 'cannot tell';
      return { words: `the release of ${tag_name} is there, with the given name and description`, body: found?.body };
    },
  },
  verifyWith: 'get_release',
});

async function isAt(ask: AskGitLab, release: unknown, which: Args): Promise<boolean> {
  const { body } = await ask('GET /projects/:project_id/repository/commits/:sha', which);
  return tagged.parse(release).commit?.id === commit.parse(body).id;
}

export const updateRelease = defineTool({
  name: 'update_release',
  summary: 'Change a release; milestones replaces all of them.',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/releases/:tag_name',
  input: { ...oneRelease, ...content },
  examples: [
    { project_id: 'team/app', tag_name: 'v1.0.0', name: 'First version' },
    {
      project_id: 'team/app',
      tag_name: 'v1.0.0',
      name: 'Version 1.0',
      description: 'The first one.',
      milestones: [],
      released_at: '2026-01-06',
    },
  ],
  refuses: refuseNoChange('project_id', 'tag_name'),
  shows: releaseFields,
  verifyWith: 'get_release',
});

export const deleteRelease = defineTool({
  name: 'delete_release',
  summary: 'Delete a release; its tag stays.',
  effect: 'destructive',
  endpoint: 'DELETE /projects/:project_id/releases/:tag_name',
  input: oneRelease,
  examples: [{ project_id: 'team/app', tag_name: 'v1.0.0' }],
  shows: releaseFields,
  readBack: isGone('the release', 'GET /projects/:project_id/releases/:tag_name'),
  verifyWith: 'get_release',
});

export const createReleaseEvidence = defineTool({
  name: 'create_release_evidence',
  summary: 'Collect new evidence for a release.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/releases/:tag_name/evidence',
  input: oneRelease,
  examples: [{ project_id: 'team/app', tag_name: 'v1.0.0' }],
  // GitLab collects it in the background and answers nothing.
  reply: () => [jsonBlock({ collecting: true, shown_by: 'get_release' })],
  verifyWith: 'get_release',
});
