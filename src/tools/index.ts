import * as branches from './branches.ts';
import * as discussions from './discussions.ts';
import * as draftNotes from './draft-notes.ts';
import * as events from './events.ts';
import * as files from './files.ts';
import * as issueLinks from './issue-links.ts';
import * as issueNotes from './issue-notes.ts';
import * as issues from './issues.ts';
import * as jobs from './jobs.ts';
import * as labels from './labels.ts';
import * as mergeRequestDiffs from './merge-request-diffs.ts';
import * as mergeRequests from './merge-requests.ts';
import * as milestones from './milestones.ts';
import * as namespaces from './namespaces.ts';
import * as pipelines from './pipelines.ts';
import * as projects from './projects.ts';
import { reachOf } from './reach.ts';
import type { Reach } from './reach.ts';
import * as releaseAssets from './release-assets.ts';
import * as releases from './releases.ts';
import * as uploads from './uploads.ts';
import * as users from './users.ts';
import * as wikiAttachments from './wiki-attachments.ts';
import * as wikis from './wikis.ts';
import type { Tool } from './tool.ts';

type Flag = 'USE_PIPELINE' | 'USE_MILESTONE' | 'USE_GITLAB_WIKI';

interface Toolset {
  readonly name: string;
  /** The setting that switches the toolset on; without one it is always on. */
  readonly flag?: Flag;
  readonly modules: readonly Readonly<Record<string, Tool>>[];
}

/** A toolset is the tools of its files: an export there is a tool. */
export const toolsets: readonly Toolset[] = [
  { name: 'projects', modules: [projects] },
  { name: 'files', modules: [files, uploads] },
  { name: 'issues', modules: [issues, issueLinks, issueNotes] },
  { name: 'merge_requests', modules: [mergeRequests, mergeRequestDiffs, discussions, draftNotes] },
  { name: 'branches_commits', modules: [branches] },
  { name: 'labels', modules: [labels] },
  { name: 'namespaces', modules: [namespaces] },
  { name: 'users_events', modules: [users, events] },
  { name: 'releases', modules: [releases, releaseAssets] },
  { name: 'pipelines', flag: 'USE_PIPELINE', modules: [pipelines, jobs] },
  { name: 'milestones', flag: 'USE_MILESTONE', modules: [milestones] },
  { name: 'wikis', flag: 'USE_GITLAB_WIKI', modules: [wikis, wikiAttachments] },
];

export interface RegisteredTool extends Tool {
  readonly toolset: string;
  readonly reach: Reach;
}

const register = (tool: Tool, toolset: string): RegisteredTool => ({ ...tool, toolset, reach: reachOf(tool) });

/** Every tool by name, in the order that `tools/list` shows them. */
export const tools: ReadonlyMap<string, RegisteredTool> = new Map(
  toolsets
    .flatMap(({ name, modules }) =>
      modules.flatMap((module) => Object.values(module)).map((tool) => register(tool, name)),
    )
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((tool) => [tool.name, tool]),
);
