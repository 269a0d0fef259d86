import * as branches from './branches.ts';
import * as events from './events.ts';
import * as files from './files.ts';
import * as labels from './labels.ts';
import * as milestones from './milestones.ts';
import * as namespaces from './namespaces.ts';
import * as projects from './projects.ts';
import { reachOf } from './reach.ts';
import type { Reach } from './reach.ts';
import type { Tool } from './tool.ts';
import * as issues from './toolset-issues.ts';
import * as mergeRequests from './toolset-merge-requests.ts';
import * as pipelines from './toolset-pipelines.ts';
import * as releases from './toolset-releases.ts';
import * as wikis from './toolset-wikis.ts';
import * as uploads from './uploads.ts';
import * as users from './users.ts';

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
  { name: 'issues', modules: [issues] },
  { name: 'merge_requests', modules: [mergeRequests] },
  { name: 'branches_commits', modules: [branches] },
  { name: 'labels', modules: [labels] },
  { name: 'namespaces', modules: [namespaces] },
  { name: 'users_events', modules: [users, events] },
  { name: 'releases', modules: [releases] },
  { name: 'pipelines', flag: 'USE_PIPELINE', modules: [pipelines] },
  { name: 'milestones', flag: 'USE_MILESTONE', modules: [milestones] },
  { name: 'wikis', flag: 'USE_GITLAB_WIKI', modules: [wikis] },
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
