import type { Caller } from '../caller.ts';
import type { FailureData } from '../errors.ts';

const sentence = (text: string): string => (/[.!?]$/u.test(text) ? text : `${text}.`);

/** A failure that says, where GitLab does not take the token, whose token it was: only its owner can mend that. */
export function withTokenOwner<Failed extends FailureData>(failed: Failed, from: Caller['tokenFrom']): Failed {
  if (failed.code !== 'GITLAB_UNAUTHORIZED') return failed;
  return { ...failed, detail: `${sentence(failed.detail)} ${ownerOf(from)}` };
}

function ownerOf(from: Caller['tokenFrom']): string {
  if (from === 'server') {
    return "It was this server's shared token: its operator has to renew GITLAB_PERSONAL_ACCESS_TOKEN.";
  }
  return from === 'OAuth'
    ? 'It was the token of your OAuth login: log in again.'
    : `It was your own token, from the ${from} header.`;
}
