import { timingSafeEqual } from 'node:crypto';
import { inputRequired } from '@modelcontextprotocol/server';
import type { InputRequiredResult } from '@modelcontextprotocol/server';
import { Failure } from '../errors.ts';
import type { KeyedHashes } from '../queue/remembered-hash.ts';
import { standInsOf } from '../tools/quick-actions.ts';
import { askedIn } from '../tools/reach.ts';
import type { Args, Tool } from '../tools/tool.ts';
import { CONFIRM } from './mcp/confirm-reply.ts';
import type { ConfirmReply } from './mcp/confirm-reply.ts';

interface Unconfirmed {
  readonly tool: Tool;
  /** As they will be run, not yet checked. */
  readonly args: Args;
  /** Whose it is. */
  readonly token: string | undefined;
  readonly reply: ConfirmReply;
}

/** How a call stands with its confirmation. */
export interface Confirmation {
  /** A confirmed call has the id under which it was asked about, so that workers too write it once. */
  readonly callId: string;
  readonly args: Args;
  /** The question that the checked arguments still need; NOT_CONFIRMED where it cannot be asked or was denied. */
  readonly ask: (checked: Args) => InputRequiredResult | undefined;
  /** Uses the confirmation up, before the call is queued; fails where that was done before. Who gets an earlier answer uses none. */
  readonly spend: () => void;
}

export type Confirm = (call: Unconfirmed) => Confirmation;

interface ConfirmOptions {
  /** Whether the calls of a tool are confirmed, by its name. */
  readonly asksFirst: (name: string) => boolean;
  /** Keyed with what all replicas share: the first one asks, and an answer to what any has asked counts. */
  readonly hashes: KeyedHashes;
  readonly newId: () => string;
  readonly now: () => number;
}

/** How long a question may be answered. */
const TTL_MS = 300_000;
/** Confirmations that one replica remembers as used; beyond them it refuses new ones. */
const MAX_SPENT = 10_000;

/** Lets destructive calls go only once their user has said yes: docs/CONFIRM.md. */
export function createConfirm(options: ConfirmOptions): Confirm {
  const desk = { ...options, spend: createSpend(options.now) };
  return (call) => {
    const { tool, args, reply } = call;
    const callId = options.newId();
    const free: Confirmation = { callId, args, ask: () => undefined, spend: () => undefined };
    if (!options.asksFirst(tool.name)) return { ...free, ask: unasked(options) };
    return { ...free, ...(reply.canBeAsked ? byQuestion(desk, call, callId) : byArgument(tool, args)) };
  };
}

/** A text may not have GitLab do behind the user's back what a tool is confirmed for. */
const unasked =
  ({ asksFirst }: ConfirmOptions): Confirmation['ask'] =>
  (checked) => {
    const found = standInsOf(askedIn(checked).texts).find(({ tool }) => asksFirst(tool));
    if (found === undefined) return undefined;
    const words = `The text holds the quick action ${found.command}, which would pass by the confirmation of ${found.tool}: call that instead.`;
    throw new Failure('NOT_PERMITTED', words);
  };

interface Desk extends ConfirmOptions {
  readonly spend: ReturnType<typeof createSpend>;
}

const refusal = (words: string) => (): never => {
  throw new Failure('NOT_CONFIRMED', words);
};

function byArgument(tool: Tool, { [CONFIRM]: confirm, ...args }: Args): Partial<Confirmation> {
  if (confirm === true) return { args };
  return {
    args,
    ask: (checked) =>
      refusal(`${describe(tool, checked)} Nothing was done; once the user agrees, repeat the call with confirm=true`)(),
  };
}

function byQuestion(desk: Desk, call: Unconfirmed, callId: string): Partial<Confirmation> {
  const { tool, reply } = call;
  if (reply.answer === 'no') return { ask: refusal(`${tool.name} was declined: nothing was done`) };
  const confirmed = reply.answer === 'yes' ? callIdOf(desk, call) : undefined;
  if (confirmed === undefined) {
    return {
      ask: (checked) => question(describe(tool, checked), stateOf(desk, call, { callId, hash: desk.hashes[0] })),
    };
  }
  return {
    callId: confirmed,
    spend: () => {
      desk.spend(confirmed);
    },
  };
}

const question = (message: string, requestState: string): InputRequiredResult =>
  inputRequired({
    requestState,
    inputRequests: {
      [CONFIRM]: inputRequired.elicit({
        message,
        requestedSchema: {
          type: 'object',
          properties: { [CONFIRM]: { type: 'boolean', title: 'Yes, do it', default: false } },
          required: [CONFIRM],
        },
      }),
    },
  });

interface Asked {
  readonly callId: string;
  readonly hash: KeyedHashes[0];
  readonly expiresAt?: number;
}

/** `<call id>.<expiry>.<MAC over both, token, tool and arguments>`: holds nothing private, and fits one call only. */
function stateOf({ now }: Desk, { token, tool, args }: Unconfirmed, asked: Asked): string {
  const { callId, hash, expiresAt = now() + TTL_MS } = asked;
  const sorted = Object.entries(args).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const mac = hash('confirm', JSON.stringify([callId, expiresAt, token, tool.name, sorted]));
  return [callId, String(expiresAt), mac].join('.');
}

/** The id in a state that was made here for this very call and is not too old. */
function callIdOf(desk: Desk, call: Unconfirmed): string | undefined {
  const given = call.reply.state ?? '';
  const [callId = '', expiry] = given.split('.');
  const expiresAt = Number(expiry);
  const isOurs = desk.hashes.some((hash) => areSame(given, stateOf(desk, call, { callId, hash, expiresAt })));
  return isOurs && desk.now() < expiresAt ? callId : undefined;
}

function areSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Takes each confirmation once: remembers the used ones for as long as their states can live. */
function createSpend(now: () => number): (callId: string) => void {
  // In the order of their expiry, as each is kept equally long.
  const spent = new Map<string, number>();
  return (callId) => {
    for (const [old, until] of spent) {
      if (until > now()) break;
      spent.delete(old);
    }
    if (spent.has(callId)) {
      throw new Failure(
        'OUTCOME_UNKNOWN',
        'This confirmation was used before, and is good for one call: that one may have happened or be under way, and only its ' +
          'own idempotency key gets its answer. This one was not made',
      );
    }
    if (spent.size >= MAX_SPENT) throw new Failure('BUSY', 'Too many calls were confirmed in the last minutes');
    spent.set(callId, now() + TTL_MS);
  };
}

/** What cannot be seen could make the user read something else. */
const visible = (text: string): string =>
  text.replaceAll(/\p{C}/gu, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`);

/**
 * What a call would do: the arguments that name its target or switch something are shown, others (texts, which may be long
 * or private) only named.
 */
function describe(tool: Tool, checked: Args): string {
  const target = new Set([...tool.endpoint.matchAll(/:(?<name>\w+)/gu)].map(({ groups }) => groups?.['name']));
  const given = Object.entries(checked).filter(([, value]) => value !== undefined);
  const isShown = ([name, value]: readonly [string, unknown]): boolean =>
    target.has(name) || typeof value === 'boolean' || typeof value === 'number';
  const shown = given.filter(isShown).map(([name, value]) => `${name} ${visible(JSON.stringify(value))}`);
  const named = given.filter((each) => !isShown(each)).map(([name]) => name);
  const also = named.length > 0 ? ` (and ${named.join(', ')})` : '';
  return `${tool.name} with ${shown.join(', ')}${also}: ${tool.summary}`;
}
