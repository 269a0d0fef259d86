import { integerParam } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { showJob } from '../entities/pipeline.ts';
import type { Job } from '../entities/pipeline.ts';
import { noSuchRow } from '../errors.ts';
import { bytes, json } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';

export const jobRoutes: readonly Route[] = [
  projectRoute('GET /jobs/:job_id', 'code', (context) =>
    json(showJob(context.store, context.project, findJob(context))),
  ),
  projectRoute('GET /jobs/:job_id/trace', 'code', (context) => {
    const job = findJob(context);
    const disposition = `infile; filename="${String(job.id)}.log"`;
    return bytes(Buffer.from(job.trace), 'text/plain', { 'Content-Disposition': disposition });
  }),
];

function findJob(context: ProjectContext): Job {
  const job = context.project.jobs.get(integerParam(context, 'job_id'));
  if (job === undefined) throw noSuchRow();
  return job;
}
