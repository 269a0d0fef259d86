import { expect, test } from 'vitest';
import { withTokenOwner } from '../../src/worker/whose-token.ts';

const refused = { code: 'GITLAB_UNAUTHORIZED', detail: 'GitLab answered: 401 Unauthorized' } as const;

test.each([
  ['X-GitLab-Token', 'It was your own token, from the X-GitLab-Token header.'],
  ['PRIVATE-TOKEN', 'It was your own token, from the PRIVATE-TOKEN header.'],
  ['Authorization', 'It was your own token, from the Authorization header.'],
  ['OAuth', 'It was the token of your OAuth login: log in again.'],
  ['server', "It was this server's shared token: its operator has to renew GITLAB_PERSONAL_ACCESS_TOKEN."],
] as const)('a 401 of GitLab under the token from %s says whose it was', (from, words) => {
  expect(withTokenOwner(refused, from).detail).toBe(`GitLab answered: 401 Unauthorized. ${words}`);
});

test('another failure says nothing of tokens', () => {
  const failed = { code: 'GITLAB_FORBIDDEN', detail: 'GitLab answered: 403' } as const;

  expect(withTokenOwner(failed, 'server')).toBe(failed);
});
