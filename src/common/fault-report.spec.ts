import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { describeFault } from './fault-report.js';

describe('describeFault', () => {
  it('keeps message, code and frames of an error, and the same of its cause', () => {
    const cause = Object.assign(new Error('inner'), { code: 'ENOENT' });

    const fault = describeFault(new Error('outer', { cause }));

    expect(fault).toMatchObject({
      name: 'Error',
      message: 'outer',
      code: null,
      cause: { message: 'inner', code: 'ENOENT', cause: null },
    });
    expect(fault.stack.length).toBeGreaterThan(0);
    expect(fault.stack.join('\n')).not.toContain('outer');
  });

  const sent = Object.assign(new Error('marker'), {
    code: '23514',
    constraint: 'ck_a',
    detail: 'marker',
    severity: 'ERROR',
  });

  it.each([
    ['wrapped', new QueryFailedError('INSERT marker', ['marker'], sent)],
    ['as the driver throws them', sent],
  ])('keeps no value of the errors of the database, %s', (_what, error) => {
    const fault = describeFault(error);

    expect(fault).toMatchObject({ message: null, code: '23514', constraint: 'ck_a', cause: null });
    expect(JSON.stringify(fault)).not.toContain('marker');
  });

  it('follows causes in a circle to an end', () => {
    const error = new Error('round');
    error.cause = error;

    expect(JSON.stringify(describeFault(error)).match(/"round"/g)).toHaveLength(4);
  });

  it('tells the type alone of what is no error', () => {
    expect(describeFault('marker')).toMatchObject({ name: 'string', message: null });
  });
});
