import { randomBytes } from 'node:crypto';
import { param } from '../context.ts';
import { invalidParameters, notFound } from '../errors.ts';
import { bytes, created } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';

export const uploadRoutes: readonly Route[] = [
  projectRoute('POST /uploads', 'guest', ({ store, project, file, input }) => {
    if (file?.field !== 'file') throw invalidParameters(`file is ${input.has('file') ? 'invalid' : 'missing'}`);
    const name = file.filename.replaceAll(/[^\p{L}\p{N}._-]/gu, '_');
    const secret = randomBytes(16).toString('hex');
    project.files.set(`${secret}/${name}`, { name, bytes: file.bytes });
    const url = `/uploads/${secret}/${name}`;
    const image = /\.(?:png|jpe?g|gif|svg|webp)$/iu.test(name);
    const alt = image ? name.replace(/\.[^.]+$/u, '') : name;
    return created({
      id: store.nextId('upload'),
      alt,
      url,
      full_path: `/-/project/${String(project.id)}${url}`,
      markdown: `${image ? '!' : ''}[${alt}](${url})`,
    });
  }),
  projectRoute('GET /uploads/:secret/:filename', 'guest', (context) => {
    const file = context.project.files.get(`${param(context, 'secret')}/${param(context, 'filename')}`);
    if (file === undefined) throw notFound('Upload');
    const disposition = `attachment; filename="${encodeURIComponent(file.name)}"; filename*=UTF-8''${encodeURIComponent(file.name)}`;
    return bytes(file.bytes, 'application/octet-stream', { 'Content-Disposition': disposition });
  }),
];
