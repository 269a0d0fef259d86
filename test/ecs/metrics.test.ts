import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { isFields, isList } from '../../ecs/tools/value.ts';
import type { Value } from '../../ecs/tools/value.ts';
import { failures } from '../../src/errors.ts';
import { metrics } from '../../src/metrics.ts';
import { deployed, deployments, propertiesOf } from './deployments.ts';

/** A metric as an alarm, a scaling policy or the dashboard reads it. */
interface Read {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

const dimensions = z.array(z.object({ Name: z.string(), Value: z.string() }));
const metric = z.object({ Namespace: z.string(), MetricName: z.string(), Dimensions: dimensions });

/** Every metric that is read by its name and dimensions below a value of the template. */
function readIn(value: Value): Read[] {
  if (isList(value)) return value.flatMap(readIn);
  if (!isFields(value)) return [];
  if (!('MetricName' in value)) return Object.values(value).flatMap(readIn);
  const { Namespace, MetricName, Dimensions } = metric.parse(value);
  const entries = Dimensions.map(({ Name, Value: text }): [string, string] => [Name, text]);
  return [{ namespace: Namespace, name: MetricName, dimensions: Object.fromEntries(entries) }];
}

const dashboard = z.object({
  widgets: z.array(z.object({ properties: z.object({ region: z.string(), metrics: z.array(z.array(z.unknown())) }) })),
});
const expression = z.object({ expression: z.string() });

/** Every metric of the dashboard; "." is what stands there in the line before, "..." the whole line. */
function readByDashboard(body: unknown): Read[] {
  const { widgets } = dashboard.parse(JSON.parse(z.string().parse(body)));
  return widgets.flatMap(({ properties }) => {
    let before: string[] = [];
    return properties.metrics.map((line) => {
      const searched = expression.safeParse(line[0]);
      if (searched.success) return readBySearch(searched.data.expression);
      const words = line.filter((word) => typeof word === 'string');
      before = words[0] === '...' ? before : words.map((word, index) => (word === '.' ? (before[index] ?? '') : word));
      return readOfWords(before);
    });
  });
}

function readOfWords([namespace = '', name = '', ...rest]: readonly string[]): Read {
  const pairs = rest.flatMap((word, index) => (index % 2 === 0 ? [[word, rest[index + 1] ?? ''] as const] : []));
  return { namespace, name, dimensions: Object.fromEntries(pairs) };
}

function readBySearch(text: string): Read {
  const [, schemaText = '', name = '', stack = ''] =
    /^SEARCH\('\{([\w,]+)\} MetricName="(\w+)" Stack="([\w-]+)"', 'Sum', 60\)$/u.exec(text) ?? [];
  const [namespace = '', ...names] = schemaText.split(',');
  return {
    namespace,
    name,
    dimensions: Object.fromEntries(names.map((key) => [key, key === 'Stack' ? stack : 'any'])),
  };
}

const own = new Map(Object.entries({ ...metrics.gauges, ...metrics.events }));
const reads = [
  ...deployments.flatMap(([, { resources }]) => readIn(Object.values(resources).map(({ Properties }) => Properties))),
  ...deployments.flatMap(([, { resources }]) => readByDashboard(resources['Dashboard']?.Properties['DashboardBody'])),
];
const ownReads = reads.filter(({ namespace }) => !namespace.startsWith('AWS/'));

describe('alarms, scaling and dashboard', () => {
  test('read every metric of the service and no other', () => {
    expect(new Set(ownReads.map(({ namespace }) => namespace))).toEqual(new Set([metrics.namespace]));
    expect(new Set(ownReads.map(({ name }) => name))).toEqual(new Set(own.keys()));
  });

  test('read them by the dimensions that they are written with', () => {
    for (const { name, dimensions: by } of ownReads) {
      expect(by[metrics.dimensions.stack]).toBe('go-mcp-gitlab');
      const others = Object.keys(by).filter((key) => key !== metrics.dimensions.stack);
      expect(others).toEqual(name === 'CallFailures' ? [metrics.dimensions.code] : []);
    }
  });

  test('read failures by codes that there are', () => {
    const codes = ownReads.flatMap(({ dimensions: { Code = [] } }) => Code).filter((code) => code !== 'any');
    expect(new Set(codes)).toEqual(new Set(['INTERNAL', 'QUEUE_UNAVAILABLE']));
    expect(Object.keys(failures)).toEqual(expect.arrayContaining(codes));
  });

  // CloudWatch has these by no other dimensions; an alarm over others would stay silent.
  test("read AWS's metrics by the dimensions that AWS writes them with", () => {
    const theirs = reads.filter(({ namespace }) => namespace.startsWith('AWS/'));
    const by = new Set(theirs.map(({ namespace, dimensions: d }) => `${namespace} ${Object.keys(d).join(' ')}`));
    expect(by).toEqual(
      new Set([
        'AWS/ApplicationELB TargetGroup LoadBalancer',
        'AWS/ECS ClusterName ServiceName',
        'AWS/ElastiCache CacheClusterId',
      ]),
    );
  });
});

test('an age is in seconds and a duration in milliseconds', () => {
  expect(Object.fromEntries([...own].filter(([, unit]) => unit !== 'Count'))).toEqual({
    OldestWaitingAge: 'Seconds',
    CallDuration: 'Milliseconds',
  });
  expect(propertiesOf(deployed('public'), 'OldestWaitingAlarm')['Threshold']).toBe(15);
});

describe('what rolls a deployment back', () => {
  test.each(['Api5xxAlarm', 'CallFailuresAlarm', 'GitLabAlarm', 'OldestWaitingAlarm'])(
    '%s is silent while there is nothing to measure',
    (alarm) => {
      expect(propertiesOf(deployed('public'), alarm)['TreatMissingData']).toBe('notBreaching');
    },
  );

  test('is not the alarm that speaks up where no metrics come', () => {
    expect(propertiesOf(deployed('public'), 'NoWorkersAlarm')['TreatMissingData']).toBe('breaching');
  });
});
