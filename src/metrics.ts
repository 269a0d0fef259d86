/**
 * The names of the metrics in CloudWatch: the API writes them as embedded metric format, and alarms, scaling and dashboard of
 * ecs/service.yaml read them. Units are CloudWatch's words.
 */
export const metrics = {
  namespace: 'GitLabMcp',
  /** Stack tells deployments apart; Code is a code of src/errors.ts. */
  dimensions: { stack: 'Stack', code: 'Code' },
  /** What the queue is like now: every API task sends the same numbers. */
  gauges: {
    /** Calls that wait or run. */
    Backlog: 'Count',
    /** Calls that a worker could take at once, per live worker; 0 while only GitLab's limit holds them back. */
    RunnableBacklogPerWorker: 'Count',
    /** How long the oldest call has waited that a worker could take at once. */
    OldestWaitingAge: 'Seconds',
    LiveWorkers: 'Count',
  },
  /** What has happened: each API task sends its own. */
  events: {
    Calls: 'Count',
    /** By Stack and Code; all others by Stack. */
    CallFailures: 'Count',
    /** Those of them that did not reach GitLab, or not in time. */
    CallsWithoutGitLab: 'Count',
    GitLab429s: 'Count',
    CallDuration: 'Milliseconds',
  },
} as const;
