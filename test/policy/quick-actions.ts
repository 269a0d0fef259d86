import { tools } from '../../src/tools/index.ts';
import type { Attempt } from './table.ts';

const refused = (tool: string, field: string, text: string): Attempt => ({
  tool,
  how: `${field}: ${JSON.stringify(text)}`,
  args: { ...tools.get(tool)?.examples[0], [field]: text },
  outcome: 'refused',
});

/** Commands that can act on another project. */
export const moves: readonly Attempt[] = [
  refused('create_issue', 'description', 'See above.\n/move team/lib'),
  refused('update_issue', 'description', '/clone team/lib'),
  refused('create_issue_note', 'body', '/move team/lib'),
  refused('create_note', 'body', 'Thanks\n/relate team/lib#1'),
  refused('create_note', 'body', '/mo\rve team/lib'),
  refused('create_note', 'body', '/relate #7\r team/lib#1'),
  refused('update_issue_note', 'body', '/duplicate lib#1'),
  refused('create_merge_request', 'description', '/copy_metadata team/lib#1'),
  refused('update_merge_request', 'description', '/MOVE team/lib'),
  refused('create_merge_request_note', 'body', '/blocks team/lib#1'),
  refused('create_merge_request_thread', 'body', '/move team/lib'),
  refused('create_draft_note', 'body', '/unlink team/lib#1'),
  refused('update_draft_note', 'body', '/promote'),
];

/** Commands that do what a tool does: here no destructive one, and not create_pipeline. */
export const standingIn: readonly Attempt[] = [
  refused('create_merge_request_note', 'body', '/ship'),
  refused('create_note', 'body', 'Thanks\n/merge'),
  refused('update_merge_request', 'description', '/run_pi\rpeline'),
  refused('create_issue_note', 'body', '/unlink #2'),
];
