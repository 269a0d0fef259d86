import { checkArguments } from '../../src/tools/arguments.ts';
import { tools } from '../../src/tools/index.ts';
import type { RegisteredTool } from '../../src/tools/index.ts';
import type { Args } from '../../src/tools/tool.ts';
import { moves, standingIn } from './quick-actions.ts';
import { spellings } from './spellings.ts';

/** What must become of an attempt; `docs/POLICY.md` explains each. */
export type Outcome = 'refused' | 'invalid' | 'stays' | 'filtered' | 'answered';

export interface Attempt {
  readonly tool: string;
  readonly how: string;
  readonly args: Args;
  readonly outcome: Outcome;
}

interface Section {
  readonly title: string;
  /** The settings of the deployment. */
  readonly env: Readonly<Record<string, string>>;
  /** What the caller's request says. */
  readonly headers: Readonly<Record<string, string>>;
  /** The projects to which requests may go, in every name that GitLab knows them by. */
  readonly inside: readonly string[];
  readonly attempts: readonly Attempt[];
}

const all = [...tools.values()];
const inProject = all.filter(({ reach }) => reach === 'project');
const app = ['1', 'team/app'];
const listed = { env: { GITLAB_ALLOWED_PROJECT_IDS: 'team/app' }, headers: {}, inside: app };

const outcomes = {
  project: 'stays',
  projects: 'filtered',
  items: 'filtered',
  people: 'answered',
  beyond: 'refused',
} as const;

const asExampled = (tool: RegisteredTool): Attempt => ({
  tool: tool.name,
  how: 'its example',
  args: tool.examples[0],
  outcome: outcomes[tool.reach],
});

const exampleOf = (name: string): Args => tools.get(name)?.examples[0] ?? {};

interface Renamed {
  readonly name: string;
  readonly argument: string;
  readonly spelling: (typeof spellings)[number];
}

const elsewhere = ({ name, argument, spelling }: Renamed): Attempt => ({
  tool: name,
  how: `${argument} ${spelling.how}: ${JSON.stringify(spelling.project)}`,
  args: { ...exampleOf(name), [argument]: spelling.project },
  outcome: spelling.isName ? 'refused' : 'invalid',
});

/** Each tool in two of the spellings, so that all of them come again and again. */
const everyTool = inProject.flatMap(({ name }, index) =>
  [index * 2, index * 2 + 1].flatMap((at) => {
    const spelling = spellings[at % spellings.length];
    return spelling === undefined ? [] : [elsewhere({ name, argument: 'project_id', spelling })];
  }),
);

const everySpelling = ['get_issue', 'create_issue'].flatMap((name) =>
  spellings.map((spelling) => elsewhere({ name, argument: 'project_id', spelling })),
);

/** One end of the link is always the allowed project. */
const targets = ['target_project_id', 'project_id'].flatMap((argument) =>
  spellings.map((spelling) => elsewhere({ name: 'create_issue_link', argument, spelling })),
);

const escapes = [
  '../../2/issues/1',
  '..%2f..%2f2',
  '%2e%2e/%2e%2e/2',
  '1/../../../2',
  '1e0',
  '1?project_id=2',
  '1#/../../2',
];

/** The other parts of each tool's path, which try to climb out of the project. */
const climbing = inProject.flatMap((tool, index) => {
  const names = [...tool.endpoint.matchAll(/[:*](?<name>\w+)/gu)].flatMap(({ groups }) => groups?.['name'] ?? []);
  return names
    .filter((name) => name !== 'project_id' && Object.hasOwn(tool.input, name))
    .map((name, place): Attempt => {
      const escape = escapes[(index + place) % escapes.length] ?? '';
      const args = { ...tool.examples[0], [name]: escape };
      return {
        tool: tool.name,
        how: `${name}: ${JSON.stringify(escape)}`,
        args,
        outcome: climbOf(tool, args),
      };
    });
});

function climbOf(tool: RegisteredTool, args: Args): Outcome {
  try {
    checkArguments(tool, args);
    return /(?:\.|%2e){2}/u.test(JSON.stringify(args)) ? 'refused' : 'stays';
  } catch {
    return 'invalid';
  }
}

const attempt = (tool: string, how: string, part: Pick<Attempt, 'args' | 'outcome'>): Attempt => ({
  tool,
  how,
  ...part,
});

const beyond: readonly Attempt[] = [
  attempt('list_projects', 'all that the caller sees', { args: {}, outcome: 'filtered' }),
  attempt('list_projects', 'those of a group', { args: { namespace: 'team' }, outcome: 'filtered' }),
  attempt('list_projects', 'search for another one', { args: { search: 'lib' }, outcome: 'filtered' }),
  attempt('search_repositories', 'search for another one', { args: { query: 'lib' }, outcome: 'filtered' }),
  attempt('search_repositories', 'search by its path', { args: { query: 'team/lib' }, outcome: 'filtered' }),
  attempt('search_repositories', 'search in a group', {
    args: { query: 'lib', namespace: 'team' },
    outcome: 'filtered',
  }),
  attempt('list_group_projects', 'with subgroups', {
    args: { group_id: 'team', include_subgroups: true },
    outcome: 'filtered',
  }),
  attempt('list_group_projects', 'a project as the group', { args: { group_id: 'team/lib' }, outcome: 'filtered' }),
  attempt('my_issues', 'of all projects', { args: { scope: 'all' }, outcome: 'filtered' }),
  attempt('list_events', 'of all projects', { args: {}, outcome: 'filtered' }),
  attempt('fork_repository', 'fork the allowed one', { args: { project_id: 'team/app' }, outcome: 'refused' }),
  attempt('fork_repository', 'fork into a group', {
    args: { project_id: 'team/app', namespace: 'team/subgroup' },
    outcome: 'refused',
  }),
  attempt('fork_repository', 'fork another one', { args: { project_id: 'team/lib' }, outcome: 'refused' }),
  attempt('create_repository', 'in the own namespace', { args: { name: 'Copy' }, outcome: 'refused' }),
  attempt('create_repository', 'in the group', { args: { name: 'Copy', namespace_id: 'team' }, outcome: 'refused' }),
  attempt('promote_milestone', 'to the group', {
    args: { project_id: 'team/app', milestone_id: 301 },
    outcome: 'refused',
  }),
];

const named = (names: readonly string[], outcome: Outcome): readonly Attempt[] =>
  names.map((name) => attempt(name, 'its example', { args: exampleOf(name), outcome }));

const writing = all.filter(({ effect }) => effect !== 'read').map(({ name }) => name);
const destructive = all.filter(({ effect }) => effect === 'destructive').map(({ name }) => name);

/** The allowed project by each of its names, once the list has it by another. */
const own = (outcome: Outcome): readonly Attempt[] =>
  [1, '1', '01', 'team/app', 'TEAM/App', 'team%2Fapp', ' team/app '].map((project) =>
    attempt('get_issue', `the allowed project as ${JSON.stringify(project)}`, {
      args: { project_id: project, issue_iid: 1 },
      outcome,
    }),
  );

const other = (projects: readonly unknown[], outcome: Outcome): readonly Attempt[] =>
  projects.map((project) =>
    attempt('get_issue', `project ${JSON.stringify(project)}`, {
      args: { project_id: project, issue_iid: 1 },
      outcome,
    }),
  );

/** Every attempt, by deployment; the judge is the journal of the stand-in GitLab. */
export const sections: readonly Section[] = [
  {
    title: 'Every tool where it may go',
    ...listed,
    attempts: [...all.map((tool) => asExampled(tool)), ...own('stays')],
  },
  { title: 'Every tool on another project', ...listed, attempts: everyTool },
  { title: 'Every spelling of another project', ...listed, attempts: everySpelling },
  { title: 'Another project at one end of a link', ...listed, attempts: targets },
  { title: 'Climbing out through the rest of the path', ...listed, attempts: climbing },
  { title: 'Groups, searches, forks, new projects', ...listed, attempts: beyond },
  { title: 'Quick actions in texts', ...listed, attempts: moves },
  {
    title: 'A list by number',
    env: { GITLAB_ALLOWED_PROJECT_IDS: '1' },
    headers: {},
    inside: app,
    attempts: [...own('stays'), ...other([2, '11', 'team/lib'], 'refused')],
  },
  {
    title: 'A list with the old path of a moved project',
    env: { GITLAB_ALLOWED_PROJECT_IDS: 'team/old-app' },
    headers: {},
    inside: [...app, 'team/old-app'],
    attempts: [...own('stays'), ...other(['team/old-app'], 'stays'), ...other([2, 'team/lib'], 'refused')],
  },
  {
    title: 'A list that the caller narrows',
    env: { GITLAB_ALLOWED_PROJECT_IDS: '1,team/lib' },
    headers: { 'X-GitLab-Allowed-Project-Ids': 'Team/App, open/handbook, 3' },
    inside: app,
    attempts: [
      ...own('stays'),
      ...other([2, 'team/lib', 3, 'open/handbook', 'team/subgroup/deep.project'], 'refused'),
      ...beyond,
    ],
  },
  {
    title: 'A list that the caller narrows to nothing',
    env: { GITLAB_ALLOWED_PROJECT_IDS: 'team/app' },
    headers: { 'X-GitLab-Allowed-Project-Ids': '2' },
    inside: [],
    attempts: [...own('refused'), ...other([2, 'team/lib'], 'refused'), ...beyond],
  },
  {
    title: 'A list that only the caller has',
    env: {},
    headers: { 'X-GitLab-Allowed-Project-Ids': 'team/app' },
    inside: app,
    attempts: [...own('stays'), ...other([2, 'team/lib'], 'refused'), ...beyond],
  },
  {
    title: 'Read-only mode',
    env: { GITLAB_READ_ONLY_MODE: 'true' },
    headers: { 'X-MCP-Readonly': 'false' },
    inside: app,
    attempts: [...named(writing, 'refused'), ...named(['get_issue', 'get_project'], 'stays')],
  },
  {
    title: 'Read-only by the caller’s header',
    env: {},
    headers: { 'X-MCP-Readonly': 'true' },
    inside: app,
    attempts: [...named(writing, 'refused'), ...named(['get_issue', 'get_project'], 'stays')],
  },
  {
    title: 'No destructive calls',
    env: { GITLAB_ALLOW_DESTRUCTIVE: 'false' },
    headers: {},
    inside: app,
    attempts: [...named(destructive, 'refused'), ...named(['create_issue', 'get_issue'], 'stays')],
  },
  {
    title: 'Quick actions that stand for a tool',
    env: { GITLAB_ALLOW_DESTRUCTIVE: 'false', GITLAB_DENIED_TOOLS: 'create_pipeline' },
    headers: {},
    inside: app,
    attempts: [...standingIn, ...named(['create_issue_note', 'create_note', 'update_merge_request'], 'stays')],
  },
  {
    title: 'Denied tools',
    env: { GITLAB_DENIED_TOOLS: 'get_issue,create_issue' },
    headers: {},
    inside: app,
    attempts: [...named(['get_issue', 'create_issue'], 'refused'), ...named(['list_issues', 'update_issue'], 'stays')],
  },
  {
    title: 'Allowed tools',
    env: { GITLAB_ALLOWED_TOOLS: 'get_issue,create_issue', GITLAB_DENIED_TOOLS: 'create_issue' },
    headers: {},
    inside: app,
    attempts: [...named(['get_issue'], 'stays'), ...named(['create_issue', 'list_issues', 'list_projects'], 'refused')],
  },
  {
    title: 'Toolsets by the caller’s header',
    env: { USE_PIPELINE: 'false' },
    headers: { 'X-MCP-Toolsets': 'issues, pipelines' },
    inside: app,
    attempts: [
      ...named(['get_issue', 'create_issue_note'], 'stays'),
      ...named(['list_pipelines', 'get_merge_request', 'list_projects', 'delete_release'], 'refused'),
    ],
  },
];
