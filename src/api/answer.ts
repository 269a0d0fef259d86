import type { CallToolResult } from '@modelcontextprotocol/server';
import * as z from 'zod';
import { failures } from '../errors.ts';
import type { FailureData } from '../errors.ts';
import type { Answer } from '../queue/call.ts';
import type { Tool } from '../tools/tool.ts';

const structure = z.record(z.string(), z.unknown());

const sentence = (text: string): string => (/[.!?]$/u.test(text) ? text : `${text}.`);

/** A failure in words: what happened, then what to do next. */
export function failureResult(tool: Tool, { code, detail }: FailureData, callId: string): CallToolResult {
  const tools = [tool.verifyWith ?? []].flat().join(' or ');
  const check = code === 'OUTCOME_UNKNOWN' && tools !== '' ? ` Check with ${tools}.` : '';
  const which = code === 'INTERNAL' ? ` Call id: ${callId}.` : '';
  const text = `${code}: ${sentence(detail)}${check}${which} ${failures[code].remedy}`;
  return { content: [{ type: 'text', text }], isError: true };
}

/** The JSON object that an answer's first block holds, if it does. */
function structureOf({ content: [first] }: CallToolResult): Record<string, unknown> | undefined {
  if (first?.type !== 'text' || !first.text.startsWith('{')) return undefined;
  try {
    return structure.parse(JSON.parse(first.text));
  } catch {
    return undefined;
  }
}

interface Manner {
  readonly callId: string;
  readonly isStructured: boolean;
}

/** What the queue brought back as MCP's result of a tool call. */
export function resultOf(tool: Tool, answer: Answer, manner: Manner): CallToolResult {
  return { ...blocksOf(tool, answer, manner), ...(answer.isReplayed === true && REPLAYED) };
}

/** Tells a client that repeated a call under its idempotency key that this is the first call's answer. */
const REPLAYED = { _meta: { replayed: true } } as const;

function blocksOf(tool: Tool, answer: Answer, { callId, isStructured }: Manner): CallToolResult {
  if (!answer.ok) return failureResult(tool, answer, callId);
  // The worker made these blocks after tools/content.ts; the queue carries them unread.
  const result = { content: answer.content as CallToolResult['content'] }; // oxlint-disable-line typescript/no-unsafe-type-assertion -- see above
  const structuredContent = isStructured ? structureOf(result) : undefined;
  return structuredContent === undefined ? result : { ...result, structuredContent };
}
