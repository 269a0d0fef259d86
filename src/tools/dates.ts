import * as z from 'zod';

const DATE = /^\d{4}-\d\d-\d\d$/u;
const TIME_WITHOUT_ZONE = /^\d{4}-\d\d-\d\dT[\d:.]+$/u;
const DATE_OF_TIME = /^\d{4}-\d\d-\d\d(?=T)/u;

/** As GitLab reads them: a date is its first moment, a time without zone is in UTC. */
function moment(value: string): string {
  if (DATE.test(value)) return `${value}T00:00:00Z`;
  return TIME_WITHOUT_ZONE.test(value) ? `${value}Z` : value;
}

/** A moment; a plain date is taken too. */
export const timestamp = z.preprocess(moment, z.iso.datetime({ offset: true }));

/** A day; of a moment GitLab uses only the date. */
export const day = z.preprocess((value: string) => DATE_OF_TIME.exec(value)?.[0] ?? value, z.iso.date());
