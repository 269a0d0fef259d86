import * as z from 'zod';
import { text } from './inputs.ts';
import { defineTool } from './tool.ts';

const users = z.array(z.unknown());

export const getUsers = defineTool({
  name: 'get_users',
  summary: 'Look up users by exact username.',
  effect: 'read',
  endpoint: 'GET /users',
  reach: 'people',
  input: { usernames: z.array(text).min(1).max(20) },
  examples: [{ usernames: ['alice', 'bob'] }],
  shows: ['id', 'username', 'name', 'state', 'web_url', 'asked', 'found'],
  // GitLab takes one username a request: https://docs.gitlab.com/api/users/#list-users
  run: async (ask, { usernames }) => {
    const replies = await Promise.all(usernames.map(async (username) => ask('GET /users', { username })));
    const body = replies.flatMap((reply, index) => {
      const found = users.parse(reply.body);
      return found.length > 0 ? found : [{ asked: usernames[index], found: false }];
    });
    return { body, page: undefined };
  },
});
