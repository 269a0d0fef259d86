import type { JobJson } from 'bullmq';
import { createHeap } from './heap.ts';
import type { Heap } from './heap.ts';

type LineName = 'waiting' | 'prioritized' | 'delayed';

/** Where a job can be, in BullMQ's words; a finished job is nowhere. */
export type PlaceName = LineName | 'active';

/** A place in a line: the lower `rank` is first, then the lower `order`. */
interface Turn {
  readonly name: LineName;
  readonly id: string;
  readonly rank: number;
  readonly order: number;
}

/** A worker's hold on a running job, lost at `until` unless extended. */
interface Hold {
  readonly name: 'active';
  readonly token: string;
  readonly until: number;
}

interface Waiting {
  readonly job: JobJson;
  readonly place: Turn;
}

interface Running {
  readonly job: JobJson;
  readonly place: Hold;
}

export type Held = Waiting | Running;

/** The jobs of one queue, each in exactly one place. */
export interface Places {
  readonly lookUp: (id: string) => Held | undefined;
  readonly count: (name: PlaceName) => number;
  /** Of the jobs with a priority so many that will be ready first, in order. */
  readonly firstInLine: (count: number) => string[];
  /** Behind the others of its priority. */
  lineUp(job: JobJson): void;
  /** Before all others, whatever their priority. */
  goFirst(job: JobJson): void;
  delay(job: JobJson, dueAt: number): void;
  hold(job: JobJson, hold: Pick<Hold, 'token' | 'until'>): void;
  /** Forgets the job and gives it back. */
  leave(id: string): JobJson | undefined;
  nextReady(): string | undefined;
  nextDelayed(): { readonly id: string; readonly dueAt: number } | undefined;
  active(): readonly Running[];
}

interface PlacesOptions {
  /** Called when a job has joined a line, so that a worker has reason to look. */
  readonly onArrival: () => void;
}

export function createPlaces({ onArrival }: PlacesOptions): Places {
  const jobs = new Map<string, Held>();
  const active = new Map<string, Running>();
  const lines = { waiting: createLine(), prioritized: createLine(), delayed: createLine() };
  let turns = 0;

  function join(job: JobJson, turn: Omit<Turn, 'id'>): void {
    const place = { ...turn, id: job.id };
    lines[turn.name].push(place);
    jobs.set(job.id, { job, place });
    onArrival();
  }

  return {
    lookUp: (id) => jobs.get(id),
    count: (name) => (name === 'active' ? active.size : lines[name].size),
    firstInLine: (count) =>
      lines.prioritized
        .sorted()
        .slice(0, count)
        .map(({ id }) => id),
    lineUp: (job) => {
      const rank = job.priority ?? 0;
      join(job, { name: rank > 0 ? 'prioritized' : 'waiting', rank, order: (turns += 1) });
    },
    goFirst: (job) => {
      join(job, { name: 'waiting', rank: 0, order: -(turns += 1) });
    },
    delay: (job, dueAt) => {
      join(job, { name: 'delayed', rank: dueAt, order: (turns += 1) });
    },
    hold: (job, hold) => {
      const held = { job, place: { name: 'active', ...hold } } as const;
      active.set(job.id, held);
      jobs.set(job.id, held);
    },
    leave: (id) => {
      const held = jobs.get(id);
      if (held === undefined) return undefined;
      if (held.place.name === 'active') active.delete(id);
      else lines[held.place.name].delete(held.place);
      jobs.delete(id);
      return held.job;
    },
    nextReady: () => (lines.waiting.peek() ?? lines.prioritized.peek())?.id,
    nextDelayed: () => {
      const next = lines.delayed.peek();
      return next && { id: next.id, dueAt: next.rank };
    },
    active: () => [...active.values()],
  };
}

function createLine(): Heap<Turn> {
  return createHeap<Turn>({
    before: (left, right) => left.rank < right.rank || (left.rank === right.rank && left.order < right.order),
  });
}
