import { describe, expect, it } from '@jest/globals';
import { BadRequestException, HttpException, NotFoundException } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { DomainError } from '../common/domain-error.js';
import { DatabaseConnectionError } from '../database/database-error.js';
import { toProblem } from './problem.js';

function fastifyError(code: string, statusCode: number): Error {
  return Object.assign(new Error('marker'), { name: 'FastifyError', code, statusCode });
}

function statementError(sqlstate: string): Error {
  return new QueryFailedError('SELECT', ['marker'], Object.assign(new Error('marker'), { code: sqlstate }));
}

describe('toProblem', () => {
  it('carries all that a DomainError says', () => {
    const errors = [{ field: 'a', code: 'required', detail: 'A value is required.' }];
    const error = new DomainError('campaign_cap_reached', 'No place left.', { errors, retryAfterS: 0.1 });

    expect(toProblem(error, '/api/cam/x')).toEqual({
      status: 429,
      headers: { 'Retry-After': '1' },
      body: {
        type: 'urn:cam:problem:campaign_cap_reached',
        title: "The campaign's cap is reached",
        status: 429,
        detail: 'No place left.',
        code: 'campaign_cap_reached',
        errors,
        instance: '/api/cam/x',
      },
      reportable: false,
    });
  });

  it.each<[string, unknown, number, string, boolean]>([
    [
      'a body that is too large',
      fastifyError('FST_ERR_CTP_BODY_TOO_LARGE', 413),
      413,
      'payload_too_large',
      false,
    ],
    [
      'an unknown type',
      fastifyError('FST_ERR_CTP_INVALID_MEDIA_TYPE', 415),
      415,
      'unsupported_media_type',
      false,
    ],
    [
      'a body that is cut',
      fastifyError('FST_ERR_CTP_INVALID_CONTENT_LENGTH', 400),
      400,
      'malformed_json',
      false,
    ],
    ['a broken URL', fastifyError('FST_ERR_BAD_URL', 400), 400, 'invalid_request', false],
    ['a long parameter', fastifyError('FST_ERR_MAX_PARAM_LENGTH', 414), 400, 'invalid_request', false],
    [
      'what Nest made of one',
      new HttpException('marker', 413, { cause: fastifyError('FST_ERR_CTP_BODY_TOO_LARGE', 413) }),
      413,
      'payload_too_large',
      false,
    ],
    ['a fault of Fastify', fastifyError('FST_ERR_SEND_UNDEFINED_ERR', 500), 500, 'internal_error', true],
    [
      'a body that stopped coming',
      Object.assign(new Error('aborted'), { code: 'ECONNRESET', statusCode: 400 }),
      400,
      'malformed_json',
      false,
    ],
    ["Nest's missing route", new NotFoundException('marker'), 404, 'route_not_found', false],
    ["Nest's wrong method", new HttpException('marker', 405), 405, 'method_not_allowed', false],
    ["Nest's bad request", new BadRequestException(['marker']), 400, 'invalid_request', false],
    ["Nest's own failure", new HttpException('marker', 502), 500, 'internal_error', true],
    [
      'a lost connection',
      new DatabaseConnectionError(new Error('marker')),
      503,
      'database_unavailable',
      true,
    ],
    ['a server that shuts down', statementError('57P01'), 503, 'database_unavailable', true],
    ['a value the database refuses', statementError('22021'), 400, 'invalid_request', true],
    ['a conflict nobody expected', statementError('23505'), 500, 'internal_error', true],
    ['a broken statement', statementError('42601'), 500, 'internal_error', true],
    ['a bug', new RangeError('marker'), 500, 'internal_error', true],
    ['what is no error', 'marker', 500, 'internal_error', true],
    ['nothing', undefined, 500, 'internal_error', true],
  ])('maps %s', (_what, error, status, code, reportable) => {
    const problem = toProblem(error, '/x');

    expect(problem).toMatchObject({ status, body: { status, code }, reportable });
    expect(JSON.stringify(problem)).not.toContain('marker');
  });

  it('asks callers to wait for the database', () => {
    expect(toProblem(statementError('53300'), '/x').headers).toEqual({ 'Retry-After': '5' });
  });

  it('challenges callers without a key', () => {
    expect(toProblem(new DomainError('unauthorized', ''), '/x').headers).toEqual({
      'WWW-Authenticate': 'Bearer',
    });
  });
});
