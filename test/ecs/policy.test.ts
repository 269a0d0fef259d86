import { describe, expect, test } from 'vitest';
import { at, listOf } from '../../ecs/tools/value.ts';
import { heapFlags } from '../support/heap-flags.ts';
import {
  attributesOf,
  containerOf,
  deployed,
  deployedWith,
  deployments,
  propertiesOf,
  roles,
  serviceOf,
  taskOf,
} from './deployments.ts';

const tasks = deployments.flatMap(([name, deployment]) => roles.map((role) => [name, role, deployment] as const));

describe.each(tasks)('with the parameters "%s" a container of the %s', (name, role, deployment) => {
  const container = containerOf(deployment, role);

  test('has a root filesystem that cannot be written, unless ECS Exec is on', () => {
    expect(container['ReadonlyRootFilesystem']).toBe(name !== 'operated');
    expect(serviceOf(deployment, role)['EnableExecuteCommand']).toBe(name === 'operated');
  });

  test('runs as another user than root, without capabilities, below an init process', () => {
    expect(container['User']).toBe('1000:1000');
    expect(container['LinuxParameters']).toEqual({ InitProcessEnabled: true, Capabilities: { Drop: ['ALL'] } });
    expect(container['Privileged']).toBeUndefined();
  });

  test('is checked by node itself, without a shell', () => {
    expect(at(container, 'HealthCheck', 'Command')).toEqual(['CMD', 'node', 'dist/healthcheck.js', role]);
    expect(container['Command']).toEqual(['node', ...heapFlags, '--enable-source-maps', `dist/${role}/main.js`]);
  });

  test('is not held up by its log', () => {
    expect(container['LogConfiguration']).toMatchObject({
      LogDriver: 'awslogs',
      Options: { mode: 'non-blocking', 'max-buffer-size': '25m', 'awslogs-group': { Ref: logs[role] } },
    });
    expect(propertiesOf(deployment, logs[role])).toEqual({
      LogGroupName: `/ecs/go-mcp-gitlab/${role}`,
      RetentionInDays: 30,
    });
  });

  test('runs in a private subnet under its own security group', () => {
    expect(at(serviceOf(deployment, role), 'NetworkConfiguration', 'AwsvpcConfiguration')).toEqual({
      AssignPublicIp: 'DISABLED',
      SecurityGroups: [{ Ref: role === 'api' ? 'ApiSecurityGroup' : 'WorkerSecurityGroup' }],
      Subnets: ['subnet-0a1b2c3d4e5f60720', 'subnet-0a1b2c3d4e5f60721'],
    });
  });

  test('is rolled back by the circuit breaker and by alarms', () => {
    expect(serviceOf(deployment, role)['DeploymentConfiguration']).toEqual({
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      Alarms: {
        Enable: true,
        Rollback: true,
        AlarmNames: [role === 'api' ? 'Api5xxAlarm' : 'OldestWaitingAlarm', 'CallFailuresAlarm', 'GitLabAlarm'].map(
          (alarm) => ({ Ref: alarm }),
        ),
      },
    });
  });
});

const logs = { api: 'ApiLogs', worker: 'WorkerLogs' } as const;

describe('compute', () => {
  test('is ARM64 unless X86_64 is asked for', () => {
    for (const [name, role, deployment] of tasks)
      expect(at(taskOf(deployment, role), 'RuntimePlatform', 'CpuArchitecture')).toBe(
        name === 'internal' ? 'X86_64' : 'ARM64',
      );
  });

  test.each([
    ['small', '512', '1024'],
    ['medium', '1024', '2048'],
    ['large', '2048', '4096'],
  ])('of the size %s is what Fargate offers', (size, cpu, memory) => {
    const deployment = deployedWith({ ApiSize: size, WorkerSize: size });
    for (const role of roles) expect(taskOf(deployment, role)).toMatchObject({ Cpu: cpu, Memory: memory });
  });

  test('of the API is on demand, of the worker Spot beyond the first task', () => {
    const deployment = deployed('public');
    expect(serviceOf(deployment, 'api')['LaunchType']).toBe('FARGATE');
    expect(serviceOf(deployment, 'api')['CapacityProviderStrategy']).toBeUndefined();
    expect(serviceOf(deployment, 'worker')['CapacityProviderStrategy']).toEqual([
      { CapacityProvider: 'FARGATE', Base: 1, Weight: 1 },
      { CapacityProvider: 'FARGATE_SPOT', Weight: 3 },
    ]);
  });

  test('is EC2 for both where a capacity provider says so', () => {
    for (const role of roles) {
      expect(serviceOf(deployed('ec2'), role)).toMatchObject({
        Cluster: 'mcp-servers',
        CapacityProviderStrategy: [{ CapacityProvider: 'mcp-instances', Weight: 1 }],
      });
      expect(serviceOf(deployed('ec2'), role)['LaunchType']).toBeUndefined();
      expect(taskOf(deployed('ec2'), role)['RequiresCompatibilities']).toContain('EC2');
    }
  });

  test('is in a cluster of its own, or in an existing one', () => {
    expect(Object.keys(deployed('public').resources)).toContain('Cluster');
    expect(Object.keys(deployed('shared').resources)).not.toContain('Cluster');
    for (const role of roles) expect(serviceOf(deployed('shared'), role)['Cluster']).toBe('mcp-servers');
  });
});

describe.each(deployments)('with the parameters "%s" the queue', (_, deployment) => {
  const redis = propertiesOf(deployment, 'Redis');

  test('loses no key to eviction', () => {
    expect(redis['CacheParameterGroupName']).toEqual({ Ref: 'RedisParameters' });
    expect(propertiesOf(deployment, 'RedisParameters')['Properties']).toEqual({ 'maxmemory-policy': 'noeviction' });
  });

  test('outlives a node and a zone', () => {
    expect(redis).toMatchObject({ ReplicasPerNodeGroup: 1, AutomaticFailoverEnabled: true, MultiAZEnabled: true });
  });

  test('is encrypted and asks for a password that stands in a secret only', () => {
    expect(redis).toMatchObject({
      TransitEncryptionEnabled: true,
      AtRestEncryptionEnabled: true,
      AuthToken: expect.stringMatching(/^\{\{resolve:secretsmanager:arn:aws:[^}]+:SecretString:REDIS_PASSWORD\}\}$/u),
    });
  });

  test('is reached by the tasks only', () => {
    const rules = Object.values(deployment.resources)
      .filter(({ Type }) => Type === 'AWS::EC2::SecurityGroupIngress')
      .filter(({ Properties }) => Properties['FromPort'] === 6379);
    expect(rules.map(({ Properties }) => Properties['SourceSecurityGroupId'])).toEqual([
      { Ref: 'ApiSecurityGroup' },
      { Ref: 'WorkerSecurityGroup' },
    ]);
    expect(propertiesOf(deployment, 'RedisSecurityGroup')['SecurityGroupIngress']).toBeUndefined();
  });
});

describe('the load balancer', () => {
  test('speaks TLS 1.2 and 1.3, redirects plain HTTP, and answers 404 to what is not this service', () => {
    const https = propertiesOf(deployed('public'), 'HttpsListener');
    expect(https).toMatchObject({ Port: 443, SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06' });
    expect(https['DefaultActions']).toMatchObject([
      { FixedResponseConfig: { StatusCode: '404', ContentType: 'application/json' } },
    ]);
    expect(propertiesOf(deployed('public'), 'RedirectListener')).toMatchObject({
      Port: 80,
      DefaultActions: [{ Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443' } }],
    });
    expect(Object.keys(deployed('public').resources)).not.toContain('HttpListener');
  });

  test('is not made where another one is shared, whose rule takes the base path and the OAuth metadata below it', () => {
    const { resources } = deployed('shared');
    expect(Object.keys(resources).filter((id) => /^Alb|Listener$/u.test(id))).toEqual([]);
    const { Conditions: conditions } = propertiesOf(deployed('shared'), 'ApiRule');
    expect(conditions).toEqual([
      {
        Field: 'path-pattern',
        PathPatternConfig: { Values: ['/gitlab', '/gitlab/*', '/.well-known/oauth-protected-resource/gitlab/*'] },
      },
      { Field: 'host-header', HostHeaderConfig: { Values: ['mcp.example.com'] } },
    ]);
    expect(at(propertiesOf(deployed('shared'), 'Api5xxAlarm'), 'Dimensions', 1, 'Value')).toBe(
      'app/mcp/0123456789abcdef',
    );
  });

  test('asks /ready, which is 503 before Valkey was there and while a task stops, and 200 while Valkey is away', () => {
    expect(propertiesOf(deployed('public'), 'ApiTargets')).toMatchObject({
      HealthCheckPath: '/ready',
      TargetType: 'ip',
    });
  });

  test('keeps access logs where a bucket is named', () => {
    const logged = attributesOf(deployed('operated'), 'Alb', 'LoadBalancerAttributes');
    expect(logged).toMatchObject({
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.bucket': 'example-access-logs',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
    });
    expect(Object.keys(attributesOf(deployed('public'), 'Alb', 'LoadBalancerAttributes'))).not.toContain(
      'access_logs.s3.enabled',
    );
  });

  test('alone is open to the world', () => {
    for (const [, { resources }] of deployments) {
      const open = Object.entries(resources)
        .filter(([, { Type }]) => Type.startsWith('AWS::EC2::SecurityGroup'))
        .filter(([, { Properties }]) => JSON.stringify(ingressOf(Properties)).includes('0.0.0.0/0'))
        .map(([id]) => id);
      expect(open.filter((id) => id !== 'AlbSecurityGroup')).toEqual([]);
    }
    expect(JSON.stringify(propertiesOf(deployed('internal'), 'AlbSecurityGroup'))).not.toContain('0.0.0.0/0');
  });
});

function ingressOf(properties: Readonly<Record<string, unknown>>): unknown {
  return [properties['SecurityGroupIngress'] ?? [], properties['GroupId'] === undefined ? [] : properties];
}

describe('scaling', () => {
  test('of the API follows requests per target and CPU', () => {
    const requests = propertiesOf(deployed('public'), 'ApiScalesByRequests');
    expect(requests['TargetTrackingScalingPolicyConfiguration']).toMatchObject({
      TargetValue: 1000,
      PredefinedMetricSpecification: {
        PredefinedMetricType: 'ALBRequestCountPerTarget',
        ResourceLabel: 'app/alb-1/0123456789abcdef/targetgroup/api-1/0123456789abcdef',
      },
    });
    const shared = propertiesOf(deployed('shared'), 'ApiScalesByRequests');
    expect(
      at(shared, 'TargetTrackingScalingPolicyConfiguration', 'PredefinedMetricSpecification', 'ResourceLabel'),
    ).toBe('app/mcp/0123456789abcdef/targetgroup/api-1/0123456789abcdef');
    expect(JSON.stringify(propertiesOf(deployed('public'), 'ApiScalesByCpu'))).toContain(
      'ECSServiceAverageCPUUtilization',
    );
  });

  test('of the workers follows the runnable backlog per worker, from one worker on', () => {
    expect(
      propertiesOf(deployed('public'), 'WorkerScalesByBacklog')['TargetTrackingScalingPolicyConfiguration'],
    ).toMatchObject({
      TargetValue: 32,
      CustomizedMetricSpecification: {
        MetricName: 'RunnableBacklogPerWorker',
        Dimensions: [{ Name: 'Stack', Value: 'go-mcp-gitlab' }],
      },
    });
    expect(deployedWith({ WorkerMin: '0' }).refusals).toEqual(['WorkerMin: is not allowed']);
  });

  test.each(deployments)(
    'with the parameters "%s" names the service as Application Auto Scaling wants it',
    (_, deployment) => {
      const cluster = deployment.conditions['OwnCluster'] === true ? 'cluster-1' : 'mcp-servers';
      expect(propertiesOf(deployment, 'ApiScaling')['ResourceId']).toBe(`service/${cluster}/api-1`);
      expect(propertiesOf(deployment, 'WorkerScaling')['ResourceId']).toBe(`service/${cluster}/worker-1`);
    },
  );
});

test('every alarm goes to the topic, which is not encrypted with the key that alarms cannot use', () => {
  for (const [, { resources }] of deployments) {
    const alarms = Object.values(resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    expect(alarms.length).toBe(8);
    for (const { Properties } of alarms) expect(listOf(Properties['AlarmActions'])).toEqual([{ Ref: 'AlarmTopic' }]);
    expect(resources['AlarmTopic']?.Properties['KmsMasterKeyId']).toBeUndefined();
  }
});
