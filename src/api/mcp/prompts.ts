import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';
import type { Server } from '@modelcontextprotocol/server';
import type { Grants } from '../../caller.ts';
import { fillIn, prompts } from '../../tools/prompts.ts';
import type { Prompt } from '../../tools/prompts.ts';

const offered = ({ toolsets }: Grants): readonly Prompt[] =>
  prompts.filter((prompt) => prompt.toolsets.every((each) => toolsets.includes(each)));

/** Answers prompts/list and prompts/get with the workflows whose tools are on. */
export function servePrompts(server: Server, grants: Grants): void {
  server.setRequestHandler('prompts/list', () => ({
    prompts: offered(grants).map(({ name, description, arguments: takes }) => ({
      name,
      description,
      arguments: takes.map((each) => ({ ...each, required: true })),
    })),
  }));
  server.setRequestHandler('prompts/get', ({ params }) => {
    const prompt = offered(grants).find(({ name }) => name === params.name);
    if (prompt === undefined) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${params.name.slice(0, 100)}`);
    }
    const given = params.arguments ?? {};
    const missing = prompt.arguments.filter(({ name }) => (given[name] ?? '') === '').map(({ name }) => name);
    if (missing.length > 0) {
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${prompt.name} needs ${missing.join(', ')}.`);
    }
    const text = fillIn(prompt, given);
    return { description: prompt.description, messages: [{ role: 'user', content: { type: 'text', text } }] };
  });
}
