import * as z from 'zod';
import type { GitLabServer } from '../gitlab/server.ts';
import { post } from './clients.ts';

type Call = Readonly<{ name: string; arguments: Readonly<Record<string, unknown>> }>;

export const alice = { 'X-GitLab-Token': 'glpat-alice' };

/** What the tests of confirmation want to destroy, and the request that does it. */
export const deleteIssue = { name: 'delete_issue', arguments: { project_id: 'team/app', issue_iid: 1 } };
export const DELETED = ['DELETE /api/v4/projects/team%2Fapp/issues/1'];

export function deleteWith(args: Call['arguments']): Call {
  return { ...deleteIssue, arguments: { ...deleteIssue.arguments, ...args } };
}

/** What has reached GitLab and could have destroyed something. */
export const writesAt = ({ journal }: GitLabServer): readonly string[] =>
  journal
    .entries()
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`);

interface Leg {
  /** Sent together with a yes. */
  readonly state?: string;
  readonly call?: Call;
  readonly headers?: Readonly<Record<string, string>>;
  readonly action?: string;
  readonly capabilities?: object;
}

/** One tools/call of 2026-07-28, as an SDK client posts it. */
export async function postLeg(url: string, options: Leg = {}): Promise<Response> {
  const { state, call = deleteIssue, headers = alice, action = 'accept', capabilities = { elicitation: {} } } = options;
  const reply = { requestState: state, inputResponses: { confirm: { action, content: { confirm: true } } } };
  const params = {
    ...call,
    ...(state !== undefined && reply),
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': capabilities,
    },
  };
  const own = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'tools/call', 'Mcp-Name': call.name };
  const accept = { Accept: 'application/json, text/event-stream' };
  return post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params }, { ...own, ...accept, ...headers });
}

const question = z.object({ resultType: z.literal('input_required'), requestState: z.string() });

/** The state of a question; throws at anything else. */
export const stateIn = (result: unknown): string => question.parse(result).requestState;

/** The state of the question that a first call leads to. */
export async function askFor(url: string): Promise<string> {
  return stateIn(z.object({ result: z.unknown() }).parse(await (await postLeg(url)).json()).result);
}
