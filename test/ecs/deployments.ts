import { readFileSync } from 'node:fs';
import { parameterSets } from '../../ecs/tools/parameter-sets.ts';
import { resolve } from '../../ecs/tools/resolve.ts';
import type { Resolved } from '../../ecs/tools/resolve.ts';
import { loadTemplate } from '../../ecs/tools/template.ts';
import { at, fieldsOf, listOf, textOf } from '../../ecs/tools/value.ts';
import type { Fields } from '../../ecs/tools/value.ts';

export const serviceText = readFileSync('ecs/service.yaml', 'utf8');
export const service = loadTemplate(serviceText);

/** What AWS would tell of the resources once they are made. */
const known = {
  Credentials: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:mcp/gitlab-AaBbCc',
  QueueSecret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:QueueSecret-AaBbCc',
  RedisAuth: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:RedisAuth-AaBbCc',
  Redis: 'queue-1',
  'Redis.PrimaryEndPoint.Address': 'master.queue-1.cache.amazonaws.com',
  'Redis.PrimaryEndPoint.Port': '6379',
  Cluster: 'cluster-1',
  'ApiService.Name': 'api-1',
  'WorkerService.Name': 'worker-1',
  'Alb.LoadBalancerFullName': 'app/alb-1/0123456789abcdef',
  'Alb.DNSName': 'alb-1.eu-west-1.elb.amazonaws.com',
  'ApiTargets.TargetGroupFullName': 'targetgroup/api-1/0123456789abcdef',
  'ApiLogs.Arn': 'arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/go-mcp-gitlab/api:*',
  'WorkerLogs.Arn': 'arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/go-mcp-gitlab/worker:*',
} as const;

type Name = keyof typeof parameterSets;

/** The template as it is deployed with each set of parameters. */
export const deployments: readonly (readonly [Name, Resolved])[] = Object.entries(parameterSets).map(
  ([name, parameters]) => [nameOf(name), resolve(service, { parameters, known })],
);

export function deployed(name: Name): Resolved {
  return resolve(service, { parameters: parameterSets[name], known });
}

export function deployedWith(parameters: Readonly<Record<string, string>>): Resolved {
  return resolve(service, { parameters: { ...parameterSets.public, ...parameters }, known });
}

function nameOf(name: string): Name {
  const found = Object.keys(parameterSets).find((key): key is Name => key === name);
  if (found === undefined) throw new Error(`no parameter set ${name}`);
  return found;
}

export function propertiesOf({ resources }: Resolved, id: string): Fields {
  const resource = resources[id];
  if (resource === undefined) throw new Error(`there is no resource ${id}`);
  return resource.Properties;
}

export const roles = ['api', 'worker'] as const;
export type Role = (typeof roles)[number];

export function taskOf(deployment: Resolved, role: Role): Fields {
  return propertiesOf(deployment, role === 'api' ? 'ApiTask' : 'WorkerTask');
}

export function serviceOf(deployment: Resolved, role: Role): Fields {
  return propertiesOf(deployment, role === 'api' ? 'ApiService' : 'WorkerService');
}

export function containerOf(deployment: Resolved, role: Role): Fields {
  return fieldsOf(at(taskOf(deployment, role), 'ContainerDefinitions', 0));
}

/** Environment of a container: names with their values. */
export function environmentOf(deployment: Resolved, role: Role): Record<string, string> {
  return pairs(containerOf(deployment, role), 'Environment', 'Value');
}

/** Secrets of a container: names with where they come from. */
export function secretsOf(deployment: Resolved, role: Role): Record<string, string> {
  return pairs(containerOf(deployment, role), 'Secrets', 'ValueFrom');
}

/** The attributes of a load balancer or target group. */
export function attributesOf(deployment: Resolved, id: string, list: string): Record<string, string> {
  const entries = listOf(propertiesOf(deployment, id)[list]);
  return Object.fromEntries(entries.map((entry) => [textOf(at(entry, 'Key')), textOf(at(entry, 'Value'))]));
}

function pairs(container: Fields, list: string, value: string): Record<string, string> {
  return Object.fromEntries(
    listOf(container[list]).map((entry) => [textOf(at(entry, 'Name')), textOf(at(entry, value))]),
  );
}
