import { QueryIntegerField, TextField } from './fields.js';

export const DEFAULT_PAGE_SIZE = 50;

/** What every list takes. */
export class PageQuery {
  @QueryIntegerField({
    max: 100,
    optional: true,
    description: 'Rows in the answer; 50 unless told.',
    example: 50,
  })
  limit?: number;

  @TextField({ max: 200, optional: true, description: 'From the `next` link of an earlier answer.' })
  cursor?: string;
}
