import { Router } from 'express';

interface HealthOptions {
  readonly name: string;
  /** Why no call can be taken now, or nothing. */
  readonly unreadyReason: () => string | undefined;
}

/**
 * `/health` says that the process lives (the load balancer restarts what does not), `/ready` whether it takes calls.
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
    else response.status(503).json({ status: 'not ready', reason });
  });
  return router;
}
