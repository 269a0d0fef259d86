import * as fc from 'fast-check';
import * as z from 'zod';
import { expect, test } from 'vitest';
import { Failure } from '../src/errors.ts';
import { createLog } from '../src/log.ts';
import type { Log } from '../src/log.ts';

const lineShape = z.looseObject({ level: z.string(), time: z.iso.datetime(), msg: z.string().optional() });

type Level = Parameters<typeof createLog>[0]['level'];

/** A logger that writes into a list. */
function logInto(lines: string[], options: Omit<Parameters<typeof createLog>[0], 'destination'>): Log {
  return createLog({ ...options, destination: { write: (line) => void lines.push(line) } });
}

/** The lines that `use` leaves in a log of that level. */
function linesOf(level: Level, use: (log: Log) => void): string[] {
  const lines: string[] = [];
  use(logInto(lines, { level }));
  return lines;
}

function onlyLineOf(level: Level, use: (log: Log) => void): z.output<typeof lineShape> {
  const lines = linesOf(level, use);
  expect(lines).toHaveLength(1);
  return lineShape.parse(JSON.parse(lines.join('')));
}

test.each([
  ['off', []],
  ['error', ['error']],
  ['warn', ['error', 'warn']],
  ['info', ['error', 'warn', 'info']],
  ['access', ['error', 'warn', 'info', 'access']],
  ['debug', ['error', 'warn', 'info', 'access', 'debug']],
] as const)('the level %s logs %j', (level, logged) => {
  const lines = linesOf(level, (log) => {
    log.error('');
    log.warn('');
    log.info('');
    log.access('');
    log.debug('');
  });
  expect(lines.map((line) => lineShape.parse(JSON.parse(line)).level)).toEqual(logged);
});

test('a line is one JSON object with level, ISO time and what the base says, without pid and host', () => {
  const lines: string[] = [];
  logInto(lines, { level: 'info', base: { role: 'api' } }).info({ port: 3000 }, 'listening');
  expect(lines.join('')).toMatch(/^\{.*\}\n$/u);
  const line = lineShape.parse(JSON.parse(lines.join('')));
  expect(line).toEqual({ level: 'info', time: line.time, role: 'api', port: 3000, msg: 'listening' });
});

test.each([
  'token',
  'authorization',
  'Authorization',
  'private-token',
  'PRIVATE-TOKEN',
  'x-gitlab-token',
  'x-mcp-auth-token',
  'password',
  'secret',
  'QUEUE_SECRET',
  'sharedToken',
  'set-cookie',
  'args',
  'arguments',
  'body',
])('what is named %s is hidden at every depth', (name) => {
  const hunter = { [name]: 'hunter2' };
  const [line] = linesOf('debug', (log) => {
    log
      .child({ ...hunter, child: hunter })
      .info({ a: { b: [{ c: { d: { e: { f: hunter } } } }] }, g: hunter }, 'words');
  });
  expect(line).not.toContain('hunter2');
  expect(line?.split('"[redacted]"')).toHaveLength(5);
});

test('a hidden object, list or number is hidden whole', () => {
  const line = onlyLineOf('info', (log) => {
    log.info({ args: { title: 'hunter2' }, body: ['hunter2'], secret: 42 });
  });
  expect(line).toMatchObject({ args: '[redacted]', body: '[redacted]', secret: '[redacted]' });
});

test.each([
  ['tokenGiven', true],
  ['token', null],
  ['argumentHash', 'c0ffee'],
  ['maxBodyBytes', 10],
  ['tool', 'get_issue'],
])('%s=%j says nothing secret and stays', (name, value) => {
  const line = onlyLineOf('info', (log) => {
    log.info({ [name]: value });
  });
  expect(line[name]).toBe(value);
});

test.each([
  ['got glpat-hunter2hunter2hunter2 there', 'got [redacted] there'],
  ['got gldt-hunter2.hunter2-x there', 'got [redacted] there'],
  ['sent Authorization: Bearer hunter2hunter2==', 'sent Authorization: Bearer [redacted]'],
  ['redis://user:hunter2@cache:6379/0 is gone', 'redis://[redacted]@cache:6379/0 is gone'],
  ['GET /api/v4/user?private_token=hunter2&page=2', 'GET /api/v4/user?private_token=[redacted]&page=2'],
  ['"token=hunter2" and "next"', '"token=[redacted]" and "next"'],
])('the message %j is logged as %j', (said, logged) => {
  const line = onlyLineOf('info', (log) => {
    log.info(said);
  });
  expect(line.msg).toBe(logged);
});

test('an error is logged with type, code, message and cause, without stack and other fields', () => {
  const cause = Object.assign(new TypeError('socket'), { code: 'ECONNRESET', command: { args: ['hunter2'] } });
  const error = new Failure('GITLAB_UNREACHABLE', 'no connection', { cause });
  const line = onlyLineOf('info', (log) => {
    log.error({ err: error }, 'call failed');
  });
  expect(line['err']).toEqual({
    type: 'Failure',
    code: 'GITLAB_UNREACHABLE',
    message: 'GITLAB_UNREACHABLE: no connection',
    cause: { type: 'TypeError', code: 'ECONNRESET', message: 'socket' },
  });
});

test.each(['err', 'error', 'reason', 'cause'])('an error under %s keeps its message', (name) => {
  const line = onlyLineOf('info', (log) => {
    log.warn({ [name]: new Error('lost') });
  });
  expect(line[name]).toEqual({ type: 'Error', message: 'lost' });
});

test('an error with itself as its cause is logged', () => {
  const error = new Error('round');
  error.cause = error;
  const line = onlyLineOf('info', (log) => {
    log.error(error);
  });
  expect(line.msg).toBe('round');
});

test('the level debug shows the stack', () => {
  const line = onlyLineOf('debug', (log) => {
    log.error(new Error('lost'));
  });
  expect(line).toHaveProperty('err.stack', expect.stringContaining('log.test.ts'));
});

test('whatever is logged, the line is one JSON object with all its fields', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.stringMatching(/^.*(?:token=|:\/\/|bearer )["\\].*@$/u),
      (fields, msg) => {
        const line = onlyLineOf('info', (log) => {
          log.info({ fields, said: msg }, msg);
        });
        expect(Object.keys(line).toSorted()).toEqual(['fields', 'level', 'msg', 'said', 'time']);
      },
    ),
  );
});
