import { createHmac, timingSafeEqual } from 'node:crypto';

/** What of a request is signed besides its body. Null: the field is missing, empty or given twice. */
export interface SignedFields {
  readonly id: string | null;
  /** Seconds since 1970, as text. */
  readonly timestamp: string | null;
  /** Blank-separated `v1,<base64>`, one for each secret while secrets are changed. */
  readonly signature: string | null;
}

/** How far the signer's clock may be from ours, either way. */
export const TOLERANCE_S = 5 * 60;

/** Far more than the few of a change of secrets. */
const MOST_SIGNATURES = 20;

/**
 * HMAC-SHA256 over `id.timestamp.body` (Standard Webhooks, symmetric). Of our own: the SDK's verifier wants an API key,
 * decodes the bytes before it signs them, and parses the body in the same breath.
 *
 * @param secret `whsec_` and the key in base64
 */
export function sign(secret: string, id: string, timestamp: string, body: Uint8Array): Buffer {
  const key = Buffer.from(secret.slice(secret.indexOf('_') + 1), 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}

/** @param nowMs real time, milliseconds since 1970 @returns what is wrong with the signature; null: nothing */
export function findForgery(
  secret: string,
  { id, timestamp, signature }: SignedFields,
  body: Uint8Array,
  nowMs: number,
): string | null {
  if (id === null || timestamp === null || signature === null) {
    return 'A header field of the signature is missing.';
  }
  if (!/^[\x21-\x7e]{1,200}$/.test(id)) return 'The id is none.';
  if (!/^\d{1,12}$/.test(timestamp)) return 'The timestamp is none.';
  if (Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_S) {
    return 'The timestamp is more than five minutes away.';
  }
  const expected = sign(secret, id, timestamp, body);
  const given = signature.split(' ').slice(0, MOST_SIGNATURES);
  return given.some((one) => isSignature(one, expected)) ? null : 'No signature fits.';
}

function isSignature(text: string, expected: Buffer): boolean {
  const [, base64] = /^v1,([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  if (base64 === undefined) return false;
  const digest = Buffer.from(base64, 'base64');
  return digest.length === expected.length && timingSafeEqual(digest, expected);
}
