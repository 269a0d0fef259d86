/** What every tool shares, said once: a model reads it before it sees the tools. */
export const instructions = `GitLab tools.
project_id: the numeric id or the full path (group/project). *_iid: the number shown in GitLab (#7, !12), counted per project; *_id: the internal id.
Lists come in pages: {items, page, per_page, next_page, total}; ask for the next with page=next_page. Absent fields are empty.
Errors begin with a code; OUTCOME_UNKNOWN means that a write may have happened: check before repeating it.`;
