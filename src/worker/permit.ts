import type { Grants } from '../caller.ts';
import type { GitLabRequest, Method } from '../gitlab/request.ts';
import type { RegisteredTool } from '../tools/index.ts';
import { assertPermitted, isListed, nameOf } from '../tools/policy.ts';
import { askedBy, withNumbers } from '../tools/reach.ts';
import { projectsShown, sift } from '../tools/sift.ts';
import type { Reply } from '../tools/tool.ts';
import type { CallersProjects } from './projects.ts';

interface PermitOptions {
  readonly grants: Grants;
  readonly tool: RegisteredTool;
  readonly projects: CallersProjects;
}

/** The policy at the last door before GitLab. */
export interface Permit {
  /** The only place where a redirect of the permitted request may lead: its own project. Anywhere without an allow-list. */
  readonly roomOf: (request: GitLabRequest) => string | undefined;
  /** The request as it may be sent, each project in it by its number; throws NOT_PERMITTED. */
  readonly request: (request: GitLabRequest) => Promise<GitLabRequest>;
  /** The reply to a request as it may be shown: nothing of other projects. */
  readonly reply: (reply: Reply, method: Method) => Promise<Reply>;
}

export function createPermit({ grants, tool, projects }: PermitOptions): Permit {
  const known = new Map<string, string>();
  const resolve = async (project: string): Promise<void> => {
    const number = await projects.numberOf(project);
    if (number !== undefined) known.set(nameOf(project), number);
  };
  return {
    roomOf: ({ path }) => (isListed(grants) ? `${path.split('/').slice(0, 3).join('/')}/` : undefined),
    request: async (request) => {
      const asked = askedBy(request);
      assertPermitted(grants, tool, asked);
      if (!isListed(grants)) return request;
      await Promise.all(asked.projects.map(async (project) => resolve(project)));
      // A project without a number keeps its name, and is on no list.
      const numberOf = (project: string): string => known.get(nameOf(project)) ?? project;
      const numbers = new Set(known.values());
      assertPermitted(grants, tool, { ...asked, projects: asked.projects.map((each) => numberOf(each)), numbers });
      const numbered = withNumbers(request, numberOf);
      assertPermitted(grants, tool, { ...askedBy(numbered), numbers });
      return numbered;
    },
    reply: async (reply, method) => {
      if (!isListed(grants)) return reply;
      const numbers = new Set(known.values());
      const isPlain = tool.reach === 'project' && projectsShown(reply.body).every((each) => numbers.has(each));
      if (isPlain || tool.reach === 'people') return reply;
      const allowed = await projects.numbers().catch((error: unknown) => {
        // A write that has happened is answered in any case, and then shows less.
        if (method === 'GET') throw error;
        return numbers;
      });
      return sift(reply, { reach: tool.reach, isAllowed: (project) => allowed.has(project) });
    },
  };
}
