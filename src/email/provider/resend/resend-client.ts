import { Resend } from 'resend';

export interface ResendAccount {
  readonly apiKey: string;
  /** Without a trailing slash; default {@link RESEND_API_URL}. */
  readonly baseUrl?: string;
}

export const RESEND_API_URL = 'https://api.resend.com';

const API_KEY = /^[\x21-\x7e]+$/;

/** @throws Error that does not quote the key */
export function createResendClient({ apiKey, baseUrl = RESEND_API_URL }: ResendAccount): Resend {
  if (apiKey.trim() === '') throw new Error('Resend needs an API key');
  // The SDK's own error for such a key quotes the key.
  if (!API_KEY.test(apiKey)) throw new Error('The Resend API key contains characters that no key has');
  // Always explicit: left out, the SDK would send the key to wherever RESEND_BASE_URL points.
  return new Resend(apiKey, { baseUrl });
}
