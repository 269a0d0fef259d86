import { rules } from './rules.ts';
import { script } from './script.ts';

/** KEYS the replica's stream. ARGV message. */
export const reply = script(`
redis.call('XADD', KEYS[1], '*', 'm', ARGV[1])
return redis.call('PEXPIRE', KEYS[1], ${String(rules.replyMs)})
`);

/** KEYS cancelled. ARGV channel, call. */
export const cancel = script(`
redis.call('SET', KEYS[1], '1', 'PX', ${String(rules.cancelMs)})
return redis.call('PUBLISH', ARGV[1], ARGV[2])
`);
