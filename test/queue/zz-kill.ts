import { createRedisCoordinator } from '../../src/queue/coordinator-redis.ts';
import { spawnRedis } from '../../test/support/redis-server.ts';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
const s = await spawnRedis(); const admin = new Redis(s.url);
const onError = (e: Error) => console.log('onError', e.message);
const api = createRedisCoordinator({ url: s.url, prefix: '{g}', role: 'api', onError });
const worker = createRedisCoordinator({ url: s.url, prefix: '{g}', role: 'worker', onError });
const size = Number(process.argv[2] ?? 1000), kills = Number(process.argv[3] ?? 200);
let got = 0, next = 0, dup = 0, gap = 0; await api.receive('a', (m) => { got++; const id = m.readUInt32BE(0); if (id < next) dup++; else { if (id > next) gap += id - next; next = id + 1; } });
console.log('ready', api.isReady());
let sent = 0, stop = false;
const sending = (async () => { while (!stop) { await Promise.all(Array.from({length:4}, (_, i) => { const b = Buffer.alloc(size); b.writeUInt32BE(sent + i, 0); return worker.reply('a', b); })); sent += 4; await sleep(1); } })();
for (let k = 0; k < kills; k++) { await sleep(150 + Math.random()*10); const list = String(await admin.client('LIST')); const id = /id=(\d+) .*name=gitlab-replies /.exec(list)?.[1]; if (id) await admin.client('KILL', 'ID', id).catch(()=>0); else console.log('none'); }
stop = true; await sending; for (let i = 0; i < 200 && got < sent; i++) await sleep(50); console.log({ dup, gap, sent, got, lost: sent - got, kills });
const t = Date.now(); await api.close(); await worker.close(); console.log('closed ms', Date.now() - t); admin.disconnect(); await s.stop();
