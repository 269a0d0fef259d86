import { CLIENT_CAPABILITIES_META_KEY, inputResponse } from '@modelcontextprotocol/server';
import type { McpRequestContext, ServerContext } from '@modelcontextprotocol/server';
import * as z from 'zod';

/** The name of the question in inputRequests and inputResponses, of its one field, and of the argument for older clients. */
export const CONFIRM = 'confirm';

/** What a request says about confirming. */
export interface ConfirmReply {
  /** The client shows its user a form when it is asked to. */
  readonly canBeAsked: boolean;
  /** What the user said to the question; absent before it was asked. */
  readonly answer: 'yes' | 'no' | undefined;
  /** The state that went out with the question. */
  readonly state: string | undefined;
}

const capabilities = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.object({
    elicitation: z.object({ form: z.unknown().optional(), url: z.unknown().optional() }).optional(),
  }),
});

/** Only 2026-07-28 has questions in answers; a bare `elicitation: {}` means forms. */
function canBeAsked(era: McpRequestContext['era'] | undefined, { mcpReq }: ServerContext): boolean {
  const { elicitation } = capabilities.safeParse(mcpReq.envelope).data?.[CLIENT_CAPABILITIES_META_KEY] ?? {};
  if (era !== 'modern' || elicitation === undefined) return false;
  return elicitation.form !== undefined || elicitation.url === undefined;
}

function answerOf({ mcpReq }: ServerContext): ConfirmReply['answer'] {
  const response = inputResponse(mcpReq.inputResponses, CONFIRM);
  if (response.kind !== 'elicit') return undefined;
  return response.action === 'accept' && response.content?.[CONFIRM] === true ? 'yes' : 'no';
}

/** Reads what a request says about confirming: https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/mrtr */
export function confirmReplyOf(era: McpRequestContext['era'] | undefined, context: ServerContext): ConfirmReply {
  const state = context.mcpReq.requestState();
  return {
    canBeAsked: canBeAsked(era, context),
    answer: answerOf(context),
    state: typeof state === 'string' ? state : undefined,
  };
}
