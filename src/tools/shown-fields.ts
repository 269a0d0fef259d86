/** Which fields are shown of what several tools show: chosen so that a reader needs no second call. */

/** The fields of an object that stands inside another one. */
export const inside = (parent: string, fields: readonly string[]): readonly string[] =>
  fields.map((field) => `${parent}.${field}`);

/** An issue of a list. */
export const issueFields = [
  'iid',
  'title',
  'state',
  'labels',
  'author.username',
  'assignees.username',
  'milestone.title',
  'due_date',
  'confidential',
  'user_notes_count',
  'created_at',
  'updated_at',
  'web_url',
];

/** A merge request of a list. */
export const mergeRequestFields = [
  'iid',
  'title',
  'state',
  'draft',
  'source_branch',
  'target_branch',
  'author.username',
  'assignees.username',
  'reviewers.username',
  'labels',
  'milestone.title',
  'detailed_merge_status',
  'has_conflicts',
  'user_notes_count',
  'created_at',
  'updated_at',
  'web_url',
];

/** Where a note stands in a diff: its lines are those of head_sha. GitLab says a type of a draft that stands nowhere, too. */
export const positionFields = inside('position', [
  'head_sha',
  'old_path',
  'new_path',
  'old_line',
  'new_line',
  'line_range',
  'x',
  'y',
]);

const noteFields = [
  'id',
  'author.username',
  'body',
  'created_at',
  'updated_at',
  'system',
  'internal',
  'resolvable',
  'resolved',
  'resolved_by.username',
  'position.position_type',
  ...positionFields,
];

/** A note that was just written; one of quick actions alone (`/close`) has only a summary. */
export const writtenNoteFields = [...noteFields, 'noteable_type', 'noteable_iid', 'commands_changes', 'summary'];

/** A thread with its notes. */
export const threadFields = ['id', 'individual_note', ...inside('notes', noteFields)];

/** A pipeline of a list. */
export const pipelineFields = ['id', 'name', 'status', 'source', 'ref', 'sha', 'created_at', 'updated_at', 'web_url'];

/** A pipeline alone. */
export const wholePipelineFields = [
  ...pipelineFields,
  'tag',
  'detailed_status.label',
  'yaml_errors',
  'user.username',
  'started_at',
  'finished_at',
  'duration',
  'queued_duration',
  'coverage',
];

/** A job of a pipeline, of either kind. */
export const jobFields = [
  'id',
  'name',
  'stage',
  'status',
  'failure_reason',
  'allow_failure',
  'ref',
  'pipeline.id',
  'commit.title',
  'user.username',
  'created_at',
  'started_at',
  'finished_at',
  'duration',
  'queued_duration',
  'coverage',
  'web_url',
];

/** A job that a runner does. */
export const runnerJobFields = [...jobFields, 'runner.description', 'artifacts_file.filename', 'artifacts_file.size'];
