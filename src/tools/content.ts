/** A block of a tool's result: https://modelcontextprotocol.io/specification/2025-06-18/server/tools#tool-result */
export type Content =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly data: string; readonly mimeType: string }
  | {
      readonly type: 'resource';
      readonly resource: { readonly uri: string; readonly blob: string; readonly mimeType: string };
    };

export const textBlock = (text: string): Content => ({ type: 'text', text });

/** Compact: every space costs context. */
export const jsonBlock = (value: unknown): Content => textBlock(JSON.stringify(value));

/** A string as it is, anything else as JSON. */
export const blockOf = (value: unknown): Content => (typeof value === 'string' ? textBlock(value) : jsonBlock(value));
