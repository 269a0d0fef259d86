/**
 * Slash commands in issues, merge requests and notes that GitLab obeys and that can act on another project or on the
 * whole group: https://docs.gitlab.com/user/project/quick_actions/
 */
const reaching: ReadonlySet<string> = new Set([
  'add_child',
  'add_parent',
  'blocked_by',
  'blocks',
  'child_epic',
  'clone',
  'copy_metadata',
  'copy_metadata_from',
  'duplicate',
  'epic',
  'move',
  'parent_epic',
  'promote',
  'promote_to',
  'relate',
  'remove_child',
  'remove_child_epic',
  'set_parent',
  'unlink',
]);

const command = /^[^\S\r\n]*(?<name>\/[a-z_]+)\b(?<rest>.*)$/gimu;

/** Whether GitLab may obey the text: it would do so each time that it is sent. */
export const hasCommand = (text: string): boolean => text.search(command) >= 0;

/** `#7`, `!12`: within the project of the text itself. */
const ownReferences = /^(?:\s*[#!]\d+,?)+\s*$/u;

/** The first command of a text that can reach beyond its own project, such as `/move`. */
export function findCommand(text: string): string | undefined {
  for (const { groups } of text.matchAll(command)) {
    const { name = '', rest = '' } = groups ?? {};
    if (reaching.has(name.slice(1).toLowerCase()) && !ownReferences.test(rest)) return name;
  }
  return undefined;
}
