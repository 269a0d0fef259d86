import { ownCopy } from '../fit-bytes.ts';
import type { Extractor, Finding } from './extractor.ts';
import { createFindings } from './findings.ts';

interface Asset extends Finding {
  readonly count: number;
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
  'g',
);
const stackName = String.raw`([A-Za-z][\w-]{0,127})`;

const rules: readonly AssetRule[] = [
  {
    hint: 'arn:aws',
    pattern: /\b(arn:aws[\w-]*:[\w-]+:[\w-]*:(?:\d{12}|aws)?:[^\s"'`<>()[\]{},;\\]+)/g,
    kind: () => 'arn',
  },
  { hint: '-', pattern: idPattern, kind: ([, id = '']) => idKinds[id.slice(0, id.lastIndexOf('-'))] ?? 'id' },
  { hint: 's3://', pattern: /\b(s3:\/\/[\w.-]+(?:\/[^\s"'`<>()[\]{},;\\]*)?)/g, kind: () => 's3' },
  {
    hint: 'amazonaws.com',
    pattern: /(https?:\/\/(?:[\w.-]+\.)?s3[\w.-]*\.amazonaws\.com(?:\.cn)?\/[^\s"'`<>()[\]{},;\\]*)/g,
    kind: () => 's3',
  },
  {
    hint: '.dkr.ecr.',
    pattern:
      /\b(\d{12}\.dkr\.ecr\.[\w-]+\.amazonaws\.com(?:\.cn)?(?:\/[\w./-]+(?::[\w.-]+)?(?:@sha256:[\da-f]{64})?)?)/g,
    kind: () => 'ecr-image',
  },
  { hint: 'public.ecr.aws/', pattern: /\b(public\.ecr\.aws\/[\w./-]+(?::[\w.-]+)?)/g, kind: () => 'ecr-image' },
  {
    hint: ':stack/',
    pattern: new RegExp(String.raw`:cloudformation:[\w-]*:\d{12}:stack/${stackName}`, 'g'),
    kind: () => 'stack',
  },
  {
    hint: '--stack-name',
    pattern: new RegExp(String.raw`--stack-name[ =]["']?${stackName}`, 'g'),
    kind: () => 'stack',
  },
  {
    hint: 'stack',
    pattern: new RegExp(
      String.raw`(?:Successfully created/updated stack - |deployed to stack |^\s*Stack name\s*: )${stackName}`,
      'gi',
    ),
    kind: () => 'stack',
  },
  { hint: '✅', pattern: new RegExp(String.raw`^\s*✅\s+${stackName}(?: \(|$)`, 'g'), kind: () => 'stack' },
  {
    hint: ': ',
    pattern: new RegExp(
      String.raw`^${stackName}: (?:deploying\.\.\.|destroying\.\.\.|creating CloudFormation changeset)`,
      'g',
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
          const value = ownCopy((match[1] ?? '').replace(/[.:]+$/, ''));
          const key = `${kind(match)} ${value}`;
          const known = assets.get(key);
          assets.set(
            key,
            known === undefined
              ? { kind: kind(match), value, line: n, count: 1 }
              : { ...known, count: known.count + 1 },
          );
        }
      }
    },
    result: () => ({ facts: {}, lists: [assets.list()] }),
  };
}
