/** Runs the jobs, at most `width` at a time; the results stand in the order of the jobs. */
export async function pooled<T>(jobs: readonly (() => Promise<T>)[], width: number): Promise<T[]> {
  const results: T[] = [];
  const queue = jobs.entries();
  const lane = async (): Promise<void> => {
    for (const [index, job] of queue) results[index] = await job(); // oxlint-disable-line no-await-in-loop -- a lane does one after the other
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}
