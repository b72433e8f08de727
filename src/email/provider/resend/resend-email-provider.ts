import { createHash } from 'node:crypto';
import type { CreateEmailOptions, Resend } from 'resend';

import type { EmailProvider, ProviderName, SendOutcome, WireEmail } from '../email-provider.js';
import { wholeMs } from '../time-limit.js';
import { RequestWatch } from './request-watch.js';
import { createResendClient, RESEND_API_URL, type ResendAccount } from './resend-client.js';
import { classifySend } from './resend-outcome.js';

export interface ResendSettings extends ResendAccount {
  /** Sender of all mail, `Name <address>` or an address. */
  readonly fromEmail: string;
}

/** Resend remembers a key for 24 h from a moment it does not state; the hour between is ours to lose. */
const DEDUPE_WINDOW_MS = 23 * 60 * 60 * 1000;

/** What fits into an HTTP header field and, with our prefix, into the 256 characters that Resend allows. */
const SEND_KEY = /^[\x21-\x7e]{1,252}$/;

/** Delivers through the Resend API: one POST per call, no retry, the mail's key as `Idempotency-Key`. */
export class ResendEmailProvider implements EmailProvider {
  readonly dedupeWindowMs = DEDUPE_WINDOW_MS;
  readonly accountFingerprint: string;
  readonly simulated = false;
  readonly #resend: Resend;

  constructor({ apiKey, fromEmail, baseUrl = RESEND_API_URL }: ResendSettings) {
    this.#resend = createResendClient({ apiKey, baseUrl });
    if (fromEmail.trim() === '') throw new Error('Resend needs a sender address');
    this.accountFingerprint = fingerprintOf(baseUrl, apiKey);
  }

  /** Always true: without a key and a sender there is no instance. */
  isConfigured(): boolean {
    return true;
  }

  getName(): ProviderName {
    return 'Resend';
  }

  async send(email: WireEmail, sendKey: string, timeoutMs: number): Promise<SendOutcome> {
    if (!SEND_KEY.test(sendKey)) {
      return {
        kind: 'rejected',
        code: 'INVALID_SEND_KEY',
        reason: 'the send key does not fit into a header',
      };
    }
    const signal = AbortSignal.timeout(wholeMs(timeoutMs));
    const watch = new RequestWatch();
    const result = await this.post(email, sendKey, signal, watch);
    return classifySend({
      result,
      timedOut: signal.aborted,
      mayBeWritten: watch.mayBeWritten,
      httpStatus: watch.httpStatus,
      errorCode: watch.errorCode,
    });
  }

  private async post(
    email: WireEmail,
    sendKey: string,
    signal: AbortSignal,
    watch: RequestWatch,
  ): Promise<unknown> {
    // The SDK hands unknown options on to fetch. A followed redirect would post the mail a second time, elsewhere.
    const options = { idempotencyKey: `cam-${sendKey}`, signal, redirect: 'error' };
    try {
      return await watch.run(() => this.#resend.emails.send(toResend(email), options));
    } catch (error) {
      return { error };
    }
  }
}

/** A hash of a random key cannot be turned back; 64 bits of it tell accounts apart. */
function fingerprintOf(baseUrl: string, apiKey: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([baseUrl, apiKey]), 'utf8')
    .digest('hex');
  return `resend-${digest.slice(0, 16)}`;
}

/** Names are sorted because Resend refuses a repeat whose body differs, and a JSON column does not keep their order. */
function toResend(email: WireEmail): CreateEmailOptions {
  return {
    from: email.from,
    to: email.to,
    subject: email.subject,
    html: email.html,
    text: email.text,
    ...(email.replyTo !== null && { replyTo: email.replyTo }),
    headers: Object.fromEntries(sortedEntries(email.headers)),
    tags: sortedEntries(email.tags).map(([name, value]) => ({ name, value })),
  };
}

function sortedEntries(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
