import { createRedisCoordinator } from '../../src/queue/coordinator-redis.ts';
import { spawnRedis } from '../support/redis-server.ts';
import { Redis } from 'ioredis';
const s = await spawnRedis(); const admin = new Redis(s.url);
const onError = (e: Error) => console.log('onError', e.message);
const api = createRedisCoordinator({ url: s.url, prefix: '{g}', role: 'api', onError });
const worker = createRedisCoordinator({ url: s.url, prefix: '{g}', role: 'worker', onError });
const waiting = new Map<number, () => void>();
await api.receive('a', (m) => { const id = m.readUInt32BE(0); waiting.get(id)?.(); waiting.delete(id); });
let id = 0;
const one = async (size: number) => { const b = Buffer.alloc(size); const me = id++; b.writeUInt32BE(me, 0); const got = new Promise<void>((r) => waiting.set(me, r)); await worker.reply('a', b); await got; };
for (let round = 0; round < 3; round++) for (const [c, n, size] of [[1, 2000, 1000], [32, 20000, 1000], [256, 20000, 1000], [8, 300, 1_000_000]] as const) {
  const lat: number[] = []; let left: number = n; const t0 = performance.now(); const cpu = async () => { const i = await admin.info('cpu'); return Number(/used_cpu_user:([\d.]+)/.exec(i)?.[1]) + Number(/used_cpu_sys:([\d.]+)/.exec(i)?.[1]); };
  const c0 = await cpu();
  await Promise.all(Array.from({ length: c }, async () => { while (left-- > 0) { const t = performance.now(); await one(size); lat.push(performance.now() - t); } }));
  const dt = performance.now() - t0; lat.sort((a, b) => a - b);
  console.log({ c, size, p50: lat[lat.length >> 1]?.toFixed(2), p99: lat[Math.floor(lat.length * 0.99)]?.toFixed(2), rps: Math.round(n / dt * 1000), redisUs: Math.round((await cpu() - c0) / n * 1e6) });
}
await api.close(); await worker.close(); admin.disconnect(); await s.stop();
