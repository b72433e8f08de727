import { Webhook } from 'standardwebhooks';
import { realTimeMs } from '../common/clock.js';

/** What became of one request. `error` is a status or a code: what the receiver wrote is not read. */
export type PostResult =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'failed'; readonly error: string }
  /** 410: the receiver wants nothing more. */
  | { readonly kind: 'gone'; readonly error: string };

/** A message of the outbox. Its id is the same at every attempt: by it receivers know one that they have already. */
export interface WebhookMessage {
  readonly id: string;
  readonly type: string;
  /** When it happened. */
  readonly timestamp: Date;
  readonly data: unknown;
}

const GONE = 410;

/** The operator's receiver: one signed POST for each call, as Standard Webhooks (standardwebhooks.com) has it. */
export class AlertWebhook {
  private readonly signer: Webhook;

  /** @param secret `whsec_` and the key in base64 */
  constructor(
    private readonly url: string,
    secret: string,
  ) {
    this.signer = new Webhook(secret);
  }

  /** Never rejects for what the receiver or the network does; `signal` is its time limit. Redirects are not followed. */
  async post({ id, type, timestamp, data }: WebhookMessage, signal: AbortSignal): Promise<PostResult> {
    const body = JSON.stringify({ type, timestamp: timestamp.toISOString(), data });
    const sentAt = new Date(realTimeMs());
    let response: Response;
    try {
      response = await fetch(this.url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
          'webhook-signature': this.signer.sign(id, sentAt, body),
        },
        body,
        redirect: 'manual',
        signal,
      });
    } catch (error) {
      return { kind: 'failed', error: signal.aborted ? 'timeout' : codeOf(error) };
    }
    // The answer is its status: whatever more a receiver writes, and for however long, is not waited for. A connection
    // that breaks now has said what matters.
    await Promise.allSettled([response.body?.cancel()]);
    if (response.ok) return { kind: 'delivered' };
    const kind = response.status === GONE ? 'gone' : 'failed';
    return { kind, error: `status ${response.status}` };
  }
}

/** The code below what `fetch` throws. Messages may quote the URL, whose path may be a secret: codes do not. */
function codeOf(error: unknown): string {
  const code = propertyOf(propertyOf(error, 'cause'), 'code');
  return typeof code === 'string' ? code : 'network';
}

function propertyOf(source: unknown, name: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined;
}
