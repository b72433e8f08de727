import { randomUUID } from 'node:crypto';

import type { EmailProvider, ProviderName, SendOutcome } from './email-provider.js';

/** Stands in front of a provider and never calls its `send`: everything but the delivery happens under its name. */
export class DryRunEmailProvider implements EmailProvider {
  readonly dedupeWindowMs: number;
  readonly accountFingerprint: string;
  readonly simulated = true;

  constructor(private readonly inner: EmailProvider) {
    this.dedupeWindowMs = inner.dedupeWindowMs;
    this.accountFingerprint = inner.accountFingerprint;
  }

  isConfigured(): boolean {
    return this.inner.isConfigured();
  }

  getName(): ProviderName {
    return this.inner.getName();
  }

  /** Every call gets an id of its own: the id of a message is unique among all stored mail. */
  send(): Promise<SendOutcome> {
    return Promise.resolve({ kind: 'accepted', messageId: `dry-run-${randomUUID()}` });
  }
}
