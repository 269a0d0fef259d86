import { Failure } from '../errors.ts';
import type { Reply } from './tool.ts';

/** GitLab's reply, or nothing where it knows no such thing. */
export async function ifFound(asked: Promise<Reply>): Promise<Reply | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Failure && error.code === 'GITLAB_NOT_FOUND') return undefined;
    throw error;
  }
}
