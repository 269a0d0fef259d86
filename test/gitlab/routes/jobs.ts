import { integerParam } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { showJob } from '../entities/pipeline.ts';
import type { Job } from '../entities/pipeline.ts';
import { badRequest, forbidden, noSuchRow } from '../errors.ts';
import { cancelJob, retryJob, setJob } from '../jobs.ts';
import { bytes, created, json, list } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';

export const jobRoutes: readonly Route[] = [
  projectRoute('GET /jobs', 'code', (context) => {
    const rows = [...context.project.jobs.values()].filter((job) => job.kind === 'build').toReversed();
    return list({
      rows,
      show: (job) => shown(context, job),
      counted: false,
      keyset: { type: 'Ci::Build', by: 'cursor', key: (job) => Buffer.from(String(job.id)).toString('base64url') },
    });
  }),
  projectRoute('GET /jobs/:job_id', 'code', (context) => json(shown(context, findJob(context)))),
  projectRoute('GET /jobs/:job_id/trace', 'code', (context) => {
    const job = findJob(context);
    const disposition = `infile; filename="${String(job.id)}.log"`;
    return bytes(Buffer.from(job.trace), 'text/plain', { 'Content-Disposition': disposition });
  }),
  projectRoute('POST /jobs/:job_id/play', 'developer', (context) => {
    const job = findJob(context);
    if (job.status !== 'manual' && job.status !== 'scheduled') throw badRequest('Unplayable Job');
    return json(shown(context, setJob(context, { ...job, status: 'pending', userId: context.viewer.id })));
  }),
  projectRoute('POST /jobs/:job_id/retry', 'developer', (context) => {
    const job = findJob(context);
    const retryable = job.status === 'failed' || job.status === 'canceled' || job.status === 'success';
    if (job.retried || !retryable) throw forbidden('Job is not retryable');
    return created(shown(context, retryJob(context, job)));
  }),
  projectRoute('POST /jobs/:job_id/cancel', 'developer', (context) =>
    created(shown(context, cancelJob(context, findJob(context)))),
  ),
];

function shown({ store, project }: ProjectContext, job: Job): unknown {
  return showJob(store, project, job);
}

function findJob(context: ProjectContext): Job {
  const job = context.project.jobs.get(integerParam(context, 'job_id'));
  if (job === undefined) throw noSuchRow();
  return job;
}
