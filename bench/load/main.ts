import { order } from './plan.ts';
import { createRunner } from './run.ts';

/** The load generator: a process of its own, so that its work delays nothing but itself. Takes plans, reports outcomes. */
const run = createRunner();

process.on('message', (message: unknown) => {
  const { id, plan } = order.parse(message);
  void run(plan).then((outcomes) => process.send?.({ id, outcomes }));
});
// The bench is gone.
process.once('disconnect', () => process.exit(0));
