import { isNativeError } from 'node:util/types';
import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';

/**
 * What a failed statement means for its caller. unavailable: the same statement may succeed later. conflict: a unique
 * constraint has the value already. bad_value: the server cannot take a value that validation let through.
 */
export type DatabaseErrorKind = 'unavailable' | 'conflict' | 'bad_value' | 'other';

/** No connection could be had, or the one of a transaction was lost between two statements. */
export class DatabaseConnectionError extends Error {
  constructor(readonly driverError: Error) {
    // A refused connection to a name with two addresses is an AggregateError without message.
    super(driverError.message || (textOf(driverError, 'code') ?? driverError.name), { cause: driverError });
    this.name = 'DatabaseConnectionError';
  }
}

/** Another transaction has changed what this one went by: all of its work has to run again. */
export class OvertakenError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OvertakenError';
  }
}

/** Node's codes are words: EPIPE is as long as a SQLSTATE, but no class starts like it. */
const SQLSTATE = /^(?:[0-9][0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

const UNAVAILABLE = /^(?:08...|53...|57P0[123]|40001|40P01|55P03|25006|25P03)$/;
const BAD_VALUE = /^(?:22021|22P05|22P02|22003|2200[789])$/;
const CONNECTION_LOST = /^(?:08...|57P0[123]|25P03)$/;
const LOST_AGAINST_ANOTHER = /^(?:40001|40P01)$/;

/** What `EntityManager` lets through unwrapped when the pool has no connection for it. */
const NO_CONNECTION_MESSAGE = /^(?:timeout exceeded when trying to connect$|Connection terminated)/;
const NO_CONNECTION_CODE =
  /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;

/** Sorts any error by the SQLSTATE of the database error in it (PostgreSQL manual, appendix A). */
export function classifyDatabaseError(error: unknown): DatabaseErrorKind {
  if (error instanceof OvertakenError) return 'unavailable';
  const driverError = driverErrorOf(error);
  if (driverError === null) return 'other';

  const state = sqlStateOf(driverError);
  if (state === null) return isBug(driverError) ? 'other' : 'unavailable';
  if (UNAVAILABLE.test(state)) return 'unavailable';
  if (state === '23505') return 'conflict';
  return BAD_VALUE.test(state) ? 'bad_value' : 'other';
}

/** Name of the constraint that refused the statement; null when none did. */
export function violatedConstraint(error: unknown): string | null {
  const driverError = driverErrorOf(error);
  return driverError === null ? null : textOf(driverError, 'constraint');
}

/** True when the transaction only lost against another one: all of it may run again. */
export function lostAgainstAnother(error: unknown): boolean {
  if (error instanceof OvertakenError) return true;
  const driverError = driverErrorOf(error);
  return driverError !== null && LOST_AGAINST_ANOTHER.test(sqlStateOf(driverError) ?? '');
}

/** True when a driver's error leaves no hope for its connection: the server took leave, or did not answer at all. */
export function endsConnection(driverError: Error): boolean {
  const state = sqlStateOf(driverError);
  return state === null || CONNECTION_LOST.test(state);
}

/**
 * Keeps a statement's values (addresses, bodies) out of whatever prints the error: the fields that hold them can still
 * be read, but are no longer enumerable.
 */
export function hideValues(error: unknown): void {
  if (!(error instanceof QueryFailedError)) return;

  const driverError = error.driverError as Error;
  for (const holder of [error, driverError]) {
    for (const field of ['parameters', 'detail', 'where']) {
      if (Object.hasOwn(holder, field)) Object.defineProperty(holder, field, { enumerable: false });
    }
  }
}

function driverErrorOf(error: unknown): Error | null {
  if (error instanceof QueryFailedError || error instanceof DatabaseConnectionError) {
    return error.driverError as Error;
  }
  if (error instanceof DatabaseError) return error;
  if (isNativeError(error)) {
    const isNoConnection =
      NO_CONNECTION_MESSAGE.test(error.message) || NO_CONNECTION_CODE.test(textOf(error, 'code') ?? '');
    if (isNoConnection) return error;
  }
  return null;
}

function sqlStateOf(driverError: Error): string | null {
  const code = textOf(driverError, 'code');
  return code !== null && SQLSTATE.test(code) ? code : null;
}

/** `pg` reports a parameter that it cannot serialise like a failure of the connection. */
function isBug(driverError: Error): boolean {
  return driverError.name === 'TypeError' || driverError.name === 'RangeError';
}

function textOf(error: Error, field: string): string | null {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : null;
}
