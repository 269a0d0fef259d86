/** The numbers that both coordinators work with. */
export const rules = {
  /** The calls of a replica that gave no sign of life for so long are not begun. */
  aliveMs: 15_000,
  /** A worker that gave no sign of life for so long is not counted. */
  workerAliveMs: 2500,
  /** As long as a call may live at most (CALL_TIMEOUT_MS): a cancel is not forgotten before its call. */
  cancelMs: 600_000,
  replyMs: 60_000,
  /** What was learned of a gate is believed for so long. */
  gateMs: 600_000,
  tagMs: 300_000,
  /** Longer than a tag lives: virtual time starts again only when no tag remembers the old one. */
  virtualTimeMs: 600_000,
  /** Tags start again at 1 here in any case; BullMQ takes priorities up to 2,097,152. */
  maxTag: 2_000_000,
  /**
   * From here on tags start again as soon as no call is outstanding: what waits at a fresh start is served only after all new
   * calls. So far above `tagWindow` that no flow remembers a tag that would be believed after it.
   */
  idleTag: 1_500_000,
  /** No user has so many calls waiting: a tag further ahead of virtual time is from before the last fresh start. */
  tagWindow: 1_000_000,

  /** How far apart calls start after a block where no limit is known, so that they do not all come at once. */
  blockSpacingMs: 50,
  /** Who has not come back so long after its turn is not waited for: it was cancelled, or its worker died. */
  absentMs: 2000,
  /** While one request finds out what GitLab says of a gate, the others look again after … */
  askAgainMs: 40,
  /** … and go without an answer after this. */
  askFirstMs: 1000,
  /** Of a known limit so much is used: others may use the same token, and clocks differ. */
  share: 0.95,
  /** Nothing is sent in the first milliseconds of a period, nor in a larger part of it than `openShare`: clocks differ. */
  openMs: 50,
  openShare: 0.05,
  /** Nothing passes in the last ones: what a busy worker, the network or GitLab holds up would be counted into the next period. */
  closeMs: 200,
  closeShare: 0.2,
  /** So much of these is left to a request for its way to GitLab. */
  wayShare: 0.5,
  /** Spacing after a refusal that named no limit: at first, at most, and how soon it halves. */
  unsaidFirstMs: 100,
  unsaidMostMs: 5000,
  unsaidHalfLifeMs: 60_000,

  /** The breaker opens after so many failures in a row … */
  breakerFailures: 10,
  /** … of so many different calls … */
  breakerCalls: 3,
  /** … which last for at least this long … */
  breakerAfterMs: 10_000,
  /** … and stays so for this long; then one request tries. */
  breakerOpenMs: 5000,
  breakerMs: 60_000,
} as const;
