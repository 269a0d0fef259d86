import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server } from 'node:http';
import express from 'express';
import { expect, test } from 'vitest';
import { listen } from '../../src/api/listen.ts';
import { schema } from '../../src/config/settings.ts';
import { attributesOf, containerOf, deployed, environmentOf, roles } from './deployments.ts';

const config = schema.parse({});
const deployment = deployed('public');

const seconds = {
  call: config.CALL_TIMEOUT_MS / 1000,
  apiDrain: config.API_DRAIN_MS / 1000,
  workerDrain: config.WORKER_DRAIN_MS / 1000,
  deregistration: Number(
    attributesOf(deployment, 'ApiTargets', 'TargetGroupAttributes')['deregistration_delay.timeout_seconds'],
  ),
  apiStop: Number(containerOf(deployment, 'api')['StopTimeout']),
  workerStop: Number(containerOf(deployment, 'worker')['StopTimeout']),
  idle: Number(attributesOf(deployment, 'Alb', 'LoadBalancerAttributes')['idle_timeout.timeout_seconds']),
} as const;

test('a call ends before its API leaves the load balancer, which ends before the API drops what is left, then ECS kills it', () => {
  const { call, deregistration, apiDrain, apiStop } = seconds;
  expect([call, deregistration, apiDrain, apiStop]).toEqual([60, 90, 100, 110]);
  expect(call).toBeLessThan(deregistration);
  expect(deregistration).toBeLessThanOrEqual(apiDrain);
  expect(apiDrain).toBeLessThan(apiStop);
});

test('a worker has finished or handed back its calls before ECS kills it, within what Fargate grants', () => {
  const { call, workerDrain, workerStop } = seconds;
  expect([workerDrain, workerStop]).toEqual([110, 120]);
  expect(call).toBeLessThan(workerDrain);
  expect(workerDrain).toBeLessThan(workerStop);
  expect(workerStop).toBeLessThanOrEqual(120);
});

test('the load balancer drops an idle connection before the API does, and outwaits the longest call', async () => {
  const times: [number, number][] = [];
  const note = (message: unknown): void => {
    if (typeof message === 'object' && message !== null && 'server' in message && message.server instanceof Server)
      times.push([message.server.keepAliveTimeout, message.server.headersTimeout]);
  };
  subscribe('http.server.request.start', note);
  const listening = await listen({ app: express(), host: '127.0.0.1', port: 0 });
  await fetch(listening.url);
  await listening.close();
  unsubscribe('http.server.request.start', note);

  expect(seconds.call).toBeLessThan(seconds.idle);
  expect(seconds.idle).toBe(300);
  expect(times).toEqual([[305_000, 310_000]]);
});

test('no variable of the template moves these times', () => {
  for (const role of roles)
    expect(Object.keys(environmentOf(deployment, role)).filter((name) => /_MS$|TIMEOUT/u.test(name))).toEqual([]);
});
