/** What a caller wants to see of a job's log. */
export interface LogView {
  readonly head?: number | undefined;
  readonly tail?: number | undefined;
  readonly search?: string | undefined;
  readonly context_lines?: number | undefined;
  readonly invert_match?: boolean | undefined;
  readonly extract?:
    | 'terraform_outputs'
    | 'terraform_resources'
    | 'terraform_all'
    | 'aws_assets'
    | 'errors'
    | 'test_results'
    | undefined;
  readonly format?: 'json' | 'text' | undefined;
  /** Budget of the answer's text; below 2,000 bytes the marks around the lines may exceed it. */
  readonly maxBytes: number;
}
