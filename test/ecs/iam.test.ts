import { describe, expect, test } from 'vitest';
import type { Resolved } from '../../ecs/tools/resolve.ts';
import { at, isList, listOf, textOf } from '../../ecs/tools/value.ts';
import type { Value } from '../../ecs/tools/value.ts';
import { deployed, deployedWith, deployments, propertiesOf, roles, secretsOf } from './deployments.ts';

interface Statement {
  readonly sid: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

const texts = (value: Value | undefined): readonly string[] =>
  (isList(value) ? value : [value]).map((item) => textOf(item));

function statementsOf(deployment: Resolved, role: 'ExecutionRole' | 'TaskRole'): Statement[] {
  return listOf(propertiesOf(deployment, role)['Policies'] ?? []).flatMap((policy) =>
    listOf(at(policy, 'PolicyDocument', 'Statement')).map((statement) => {
      expect(at(statement, 'Effect')).toBe('Allow');
      return {
        sid: textOf(at(statement, 'Sid')),
        actions: texts(at(statement, 'Action')),
        resources: texts(at(statement, 'Resource')),
      };
    }),
  );
}

describe.each(deployments)('with the parameters "%s"', (name, deployment) => {
  const statements = [...statementsOf(deployment, 'ExecutionRole'), ...statementsOf(deployment, 'TaskRole')];

  test('only the login at ECR and the shell of ECS Exec reach every resource, which AWS asks for', () => {
    const wide = statements.filter(({ resources }) => resources.includes('*')).flatMap(({ actions }) => actions);
    expect(wide.filter((action) => !action.startsWith('ssmmessages:'))).toEqual(['ecr:GetAuthorizationToken']);
    expect(wide.some((action) => action.startsWith('ssmmessages:'))).toBe(name === 'operated');
  });

  test('no action is a pattern, and no other resource but the streams of a log group', () => {
    expect(statements.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
    const patterns = statements.flatMap(({ resources }) => resources).filter((resource) => /.\*|[?]/u.test(resource));
    expect(patterns).toEqual([
      'arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/go-mcp-gitlab/api:*',
      'arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/go-mcp-gitlab/worker:*',
    ]);
  });

  test('the execution role reads the secrets that the containers are given, and no other', () => {
    const readable = statements.filter(({ sid }) => sid === 'ReadSecrets').flatMap(({ resources }) => resources);
    const given = roles.flatMap((role) => Object.values(secretsOf(deployment, role)));
    const arns = given.map((from) => from.split(':').slice(0, 7).join(':'));
    expect(new Set(readable)).toEqual(new Set(arns));
    expect(
      readable.every((arn) => /^arn:aws:secretsmanager:eu-west-1:123456789012:secret:[\w/-]+-\w{6}$/u.test(arn)),
    ).toBe(true);
  });

  test('the application itself may do nothing at AWS, unless ECS Exec is on', () => {
    expect(statementsOf(deployment, 'TaskRole').map(({ sid }) => sid)).toEqual(
      name === 'operated' ? ['OpenShell'] : [],
    );
  });

  test('both roles are for ECS tasks of this account and region, and take no managed policy', () => {
    for (const role of ['ExecutionRole', 'TaskRole']) {
      const { AssumeRolePolicyDocument: trust, ManagedPolicyArns: managed } = propertiesOf(deployment, role);
      expect(managed).toBeUndefined();
      expect(at(trust, 'Statement')).toEqual([
        {
          Effect: 'Allow',
          Principal: { Service: 'ecs-tasks.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: {
            StringEquals: { 'aws:SourceAccount': '123456789012' },
            ArnLike: { 'aws:SourceArn': 'arn:aws:ecs:eu-west-1:123456789012:*' },
          },
        },
      ]);
    }
  });
});

describe('the image is pulled', () => {
  test.each([
    [
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com/go-mcp-gitlab:v1.2.3',
      'arn:aws:ecr:eu-west-1:123456789012:repository/go-mcp-gitlab',
    ],
    [
      `210987654321.dkr.ecr.us-east-1.amazonaws.com/mcp/gitlab@sha256:${'0'.repeat(64)}`,
      'arn:aws:ecr:us-east-1:210987654321:repository/mcp/gitlab',
    ],
  ])('from the repository of %s', (ImageUri, repository) => {
    const deployment = deployedWith({ ImageUri });
    expect(deployment.refusals).toEqual([]);
    expect(statementsOf(deployment, 'ExecutionRole').find(({ sid }) => sid === 'PullImage')?.resources).toEqual([
      repository,
    ]);
  });
});

const sids = (deployment: Resolved): string[] => statementsOf(deployment, 'ExecutionRole').map(({ sid }) => sid);

test('the key of existing secrets may be used where it is named', () => {
  expect(sids(deployed('shared'))).toContain('DecryptSecrets');
  expect(sids(deployed('public'))).not.toContain('DecryptSecrets');
});
