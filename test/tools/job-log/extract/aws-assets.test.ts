import { expect, test } from 'vitest';
import { logFile, readLog } from '../read-log.ts';

test('aws_assets names each thing once, with its first line', () => {
  expect(readLog(logFile('aws'), { extract: 'aws_assets' })).toStrictEqual({
    assets: [
      { kind: 'ecr-image', value: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.4.2', line: 1 },
      { kind: 'ecr-image', value: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app', line: 2 },
      { kind: 'ecr-image', value: 'public.ecr.aws/docker/library/node:20-alpine', line: 4 },
      { kind: 'arn', value: 'arn:aws:sts::123456789012:assumed-role/deploy/ci', line: 5 },
      { kind: 'arn', value: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess', line: 6 },
      { kind: 'arn', value: 'arn:aws:iam::123456789012:role/app', line: 6 },
      { kind: 's3', value: 's3://my-bucket/app/1.4.2/app.js', line: 7 },
      { kind: 's3', value: 'https://my-bucket.s3.eu-west-1.amazonaws.com/app/index.html', line: 8 },
      { kind: 'stack', value: 'shop-prod', line: 9, count: 2 },
      {
        kind: 'arn',
        value: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop-db/5f6a7b80-0000-11ee-be56-0242ac120002',
        line: 11,
      },
      { kind: 'stack', value: 'shop-db', line: 11 },
      { kind: 'stack', value: 'ShopCdkStack', line: 12 },
      { kind: 'stack', value: 'ShopNet', line: 13 },
      { kind: 'instance', value: 'i-0123456789abcdef0', line: 14, count: 2 },
      { kind: 'subnet', value: 'subnet-0123456789abcdef0', line: 14 },
      { kind: 'vpc', value: 'vpc-0123456789abcdef0', line: 14 },
      { kind: 'security-group', value: 'sg-0123abcd', line: 14 },
      { kind: 'volume', value: 'vol-0aaaabbbbccccdddd', line: 15 },
      { kind: 'launch-template', value: 'lt-0aaaabbbbccccdddd', line: 15 },
    ],
    total_lines: 16,
  });
});

test('aws_assets says how many things do not fit', () => {
  const log = Array.from({ length: 500 }, (_, index) => `s3://bucket/key-${String(index)}\n`).join('');
  expect(readLog(log, { extract: 'aws_assets', maxBytes: 3000 })).toMatchObject({
    note: expect.stringMatching(/^4\d\d of 500 assets are left out, the first are shown/u) as unknown,
  });
});

test('a log without AWS says so', () => {
  expect(readLog('hello\n', { extract: 'aws_assets' })).toMatchObject({
    assets: [],
    note: expect.stringContaining('Nothing of this kind') as unknown,
  });
});
