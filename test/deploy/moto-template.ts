// What `bin/aws` gives to moto: node --import tsx moto-template.ts TEMPLATE STACK REGION QUEUE_SECRET_ARN Name=value…
import { readFileSync } from 'node:fs';
import { resolve } from '../../ecs/tools/resolve.ts';
import { loadTemplate } from '../../ecs/tools/template.ts';

// moto's CloudFormation knows none of these; without them the rest is made.
const missing = /^AWS::(ElastiCache|SecretsManager)::/u;

const [file = '', stack = '', region = '', queueSecret = '', ...pairs] = process.argv.slice(2);

// What AWS would tell of the resources that moto is not given, and of attributes that it does not know.
const known = {
  'AWS::StackName': stack,
  'AWS::Region': region,
  QueueSecret: queueSecret,
  RedisAuth: `arn:aws:secretsmanager:${region}:123456789012:secret:redis-AbCdEf`,
  Redis: 'queue',
  'Redis.PrimaryEndPoint.Address': 'queue.cache.test',
  'Redis.PrimaryEndPoint.Port': '6379',
  'ApiTargets.TargetGroupFullName': 'targetgroup/api/1',
  'Alb.LoadBalancerFullName': 'app/alb/1',
};

/** moto has no Fn::Cidr: the nth /24 of a network is `{ "Fn::Select": [n, { "Fn::Cidr": [network, count, 8] }] }`. */
function withoutCidr(json: string): string {
  return json.replaceAll(
    /\{"Fn::Select":\[(\d),\{"Fn::Cidr":\["(\d+\.\d+)\.\d+\.\d+\/\d+",\d+,8\]\}\]\}/gu,
    '"$2.$1.0/24"',
  );
}

const template = loadTemplate(readFileSync(file, 'utf8'));
const parameters = Object.fromEntries(
  pairs.map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
);
const resolved = resolve(template, { parameters, known });
if (resolved.refusals.length > 0) {
  process.stderr.write(`An error occurred (ValidationError): ${resolved.refusals.join('; ')}\n`);
  process.exit(255);
}
const resources = Object.entries(resolved.template.Resources).filter(
  ([name]) => !missing.test(resolved.resources[name]?.Type ?? ''),
);
const declared = Object.entries(template.Parameters).map(([name, { Default }]): [string, object] => [
  name,
  { Type: 'String', ...(Default === undefined ? {} : { Default: String(Default) }) },
]);
process.stdout.write(
  withoutCidr(
    JSON.stringify({
      ...resolved.template,
      Parameters: Object.fromEntries(declared),
      Resources: Object.fromEntries(resources),
    }),
  ),
);
