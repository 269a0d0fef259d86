import * as z from 'zod';

const reply = z.object({
  result: z.object({
    content: z.tuple([z.object({ text: z.string() })]),
    _meta: z.looseObject({ replayed: z.boolean().optional() }).optional(),
  }),
});

/** What a caller hears, and whether it is the answer of an earlier call. */
export interface Told {
  readonly text: string;
  readonly isReplayed: boolean;
}

/** Reads the JSON-RPC answer of a tool call. */
export function toldIn(message: unknown): Told {
  const { content, _meta } = reply.parse(message).result;
  return { text: content[0].text, isReplayed: _meta?.replayed === true };
}
