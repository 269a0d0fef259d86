/** The stand-in GitLab as a container of the compose demo: it listens on loopback only, and this lets the others in. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { startGitLab } from '../gitlab/server.ts';

const PORT = 8929;

const gitlab = await startGitLab();
const inside = Number(new URL(gitlab.url).port);

const relay = createServer((outer) => {
  const inner = connect(inside, '127.0.0.1');
  outer.pipe(inner).pipe(outer);
  outer.on('error', () => {
    inner.destroy();
  });
  inner.on('error', () => {
    outer.destroy();
  });
});
relay.listen(PORT, '0.0.0.0');
await once(relay, 'listening');
process.stdout.write(`stand-in GitLab listens on port ${String(PORT)}\n`);

process.once('SIGTERM', () => {
  relay.close();
  void gitlab.close();
});
