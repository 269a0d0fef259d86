import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { generatedFiles } from '../../ecs/tools/generated.ts';
import { resolve } from '../../ecs/tools/resolve.ts';
import { loadTemplate } from '../../ecs/tools/template.ts';
import { at } from '../../ecs/tools/value.ts';
import { deployed, deployedWith, deployments, propertiesOf, service, serviceText } from './deployments.ts';

describe('ecs/service.yaml', () => {
  // `aws cloudformation deploy` takes 51,200 bytes without an S3 bucket.
  test('is smaller than 50,000 bytes', () => {
    expect(Buffer.byteLength(serviceText)).toBeLessThan(50_000);
  });

  test('has no anchor and no alias', () => {
    expect(() => loadTemplate(serviceText)).not.toThrow();
  });

  test.each(deployments)('deploys with the parameters "%s"', (_, { refusals }) => {
    expect(refusals).toEqual([]);
  });

  test('is deployed with both sides of each of its conditions', () => {
    const names = Object.keys(service.Conditions);
    const sides = names.map((name) => [name, new Set(deployments.map(([, { conditions }]) => conditions[name])).size]);
    expect(sides).toEqual(names.map((name) => [name, 2]));
  });

  test('makes two services', () => {
    for (const [, { resources }] of deployments) {
      const services = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::ECS::Service');
      expect(services.map(([id]) => id)).toEqual(['ApiService', 'WorkerService']);
    }
  });

  test('refers to resources only that are made too', () => {
    for (const [, { template, resources }] of deployments) {
      const made = new Set([...Object.keys(resources), ...Object.keys(service.Parameters)]);
      const refs = [...JSON.stringify(template).matchAll(/"(?:Ref":|Fn::GetAtt":\[|DependsOn":)"([^"]+)"/gu)];
      expect(refs.length).toBeGreaterThan(20);
      expect(refs.map(([, id]) => id).filter((id) => id === undefined || !made.has(id))).toEqual([]);
    }
  });
});

describe('a rule refuses', () => {
  test.each([
    ['plain HTTP in public', { CertificateArn: '' }, 'PlainHttpOnlyInternal'],
    [
      'a shared listener without its security group',
      { ExistingListenerArn: 'arn' },
      'SharedListenerNeedsSecurityGroup',
    ],
    ['a hosted zone without a name', { HostedZoneId: 'Z1' }, 'HostedZoneNeedsDomainName'],
    ['EC2 without a cluster', { Ec2CapacityProvider: 'mine' }, 'Ec2NeedsExistingCluster'],
    ['OAuth without its settings', { OAuthIssuer: 'https://gitlab.com' }, 'OAuthNeedsItsSettings'],
    ['an image by no digest and no tag', { ImageUri: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/a' }, 'ImageUri'],
    ['an image from elsewhere', { ImageUri: 'docker.io/library/node:24' }, 'ImageUri'],
    ['a base path that ends in a slash', { BasePath: '/gitlab/' }, 'BasePath'],
    ['a queue without replica', { RedisReplicas: '0' }, 'RedisReplicas'],
    ['a size that there is not', { ApiSize: 'huge' }, 'ApiSize'],
    ['a parameter that there is not', { ApiCount: '3' }, 'ApiCount'],
  ])('%s', (_, parameters, rule) => {
    const { refusals } = deployedWith(parameters);
    expect(refusals.length).toBeGreaterThan(0);
    expect(refusals.map((refusal) => refusal.split(':')[0])).toEqual(refusals.map(() => rule));
  });

  test('nothing of plain HTTP where the load balancer is internal', () => {
    expect(deployedWith({ CertificateArn: '', AlbScheme: 'internal' }).refusals).toEqual([]);
  });
});

describe('the endpoint that the stack names', () => {
  test.each([
    ['public', 'https://alb-1.eu-west-1.elb.amazonaws.com/mcp'],
    ['internal', 'http://alb-1.eu-west-1.elb.amazonaws.com/mcp'],
    ['shared', 'https://mcp.example.com/gitlab/mcp'],
    ['operated', 'https://mcp.example.com/mcp'],
  ] as const)('is right for the parameters "%s"', (name, endpoint) => {
    expect(at(deployed(name).template.Outputs, 'Endpoint', 'Value')).toBe(endpoint);
  });
});

describe('the generated files', () => {
  test.each(Object.entries(generatedFiles(service)))('%s say what the template says', (path, content) => {
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(content);
  });
});

describe('ecs/network.yaml', () => {
  const network = loadTemplate(readFileSync('ecs/network.yaml', 'utf8'));

  test('puts out what ecs/service.yaml takes', () => {
    expect(Object.keys(network.Outputs)).toEqual(['VpcId', 'PublicSubnetIds', 'PrivateSubnetIds']);
    expect(Object.keys(service.Parameters)).toEqual(expect.arrayContaining(Object.keys(network.Outputs)));
  });

  test.each([
    ['false', 'NatGatewayA'],
    ['true', 'NatGatewayB'],
  ])('sends the second private subnet through a gateway of its own where that is %s', (NatGatewayPerZone, gateway) => {
    const deployment = resolve(network, { parameters: { NatGatewayPerZone } });
    expect(propertiesOf(deployment, 'PrivateDefaultRouteB')['NatGatewayId']).toEqual({ Ref: gateway });
    expect(propertiesOf(deployment, 'PrivateDefaultRouteA')['NatGatewayId']).toEqual({ Ref: 'NatGatewayA' });
  });

  test('gives no machine a public address by itself', () => {
    const { resources } = resolve(network, { parameters: {} });
    const subnets = Object.values(resources).filter(({ Type }) => Type === 'AWS::EC2::Subnet');
    expect(subnets.map(({ Properties }) => Properties['MapPublicIpOnLaunch'])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

test('ECR keeps 10 releases, 10 that were deployed, 5 of staging, untagged images a day and development a week', () => {
  const { rules } = z
    .object({ rules: z.array(z.object({ selection: z.record(z.string(), z.unknown()) })) })
    .parse(JSON.parse(readFileSync('ecs/ecr-lifecycle.json', 'utf8')));
  expect(rules.map(({ selection }) => selection)).toEqual([
    { tagStatus: 'tagged', tagPatternList: ['release-*'], countType: 'imageCountMoreThan', countNumber: 10 },
    { tagStatus: 'tagged', tagPatternList: ['deployed-*'], countType: 'imageCountMoreThan', countNumber: 10 },
    { tagStatus: 'tagged', tagPatternList: ['staging-*'], countType: 'imageCountMoreThan', countNumber: 5 },
    { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 },
    {
      tagStatus: 'tagged',
      tagPatternList: ['dev-*'],
      countType: 'sinceImagePushed',
      countUnit: 'days',
      countNumber: 7,
    },
    // An image that a rule of lower number keeps is not touched by a later one.
    {
      tagStatus: 'tagged',
      tagPatternList: ['*'],
      countType: 'sinceImagePushed',
      countUnit: 'days',
      countNumber: 30,
    },
  ]);
});
