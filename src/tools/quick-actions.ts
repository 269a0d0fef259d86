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

/** Quick actions that do what a tool does, beside changing fields of the issue or merge request that they stand in. */
export const standIns: readonly (readonly [command: string, tool: string])[] = [
  ['merge', 'merge_merge_request'],
  ['ship', 'merge_merge_request'],
  ['ship', 'create_pipeline'],
  ['run_pipeline', 'create_pipeline'],
  ['create_merge_request', 'create_merge_request'],
  ['submit_review', 'bulk_publish_draft_notes'],
  ['clone', 'create_issue'],
  ['relate', 'create_issue_link'],
  ['blocks', 'create_issue_link'],
  ['blocked_by', 'create_issue_link'],
  ['unlink', 'delete_issue_link'],
];

const command = /^\s*\/(?<name>[a-z_]+)\b(?<rest>[^\n]*)/iu;

interface Command {
  /** As GitLab knows it, without the slash. */
  readonly name: string;
  readonly rest: string;
}

/**
 * The commands that GitLab may see in a text: it takes carriage returns away first, and ends a line at nothing but a line
 * feed (`lib/gitlab/quick_actions/extractor.rb`). That it passes over code and quotations is left to it.
 */
function commandsIn(text: string): readonly Command[] {
  return text
    .replaceAll('\r', '')
    .split('\n')
    .flatMap((line) => {
      const { name, rest = '' } = command.exec(line)?.groups ?? {};
      return name === undefined ? [] : [{ name: name.toLowerCase(), rest }];
    });
}

/** Whether GitLab may obey the text: it would do so each time that it is sent. */
export const hasCommand = (text: string): boolean => commandsIn(text).length > 0;

/** `#7`, `!12`: within the project of the text itself. */
const ownReference = /[#!]\d+,?/gu;

/** Whether there is nothing else. One pattern for all would overflow the stack at a few megabytes. */
const areOwnReferences = (text: string): boolean =>
  text.trim() !== '' && text.replaceAll(ownReference, '').trim() === '';

/** The first command of a text that can reach beyond its own project, such as `/move`. */
export function findCommand(text: string): string | undefined {
  const found = commandsIn(text).find(({ name, rest }) => reaching.has(name) && !areOwnReferences(rest));
  return found && `/${found.name}`;
}

/** The tools for which commands of the texts stand, each with its command. */
export function standInsOf(texts: readonly string[]): readonly { readonly command: string; readonly tool: string }[] {
  const names = new Set(texts.flatMap((text) => commandsIn(text)).map(({ name }) => name));
  return standIns.filter(([name]) => names.has(name)).map(([name, tool]) => ({ command: `/${name}`, tool }));
}
