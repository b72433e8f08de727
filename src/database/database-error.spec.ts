import { describe, expect, it } from '@jest/globals';
import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import {
  classifyDatabaseError,
  DatabaseConnectionError,
  endsConnection,
  violatedConstraint,
  type DatabaseErrorKind,
} from './database-error.js';

function fromServer(code: string, fields: { constraint?: string } = {}): DatabaseError {
  return Object.assign(new DatabaseError('the server said so', 0, 'error'), { code }, fields);
}

function fromNode(code: string): Error {
  return Object.assign(new Error('the system said so'), { code });
}

function failedQuery(driverError: Error): QueryFailedError {
  return new QueryFailedError('SELECT $1', ['secret'], driverError);
}

describe('classifyDatabaseError', () => {
  it.each<[string, string, DatabaseErrorKind]>([
    ['connection failure', '08006', 'unavailable'],
    ['connection refused by the server', '08004', 'unavailable'],
    ['too many connections', '53300', 'unavailable'],
    ['disk full', '53100', 'unavailable'],
    ['administrator ended the connection', '57P01', 'unavailable'],
    ['crash of another backend', '57P02', 'unavailable'],
    ['server starting up', '57P03', 'unavailable'],
    ['serialization failure', '40001', 'unavailable'],
    ['deadlock', '40P01', 'unavailable'],
    ['lock not available', '55P03', 'unavailable'],
    ['read-only transaction, as on a replica', '25006', 'unavailable'],
    ['transaction that waited too long for its next statement', '25P03', 'unavailable'],
    ['unique violation', '23505', 'conflict'],
    ['character not in repertoire', '22021', 'bad_value'],
    ['untranslatable character', '22P05', 'bad_value'],
    ['invalid text representation', '22P02', 'bad_value'],
    ['number out of range', '22003', 'bad_value'],
    ['invalid datetime', '22007', 'bad_value'],
    ['datetime overflow', '22008', 'bad_value'],
    ['bad time zone displacement', '22009', 'bad_value'],
    ['foreign key violation', '23503', 'other'],
    ['check violation', '23514', 'other'],
    ['syntax error', '42601', 'other'],
    ['statement cancelled', '57014', 'other'],
    ['internal error', 'XX000', 'other'],
    ['error of a function', 'P0001', 'other'],
  ])('takes %s (%s) for %s', (_what, state, kind) => {
    expect(classifyDatabaseError(failedQuery(fromServer(state)))).toBe(kind);
    expect(classifyDatabaseError(new DatabaseConnectionError(fromServer(state)))).toBe(kind);
    expect(classifyDatabaseError(fromServer(state))).toBe(kind);
  });

  it.each<[string, unknown, DatabaseErrorKind]>([
    ['an unanswered query', failedQuery(new Error('Query read timeout')), 'unavailable'],
    ['a query on a broken pipe', failedQuery(fromNode('EPIPE')), 'unavailable'],
    [
      'a full pool',
      new DatabaseConnectionError(new Error('timeout exceeded when trying to connect')),
      'unavailable',
    ],
    ['a full pool, unwrapped', new Error('timeout exceeded when trying to connect'), 'unavailable'],
    [
      'a silent server, unwrapped',
      new Error('Connection terminated due to connection timeout'),
      'unavailable',
    ],
    ['a closed port, unwrapped', fromNode('ECONNREFUSED'), 'unavailable'],
    ['an unknown host, unwrapped', fromNode('ENOTFOUND'), 'unavailable'],
    ['a parameter that cannot be serialised', failedQuery(new TypeError('circular')), 'other'],
    ['an error that is not of a database', new Error('timeout'), 'other'],
    ['a missing file', fromNode('ENOENT'), 'other'],
    ['something that is no error', 'timeout exceeded when trying to connect', 'other'],
    ['nothing', undefined, 'other'],
  ])('takes %s for what it is', (_what, error, kind) => {
    expect(classifyDatabaseError(error)).toBe(kind);
  });
});

describe('violatedConstraint', () => {
  it('is the name that the server gave', () => {
    const error = failedQuery(fromServer('23505', { constraint: 'uq_leads_email' }));

    expect(violatedConstraint(error)).toBe('uq_leads_email');
  });

  it.each([
    ['an error without constraint', failedQuery(fromServer('22P02'))],
    ['an error that is not of a database', Object.assign(new Error(), { constraint: 'uq_leads_email' })],
  ])('is null for %s', (_what, error) => {
    expect(violatedConstraint(error)).toBeNull();
  });
});

describe('endsConnection', () => {
  it.each<[string, Error, boolean]>([
    ['no answer', new Error('Query read timeout'), true],
    ['a broken pipe, whose code is as long as a SQLSTATE', fromNode('EPIPE'), true],
    ['a server that shuts down', fromServer('57P01'), true],
    ['a server that ended an idle transaction', fromServer('25P03'), true],
    ['a lost connection', fromServer('08006'), true],
    ['a refused statement', fromServer('23505'), false],
    ['a statement that PL/pgSQL stopped', fromServer('P0001'), false],
    ['a bug of the server', fromServer('XX000'), false],
  ])('answers for %s', (_what, driverError, ends) => {
    expect(endsConnection(driverError)).toBe(ends);
  });
});

describe('DatabaseConnectionError', () => {
  it('says what happened also where the driver gives a code only', () => {
    const refusedTwice = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });

    expect(new DatabaseConnectionError(refusedTwice)).toMatchObject({
      message: 'ECONNREFUSED',
      cause: refusedTwice,
    });
  });
});
