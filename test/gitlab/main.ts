import { parseArgs } from 'node:util';
import { startGitLab } from './server.ts';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const server = await startGitLab({ port: Number(values.port) });

const stop = (): void => {
  if (process.connected) process.disconnect();
  void server.close();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
// The process that spawned it is gone.
process.once('disconnect', stop);
process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
