import { ownCopy } from '../fit-bytes.ts';
import type { Extractor, Finding } from './extractor.ts';
import { createFindings } from './findings.ts';

interface Asset extends Finding {
  readonly count?: number;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html */
const idKinds: Readonly<Record<string, string>> = {
  i: 'instance',
  ami: 'image',
  vol: 'volume',
  snap: 'snapshot',
  sg: 'security-group',
  sgr: 'security-group-rule',
  vpc: 'vpc',
  subnet: 'subnet',
  rtb: 'route-table',
  rtbassoc: 'route-table-association',
  igw: 'internet-gateway',
  eigw: 'egress-only-internet-gateway',
  nat: 'nat-gateway',
  eni: 'network-interface',
  eipalloc: 'elastic-ip',
  eipassoc: 'elastic-ip-association',
  acl: 'network-acl',
  dopt: 'dhcp-options',
  pcx: 'vpc-peering',
  vpce: 'vpc-endpoint',
  tgw: 'transit-gateway',
  'tgw-attach': 'transit-gateway-attachment',
  vgw: 'vpn-gateway',
  cgw: 'customer-gateway',
  vpn: 'vpn-connection',
  lt: 'launch-template',
  fs: 'file-system',
  fsap: 'file-system-access-point',
};

interface AssetRule {
  /** Most lines lack it: a quick test before the pattern. */
  readonly hint: string;
  readonly pattern: RegExp;
  readonly kind: (match: readonly string[]) => string;
}

const idPattern = new RegExp(
  String.raw`(?<![\w-])((?:${Object.keys(idKinds).join('|')})-(?:[\da-f]{17}|[\da-f]{8}))(?![\w-])`,
  'gu',
);
const stackName = String.raw`([A-Za-z][\w-]{0,127})`;

const rules: readonly AssetRule[] = [
  {
    hint: 'arn:aws',
    pattern: /\b(arn:aws[\w-]*:[\w-]+:[\w-]*:(?:\d{12}|aws)?:[^\s"'`<>()[\]{},;\\]+)/gu,
    kind: () => 'arn',
  },
  { hint: '-', pattern: idPattern, kind: ([, id = '']) => idKinds[id.slice(0, id.lastIndexOf('-'))] ?? 'id' },
  { hint: 's3://', pattern: /\b(s3:\/\/[\w.-]+(?:\/[^\s"'`<>()[\]{},;\\]*)?)/gu, kind: () => 's3' },
  {
    hint: 'amazonaws.com',
    pattern: /(https?:\/\/(?:[\w.-]{1,120}\.)?s3[\w.-]{0,60}\.amazonaws\.com(?:\.cn)?\/[^\s"'`<>()[\]{},;\\]*)/gu,
    kind: () => 's3',
  },
  {
    hint: '.dkr.ecr.',
    pattern:
      /\b(\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com(?:\.cn)?(?:\/[\w./-]+(?::[\w.-]+)?(?:@sha256:[\da-f]{64})?)?)/gu,
    kind: () => 'ecr-image',
  },
  { hint: 'public.ecr.aws/', pattern: /\b(public\.ecr\.aws\/[\w./-]+(?::[\w.-]+)?)/gu, kind: () => 'ecr-image' },
  {
    hint: ':stack/',
    pattern: new RegExp(String.raw`:cloudformation:[\w-]*:\d{12}:stack/${stackName}`, 'gu'),
    kind: () => 'stack',
  },
  {
    hint: '--stack-name',
    pattern: new RegExp(String.raw`--stack-name[ =]["']?${stackName}`, 'gu'),
    kind: () => 'stack',
  },
  {
    hint: 'tack',
    pattern: new RegExp(
      String.raw`(?:Successfully created/updated stack - |deployed to stack |^\s*Stack name\s*: )${stackName}`,
      'giu',
    ),
    kind: () => 'stack',
  },
  { hint: '✅', pattern: new RegExp(String.raw`^\s*✅\s+${stackName}(?: \(|$)`, 'gu'), kind: () => 'stack' },
  {
    hint: ': ',
    pattern: new RegExp(
      String.raw`^${stackName}: (?:deploying\.\.\.|destroying\.\.\.|creating CloudFormation changeset)`,
      'gu',
    ),
    kind: () => 'stack',
  },
];

/** What a log names of AWS, each thing once with its first line and how often it is named. */
export function createAwsAssets(maxBytes: number): Extractor {
  const assets = createFindings<Asset>('assets', maxBytes);
  return {
    line(n, text) {
      for (const { hint, pattern, kind } of rules) {
        if (!text.includes(hint)) continue;
        for (const match of text.matchAll(pattern)) {
          const value = ownCopy((match[1] ?? '').replace(/[.:]+$/u, ''));
          const key = `${kind(match)} ${value}`;
          const known = assets.get(key);
          assets.set(
            key,
            known === undefined ? { kind: kind(match), value, line: n } : { ...known, count: (known.count ?? 1) + 1 },
          );
        }
      }
    },
    result: () => ({ facts: {}, lists: [assets.list()] }),
  };
}
