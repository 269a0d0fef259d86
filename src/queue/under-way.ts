/** How many calls of each flow are under way at this replica. */
export interface UnderWay {
  readonly of: (flow: string) => number;
  /** One more, until the function given back is called. */
  readonly begin: (flow: string) => () => void;
}

export function createUnderWay(): UnderWay {
  const calls = new Map<string, number>();
  const of = (flow: string): number => calls.get(flow) ?? 0;
  const count = (flow: string, change: number): void => {
    const left = of(flow) + change;
    if (left > 0) calls.set(flow, left);
    else calls.delete(flow);
  };
  return {
    of,
    begin: (flow) => {
      count(flow, 1);
      return () => {
        count(flow, -1);
      };
    },
  };
}
