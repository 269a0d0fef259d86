interface Problem {
  /** https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
  readonly error: 'invalid_token' | 'insufficient_scope';
  /** Without quotation marks. */
  readonly description: string;
  /** Scopes to ask for, where they are others than at the first login. */
  readonly scope?: string;
}

/** Writes WWW-Authenticate, which tells a client where and for which scopes to log in. */
export type Challenge = (problem?: Problem) => string;

/** https://www.rfc-editor.org/rfc/rfc9728#section-5.1; without `scope` Claude Code asks for every scope that GitLab has. */
export function createChallenge(metadataUrl: string, scopes: readonly string[]): Challenge {
  return (problem) => {
    const fields = {
      ...(problem !== undefined && { error: problem.error, error_description: problem.description }),
      scope: problem?.scope ?? scopes.join(' '),
      resource_metadata: metadataUrl,
    };
    const written = Object.entries(fields).map(([name, value]) => `${name}="${value}"`);
    return `Bearer ${written.join(', ')}`;
  };
}
