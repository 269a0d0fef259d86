import type { ProjectContext } from './context.ts';
import { diffRefs } from './entities/merge-request.ts';
import type { Position } from './entities/thread.ts';
import { badRequest, invalidParameters } from './errors.ts';
import { diffBetween } from './repository/changes.ts';

/** The `position` of a diff note: all three commits, and a line of a file in the merge request's diff. */
export function readPosition(context: ProjectContext, mergeRequestIid: number): Position | null {
  const position = context.input.record('position');
  if (position === undefined) return null;
  const needed = ['base_sha', 'start_sha', 'head_sha', 'position_type'];
  const missing = needed.filter((name) => !position.has(name)).map((name) => `position[${name}] is missing`);
  if (missing.length > 0) throw invalidParameters(missing.join(', '));
  const read: Position = {
    base_sha: position.requiredText('base_sha'),
    start_sha: position.requiredText('start_sha'),
    head_sha: position.requiredText('head_sha'),
    old_path: position.text('old_path') ?? position.text('new_path') ?? null,
    new_path: position.text('new_path') ?? position.text('old_path') ?? null,
    position_type: position.requiredText('position_type'),
    old_line: position.integer('old_line') ?? null,
    new_line: position.integer('new_line') ?? null,
  };
  if (!isInDiff(context, mergeRequestIid, read)) {
    throw badRequest('Note {:line_code=>["can\'t be blank", "must be a valid line code"]}');
  }
  return read;
}

function isInDiff({ store, project }: ProjectContext, iid: number, position: Position): boolean {
  const mr = project.mergeRequests.get(iid);
  if (mr === undefined || (position.old_line === null && position.new_line === null)) return false;
  const { base, head } = diffRefs(store, project, mr);
  if (base === null || head === null) return false;
  return diffBetween(project.repository, base, head).some((file) => file.new_path === position.new_path);
}
