import * as z from 'zod';
import { fileName, projectId } from './inputs.ts';
import { keptApart, showFile } from './media.ts';
import { defineTool } from './tool.ts';
import { fileInput, formFile } from './upload-file.ts';

export const uploadMarkdown = defineTool({
  name: 'upload_markdown',
  summary: 'Upload a file to a project; the answer holds the markdown that shows it.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/uploads',
  input: { project_id: projectId },
  view: fileInput,
  examples: [
    { project_id: 'team/app', filename: 'log.txt', file: 'SGVsbG8=' },
    { project_id: 'team/app', filename: 'log.txt', file: 'Hello', encoding: 'text' },
  ],
  form: formFile,
  shows: ['markdown', 'url', 'full_path', 'alt'],
  verifyWith: 'get_project',
});

export const downloadAttachment = defineTool({
  name: 'download_attachment',
  summary: 'Read a file that was uploaded to a project: its link is /uploads/<secret>/<filename>.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/uploads/:secret/:filename',
  input: {
    project_id: projectId,
    secret: z.string().regex(/^[0-9a-f]+$/iu, 'is the hexadecimal part of the link'),
    filename: fileName,
  },
  examples: [{ project_id: 'team/app', secret: '0123456789abcdef0123456789abcdef', filename: 'notes.txt' }],
  accept: 'bytes',
  explains: keptApart,
  reply: (reply, { filename }, maxBytes) => showFile(reply, { name: filename, maxBytes }),
});
