import { resolve } from './resolve.ts';
import type { Resolved } from './resolve.ts';
import type { Template } from './template.ts';
import { at, fieldsOf, isFields, isList, textOf } from './value.ts';
import type { Fields, Value } from './value.ts';

/** What a deployer by hand replaces in the generated files; the rest is as the template makes it by default. */
const byHand = {
  parameters: {
    ImageUri: '<ACCOUNT_ID>.dkr.ecr.<REGION>.amazonaws.com/go-mcp-gitlab:<TAG>',
    CredentialsSecretArn: '<GITLAB_SECRET_ARN>',
  },
  known: {
    'AWS::AccountId': '<ACCOUNT_ID>',
    'AWS::Region': '<REGION>',
    'ExecutionRole.Arn': 'arn:aws:iam::<ACCOUNT_ID>:role/go-mcp-gitlab-execution',
    'TaskRole.Arn': 'arn:aws:iam::<ACCOUNT_ID>:role/go-mcp-gitlab-task',
    QueueSecret: '<QUEUE_SECRET_ARN>',
    RedisAuth: '<REDIS_AUTH_SECRET_ARN>',
    'Redis.PrimaryEndPoint.Address': '<REDIS_HOST>',
    'Redis.PrimaryEndPoint.Port': '6379',
    ApiLogs: '/ecs/go-mcp-gitlab/api',
    'ApiLogs.Arn': 'arn:aws:logs:<REGION>:<ACCOUNT_ID>:log-group:/ecs/go-mcp-gitlab/api:*',
    WorkerLogs: '/ecs/go-mcp-gitlab/worker',
    'WorkerLogs.Arn': 'arn:aws:logs:<REGION>:<ACCOUNT_ID>:log-group:/ecs/go-mcp-gitlab/worker:*',
  },
} as const;

/** Every file that is generated from the template, by its path. */
export function generatedFiles(template: Template): Readonly<Record<string, Fields>> {
  const { resources } = resolve(template, byHand);
  const withExec = resolve(template, { ...byHand, parameters: { ...byHand.parameters, EnableExec: 'true' } });
  return {
    'ecs/task-definitions/api.json': taskDefinition(resources, 'ApiTask'),
    'ecs/task-definitions/worker.json': taskDefinition(resources, 'WorkerTask'),
    'ecs/iam/trust.json': fieldsOf(resources['ExecutionRole']?.Properties['AssumeRolePolicyDocument']),
    'ecs/iam/execution.json': firstPolicy(resources, 'ExecutionRole'),
    // Only ECS Exec needs it: without it the task role has no policy.
    'ecs/iam/task.json': firstPolicy(withExec.resources, 'TaskRole'),
  };
}

function firstPolicy(resources: Resolved['resources'], role: string): Fields {
  return fieldsOf(at(resources[role]?.Properties, 'Policies', 0, 'PolicyDocument'));
}

/** The input of `aws ecs register-task-definition`. */
function taskDefinition(resources: Resolved['resources'], id: string): Fields {
  return fieldsOf(inEcsSpelling(fieldsOf(resources[id]?.Properties)));
}

/** CloudFormation begins names in upper case, ECS in lower case; the names of log options are free. */
function inEcsSpelling(value: Value, name = ''): Value {
  if (isList(value)) return value.map((item) => inEcsSpelling(item, name));
  if (!isFields(value)) return value;
  if (name === 'Options') return value;
  if (name === 'Environment') return { name: value['Name'] ?? '', value: textOf(value['Value']) };
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      `${key.slice(0, 1).toLowerCase()}${key.slice(1)}`,
      inEcsSpelling(inner, key),
    ]),
  );
}
