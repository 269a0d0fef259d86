import { describe, expect, test } from 'vitest';
import { logFile, readLog, withTimestamps } from '../read-log.ts';

describe('terraform_outputs', () => {
  test('reads every kind of value after an apply, and keeps masked ones masked', () => {
    const [, applied = ''] = logFile('terraform-apply-colours').split(/(?=Outputs:\n\n)/u);
    expect(readLog(`Outputs:${applied.slice('Outputs:'.length)}`, { extract: 'terraform_outputs' })).toStrictEqual({
      outputs: [
        { name: 'db_password', value: '<sensitive>', sensitive: true, line: 3 },
        { name: 'hosts', value: '[\n  "a-1",\n  "a-2",\n]', line: 4 },
        {
          name: 'ids',
          value: '[\n  "68e13c2b-2fbc-9094-f933-86e1195578df",\n  "7ec218fb-ad40-ea27-2429-24ad808ddf05",\n]',
          line: 8,
        },
        { name: 'replicas', value: '3', line: 12 },
        { name: 'script', value: '<<EOT\n#!/bin/sh\necho "{" \n\ndone = [1\n\nEOT', line: 13 },
        {
          name: 'tags',
          value: '{\n  "env name" = "dev"\n  "team" = {\n    "lead" = "x["\n    "n" = 1\n  }\n}',
          line: 20,
        },
        { name: 'url', value: 'https://app.example.com/', line: 27 },
      ],
      total_lines: 27,
    });
  });

  test('reads what a plan would change', () => {
    expect(readLog(logFile('terraform-plan'), { extract: 'terraform_outputs' })).toMatchObject({
      outputs: [
        { name: 'db_password', change: 'add', value: '(sensitive value)', sensitive: true, line: 46 },
        { name: 'hosts', change: 'change', value: '[\n      - "a-1",\n      + "a-2 [spare",\n    ]', line: 47 },
        { name: 'old_url', change: 'remove', value: '"https://old.example.com/" -> null', line: 51 },
        { name: 'web_id', change: 'add', value: '(known after apply)', line: 52 },
      ],
    });
  });

  test('reads the answer of terraform output', () => {
    const log = '$ terraform -chdir=infra output\nurl = "https://a/"\n$ echo done\nother = "no output"\n';
    expect(readLog(log, { extract: 'terraform_outputs' })).toStrictEqual({
      outputs: [{ name: 'url', value: 'https://a/', line: 2 }],
      total_lines: 4,
    });
  });

  test('gives up on a value that never closes', () => {
    const log = `Outputs:\n\nbad = [\n${'noise\n'.repeat(5000)}Outputs:\n\ngood = 1\n`;
    expect(readLog(log, { extract: 'terraform_outputs', maxBytes: 5000 })).toMatchObject({
      outputs: [
        { name: 'bad', cut: expect.any(Number) as unknown },
        { name: 'good', value: '1', line: 5006 },
      ],
    });
  });
});

describe('terraform_resources', () => {
  test('reads what a plan would do, on modules and keyed instances too', () => {
    expect(readLog(logFile('terraform-plan'), { extract: 'terraform_resources' })).toStrictEqual({
      summaries: [{ text: 'Plan: 3 to add, 1 to change, 4 to destroy.', add: 3, change: 1, destroy: 4, line: 43 }],
      resources: [
        { address: 'aws_s3_bucket.logs', plan: 'changed outside', line: 8 },
        { address: 'module.app.module.web["blue"].aws_instance.this[0]', plan: 'create', line: 15 },
        { address: 'module.app.aws_security_group.web', plan: 'update', line: 20 },
        { address: 'aws_db_instance.main', plan: 'replace', line: 25 },
        { address: 'aws_instance.old[1]', plan: 'destroy', line: 30 },
        { address: 'aws_instance.worn', plan: 'replace', line: 35 },
        { address: 'aws_instance.deposed', plan: 'destroy', line: 39 },
        { address: 'aws_sqs_queue.jobs', plan: 'move', line: 40 },
        { address: 'aws_iam_role.left', plan: 'forget', line: 41 },
      ],
      total_lines: 54,
    });
  });

  test('reads what an apply did, what failed first', () => {
    const answer = readLog(logFile('terraform-aws-apply'), { extract: 'terraform_resources' });
    expect(JSON.parse(JSON.stringify(answer))).toStrictEqual({
      summaries: [],
      resources: [
        { address: 'aws_db_instance.main', unfinished: true, failed: true, line: 10 },
        { address: 'aws_instance.old[1]', id: 'i-0aaaaaaaaaaaaaaaa', applied: 'destroyed', after: '12s', line: 2 },
        {
          address: 'module.app.module.web["blue"].aws_instance.this[0]',
          id: 'i-0123456789abcdef0',
          applied: 'created',
          after: '13s',
          line: 3,
        },
        {
          address: 'module.app.aws_security_group.web',
          id: 'sg-0123456789abcdef0',
          applied: 'updated',
          after: '1s',
          line: 8,
        },
      ],
      total_lines: 24,
    });
  });

  test.each([
    ['Apply complete! Resources: 3 added, 0 changed, 1 destroyed.', { added: 3, changed: 0, destroyed: 1 }],
    ['Destroy complete! Resources: 2 destroyed.', { destroyed: 2 }],
    ['Plan: 1 to import, 2 to add, 0 to change, 0 to destroy.', { import: 1, add: 2, change: 0, destroy: 0 }],
    ['No changes. Your infrastructure matches the configuration.', {}],
  ])('reads "%s"', (text, counts) => {
    expect(readLog(`${text}\n`, { extract: 'terraform_resources' })).toMatchObject({
      summaries: [{ text, ...counts, line: 1 }],
    });
  });

  test('reads the form of older versions', () => {
    const log =
      'aws_instance.web: Still creating... (10s elapsed)\naws_instance.web: Creation complete after 14s (ID: i-1a)\n';
    expect(readLog(log, { extract: 'terraform_resources' })).toMatchObject({
      resources: [{ address: 'aws_instance.web', applied: 'created', after: '14s', id: 'i-1a' }],
    });
  });
});

test('terraform_all finds both on the coloured, timestamped trace of a real apply', () => {
  const log = withTimestamps(logFile('terraform-apply-colours'));
  expect(readLog(log, { extract: 'terraform_all' })).toMatchObject({
    summaries: [{ add: 4 }, { added: 4 }],
    resources: [
      { address: 'terraform_data.web[0]', plan: 'create', applied: 'created', line: 7 },
      { address: 'terraform_data.web[1]', plan: 'create', applied: 'created', line: 14 },
      { address: 'module.net["eu west"].terraform_data.sub', plan: 'create', applied: 'created', line: 21 },
      { address: 'module.net["us"].terraform_data.sub', plan: 'create', applied: 'created', line: 28 },
    ],
    outputs: expect.objectContaining({ length: 14 }) as unknown,
  });
});
