import { Router } from 'express';
import { CUT_OFF } from '../queue/ask.ts';

interface HealthOptions {
  readonly name: string;
  /** Why no call can be taken now, or nothing. */
  readonly unreadyReason: () => string | undefined;
}

/**
 * `/health` says that the process lives (the container's check restarts what does not), `/ready` whether it takes calls. Where
 * Redis is lost later, `/ready` stays 200: the load balancer would have every replica replaced, by one that cannot become ready.
 * Both come before the gate and the Host check: a load balancer has no token and sends the task's address as Host.
 */
export function createHealth({ name, unreadyReason }: HealthOptions): Router {
  const router = Router();
  router.get('/health', (_request, response) => {
    response.json({ status: 'healthy', server: name });
  });
  router.get('/ready', (_request, response) => {
    const reason = unreadyReason();
    if (reason === undefined) response.json({ status: 'ready' });
    else if (reason === CUT_OFF) response.json({ status: 'degraded', reason });
    else response.status(503).json({ status: 'not ready', reason });
  });
  return router;
}
