import { randomUUID } from 'node:crypto';

import type { EmailProvider, ProviderName, SendOutcome } from '../email-provider.js';

/** Accepts every mail and sends none: the provider of a process without credentials. */
export class NoOpEmailProvider implements EmailProvider {
  /**
   * A repeat sends nothing, whenever it comes, so any window would be true. It is Resend's, so that mail whose attempt
   * was cut off is repeated, and in the end given up, as it would be with a live provider.
   */
  readonly dedupeWindowMs = 23 * 60 * 60 * 1000;
  readonly accountFingerprint = 'noop';
  readonly simulated = true;

  isConfigured(): boolean {
    return true;
  }

  getName(): ProviderName {
    return 'NoOp';
  }

  /** Every call gets an id of its own: the id of a message is unique among all stored mail. */
  send(): Promise<SendOutcome> {
    return Promise.resolve({ kind: 'accepted', messageId: `noop-${randomUUID()}` });
  }
}
