import { describe, expect, it } from '@jest/globals';
import { Resend } from 'resend';
import { realTimeMs } from '../../../common/clock.js';
import { findForgery, sign, type SignedFields, TOLERANCE_S } from './webhook-signature.js';

// The example of the Standard Webhooks libraries.
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const ID = 'msg_p5jXN8AQM9LWM0D4loKWxJek';
const TIMESTAMP = '1614265330';
const BODY = Buffer.from('{"test": 2432232314}');
const SIGNATURE = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
const NOW_MS = Number(TIMESTAMP) * 1_000;

const OTHER = `v1,${Buffer.alloc(32, 7).toString('base64')}`;

function forgeryOf(fields: Partial<SignedFields> = {}, body: Uint8Array = BODY, nowMs = NOW_MS) {
  return findForgery(SECRET, { id: ID, timestamp: TIMESTAMP, signature: SIGNATURE, ...fields }, body, nowMs);
}

describe('findForgery', () => {
  it('finds nothing wrong with the published example', () => {
    expect(forgeryOf()).toBeNull();
  });

  it("agrees with the SDK's own verifier", () => {
    const timestamp = String(Math.floor(realTimeMs() / 1_000));
    const signature = `v1,${sign(SECRET, ID, timestamp, BODY).toString('base64')}`;

    const event = new Resend('re_test').webhooks.verify({
      payload: BODY.toString(),
      headers: { id: ID, timestamp, signature },
      webhookSecret: SECRET,
    });

    expect(event).toEqual({ test: 2432232314 });
  });

  it.each([
    ['the first', `${SIGNATURE} ${OTHER}`],
    ['the last', `v1a,abc ${OTHER} ${SIGNATURE}`],
  ])('takes one good signature of several: %s', (_name, signature) => {
    expect(forgeryOf({ signature })).toBeNull();
  });

  it.each([
    ['another secret', { signature: OTHER }],
    ['no signature', { signature: null }],
    ['no id', { id: null }],
    ['no timestamp', { timestamp: null }],
    ['another id', { id: `${ID}x` }],
    ['an id with blanks', { id: 'msg 1' }],
    ['another version', { signature: SIGNATURE.replace('v1', 'v2') }],
    ['a bare signature', { signature: SIGNATURE.slice(3) }],
    ['the beginning of the signature', { signature: SIGNATURE.slice(0, 20) }],
    ['a timestamp with a fraction', { timestamp: `${TIMESTAMP}.5` }],
    ['a timestamp with an exponent', { timestamp: '1614265e3' }],
    ['a good signature behind too many others', { signature: `${'v1,x '.repeat(20)}${SIGNATURE}` }],
  ] as const)('refuses %s', (_name, fields) => {
    expect(forgeryOf(fields)).toEqual(expect.any(String));
  });

  it('refuses a body of which one byte differs, though the text is the same', () => {
    expect(forgeryOf({}, Buffer.from('{"test":2432232314}'))).toEqual(expect.any(String));
  });

  it.each([TOLERANCE_S, -TOLERANCE_S])(
    'takes a timestamp that is %d seconds away, and none beyond',
    (away) => {
      expect(forgeryOf({}, BODY, NOW_MS + away * 1_000)).toBeNull();
      expect(forgeryOf({}, BODY, NOW_MS + (away + Math.sign(away)) * 1_000)).toEqual(expect.any(String));
    },
  );
});
