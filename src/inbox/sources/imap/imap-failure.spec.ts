import { describe, expect, it } from '@jest/globals';
import { mailboxFailureOf } from './imap-failure.js';

/** As the library throws them: an error with these properties. */
function errorOf(properties: object): Error {
  return Object.assign(new Error('5 NO jane@lead.test'), properties);
}

/** The parsed answer that the library leaves at the error where it names no code itself. */
function answer(word: string): object {
  return { attributes: [{ type: 'ATOM', value: '', section: [{ type: 'ATOM', value: word }] }] };
}

describe('mailboxFailureOf', () => {
  it.each([
    [{ authenticationFailed: true, responseStatus: 'NO' }, 'refused', 'no'],
    [
      { authenticationFailed: true, responseStatus: 'NO', serverResponseCode: 'AUTHENTICATIONFAILED' },
      'refused',
      'authenticationfailed',
    ],
    [
      { authenticationFailed: true, responseStatus: 'NO', serverResponseCode: 'UNAVAILABLE' },
      'unreachable',
      'unavailable',
    ],
    [{ authenticationFailed: true, responseStatus: 'NO', serverResponseCode: 'LIMIT' }, 'throttled', 'limit'],
    // The library says of a login that was cut off, too, that it failed.
    [{ authenticationFailed: true, code: 'NoConnection' }, 'unreachable', 'noconnection'],
    [{ responseStatus: 'NO', response: answer('OVERQUOTA') }, 'throttled', 'overquota'],
    [{ responseStatus: 'NO', response: answer('SERVERBUG') }, 'unreachable', 'serverbug'],
    [{ responseStatus: 'NO', response: { attributes: [] } }, 'broken', 'no'],
    [{ responseStatus: 'BAD' }, 'broken', 'bad'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'insecure', 'depth_zero_self_signed_cert'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'insecure', 'err_tls_cert_altname_invalid'],
    [{ code: 'ERR_SSL_WRONG_VERSION_NUMBER' }, 'insecure', 'err_ssl_wrong_version_number'],
    [{ tlsFailed: true }, 'insecure', 'tls'],
    [{ code: 'LiteralTooLarge' }, 'broken', 'literaltoolarge'],
    [{ code: 'ParserError11' }, 'broken', 'parsererror11'],
    [{ code: 'ECONNRESET' }, 'unreachable', 'econnreset'],
    [{ code: 'ETIMEOUT' }, 'unreachable', 'etimeout'],
    [{}, 'unreachable', 'no_connection'],
  ])('takes %j for %s', (properties, kind, code) => {
    expect(mailboxFailureOf(errorOf(properties))).toMatchObject({ kind, code });
  });

  it('keeps the wish of a server that throttles', () => {
    const error = errorOf({ code: 'ETHROTTLE', responseStatus: 'BAD', throttleReset: 92_415 });

    expect(mailboxFailureOf(error)).toEqual({
      kind: 'throttled',
      code: 'throttled',
      retryAfterMs: 92_415,
    });
  });

  it.each(['jane@lead.test', 'X'.repeat(31), 'a b'])(
    'does not hand on %j as a code',
    (serverResponseCode) => {
      expect(mailboxFailureOf(errorOf({ responseStatus: 'NO', serverResponseCode }))).toEqual({
        kind: 'broken',
        code: 'no',
      });
    },
  );

  it.each([undefined, null, 'text', 7])('survives %p in place of an error', (thrown) => {
    expect(mailboxFailureOf(thrown)).toEqual({ kind: 'unreachable', code: 'no_connection' });
  });
});
