/** A caller's OAuth login, as one request knows it. */
export interface Login {
  /** Whether the token's scopes let it change things in GitLab. */
  readonly mayWrite: boolean;
  /** To be called when GitLab does not take the token any more. */
  readonly end: () => void;
  readonly hasEnded: () => boolean;
  /** The WWW-Authenticate that makes the client log in again. */
  readonly again: string;
}
