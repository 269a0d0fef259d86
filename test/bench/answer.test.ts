import { describe, expect, test } from 'vitest';
import { plainVerdict, verdictOn } from '../../bench/load/answer.ts';

const json = 'application/json; charset=utf-8';
const stream = 'text/event-stream';
const good = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"{}"}]}}';
const unknown =
  '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"OUTCOME_UNKNOWN: It may have happened."}],"isError":true}}';
const progress = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,"message":"data: 1"}}';
const refused = '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Unknown tool: x"}}';

describe('the load generator takes', () => {
  test.each([
    { name: 'a result as one body', status: 200, type: json, body: good, code: 'OK' },
    { name: 'a result as a stream', status: 200, type: stream, body: `event: message\ndata: ${good}\n\n`, code: 'OK' },
    {
      name: 'the last event of a stream',
      status: 200,
      type: stream,
      body: `: hello\n\nevent: message\ndata: ${progress}\n\nevent: message\ndata: ${unknown}\n\n`,
      code: 'OUTCOME_UNKNOWN',
    },
    { name: 'an error of a tool', status: 200, type: json, body: unknown, code: 'OUTCOME_UNKNOWN' },
    { name: 'an error of the protocol', status: 200, type: json, body: refused, code: 'HTTP 200' },
    { name: 'a refusal', status: 429, type: json, body: refused, code: 'HTTP 429' },
    { name: 'a page of a proxy', status: 502, type: 'text/html', body: '<html>', code: 'HTTP 502' },
    { name: 'nothing', status: 200, type: json, body: '', code: 'HTTP 200' },
    {
      name: 'a stream that broke off',
      status: 200,
      type: stream,
      body: 'event: message\ndata: {"jso',
      code: 'HTTP 200',
    },
  ])('$name for $code', ({ code, ...received }) => {
    expect(verdictOn(received).code).toBe(code);
  });

  test.each([
    { status: 200, code: 'OK' },
    { status: 404, code: 'HTTP 404' },
  ])('a $status of GitLab itself for $code', ({ status, code }) => {
    expect(plainVerdict({ status, type: json, body: '{}' }).code).toBe(code);
  });
});
