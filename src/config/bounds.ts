import { wholeNumber } from './forms.ts';
import { notes } from './note.ts';

const milliseconds = () => wholeNumber(1, 3_600_000);
const bytes = () => wholeNumber(1, 268_435_456);
const bytesInFlight = () => wholeNumber(1, 17_179_869_184);

/** How long and how large things may be. */
export const bounds = {
  CALL_TIMEOUT_MS: wholeNumber(1, 600_000).default(60_000).register(notes, {
    group: 'Time limits',
    meaning: 'Longest time from a call to its answer, waiting and retries included.',
    unit: 'ms',
  }),
  GITLAB_CONNECT_TIMEOUT_MS: milliseconds().default(5000).register(notes, {
    group: 'Time limits',
    meaning: 'Longest wait for a connection to GitLab.',
    unit: 'ms',
  }),
  GITLAB_TIMEOUT_MS: milliseconds().default(30_000).register(notes, {
    group: 'Time limits',
    meaning: 'Longest silence of GitLab before its headers and between parts of its body.',
    unit: 'ms',
  }),
  API_DRAIN_MS: milliseconds().default(100_000).register(notes, {
    group: 'Time limits',
    meaning: 'Longest time that a stopping API takes to answer the calls under way.',
    unit: 'ms',
  }),
  WORKER_DRAIN_MS: milliseconds().default(110_000).register(notes, {
    group: 'Time limits',
    meaning: 'Longest time that a stopping worker takes to finish the calls under way.',
    unit: 'ms',
  }),
  MAX_BODY_BYTES: bytes().default(10_485_760).register(notes, {
    group: 'Size limits',
    meaning: 'Largest request body that the API takes in.',
    unit: 'bytes',
  }),
  MAX_BODY_BYTES_IN_FLIGHT: bytesInFlight().default(33_554_432).register(notes, {
    group: 'Size limits',
    meaning: 'Most bytes of large request bodies under way at one API replica; further ones hear BUSY at once.',
    unit: 'bytes',
  }),
  MAX_GITLAB_BYTES: bytes().default(33_554_432).register(notes, {
    group: 'Size limits',
    meaning: 'Largest answer of GitLab (JSON or file) that a worker takes in.',
    unit: 'bytes',
  }),
  MAX_GITLAB_BYTES_IN_FLIGHT: bytesInFlight().default(134_217_728).register(notes, {
    group: 'Size limits',
    meaning: 'Most bytes of large answers of GitLab that one worker reads at once; further ones wait.',
    unit: 'bytes',
  }),
  MAX_ANSWER_BYTES: wholeNumber(1000, 10_000_000).default(60_000).register(notes, {
    group: 'Size limits',
    meaning: 'Most text that one answer brings into the context of a model.',
    unit: 'bytes',
  }),
};
