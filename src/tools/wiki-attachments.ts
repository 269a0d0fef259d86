import { projectId, text } from './inputs.ts';
import { defineTool } from './tool.ts';
import { fileInput, formFile } from './upload-file.ts';

export const uploadWikiAttachment = defineTool({
  name: 'upload_wiki_attachment',
  summary: 'Upload a file to the wiki of a project; the answer holds the markdown that shows it.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/wikis/attachments',
  input: { project_id: projectId, branch: text.optional() },
  view: fileInput,
  examples: [
    { project_id: 'team/app', filename: 'plan.txt', file: 'SGVsbG8=' },
    { project_id: 'team/app', filename: 'plan.txt', file: 'Hello', encoding: 'text', branch: 'main' },
  ],
  form: formFile,
  shows: ['file_name', 'file_path', 'branch', 'link.url', 'link.markdown'],
  verifyWith: 'list_wiki_pages',
});
