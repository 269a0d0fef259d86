import type { Project } from './project.ts';

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string | null;
  readonly priority: number | null;
}

/** A label of a project, with the counts only where they are asked for. */
export function showLabel(project: Project, label: Label, withCounts: boolean): unknown {
  return {
    id: label.id,
    name: label.name,
    description: label.description,
    description_html: label.description ?? '',
    text_color: '#FFFFFF',
    color: label.color,
    archived: false,
    ...(withCounts && counts(project, label.name)),
    subscribed: false,
    priority: label.priority,
    is_project_label: true,
  };
}

function counts(project: Project, name: string): object {
  const issues = [...project.issues.values()].filter((issue) => issue.labels.includes(name));
  const requests = [...project.mergeRequests.values()].filter((each) => each.labels.includes(name));
  return {
    open_issues_count: issues.filter((issue) => issue.state === 'opened').length,
    closed_issues_count: issues.filter((issue) => issue.state === 'closed').length,
    open_merge_requests_count: requests.filter((each) => each.state === 'opened').length,
  };
}
