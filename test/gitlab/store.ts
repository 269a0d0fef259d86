import type { Group } from './entities/group.ts';
import type { IssueLink } from './entities/issue.ts';
import type { Project } from './entities/project.ts';
import type { Token, User } from './entities/user.ts';

/** Everything that the stand-in remembers. */
export interface Store {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly now: () => number;
  /** The moment as GitLab writes it. */
  readonly timestamp: () => string;
  /** The next id of a kind; each kind counts for itself. */
  readonly nextId: (kind: string) => number;
  readonly users: Map<number, User>;
  readonly usersByName: Map<string, User>;
  readonly tokens: Map<string, Token>;
  readonly groups: Map<number, Group>;
  readonly projects: Map<number, Project>;
  readonly issueLinks: Map<number, IssueLink>;
  /** Old paths of moved projects, in small letters. */
  readonly moved: Map<string, number>;
  readonly projectByPath: (fullPath: string) => Project | undefined;
  readonly putProject: (project: Project) => Project;
  readonly dropProject: (project: Project) => void;
  readonly timings: Timings;
}

/** How long GitLab works in the background. */
export interface Timings {
  /** A new merge request is `preparing` this long, and then `checking` as long again. */
  readonly mergeCheckMs: number;
  /** A fork's import is `scheduled` this long. */
  readonly importMs: number;
}

/** Ids begin far apart, so that an id taken for an iid, or for another kind's id, is not found. */
const firstIds = new Map([
  ['milestone', 300],
  ['label', 400],
  ['pipeline', 800],
  ['issue', 5000],
  ['merge request', 6000],
  ['job', 7000],
  ['note', 9000],
]);

interface StoreOptions {
  readonly url: string;
  readonly now: () => number;
  readonly timings: Timings;
}

export function createStore({ url, now, timings }: StoreOptions): Store {
  const counters = new Map<string, number>();
  const projects = new Map<number, Project>();
  const idByPath = new Map<string, number>();
  const projectByPath = (fullPath: string): Project | undefined => {
    const id = idByPath.get(fullPath.toLowerCase());
    return id === undefined ? undefined : projects.get(id);
  };
  return {
    url,
    now,
    timestamp: () => new Date(now()).toISOString(),
    nextId: (kind) => {
      const id = (counters.get(kind) ?? firstIds.get(kind) ?? 0) + 1;
      counters.set(kind, id);
      return id;
    },
    users: new Map(),
    usersByName: new Map(),
    tokens: new Map(),
    groups: new Map(),
    projects,
    issueLinks: new Map(),
    moved: new Map(),
    projectByPath,
    putProject: (project) => {
      projects.set(project.id, project);
      idByPath.set(project.fullPath.toLowerCase(), project.id);
      return project;
    },
    dropProject: (project) => {
      projects.delete(project.id);
      idByPath.delete(project.fullPath.toLowerCase());
    },
    timings,
  };
}
