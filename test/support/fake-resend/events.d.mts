import type { MailRecord } from './fake-resend.mjs';

/** An event as it goes over the wire, unsigned. */
export interface WebhookEvent {
  /** The same for each time that it is told. */
  readonly id: string;
  readonly type: string;
  /** JSON. */
  readonly body: string;
}

export interface WebhookTarget {
  readonly url: string;
  /** `whsec_…` */
  readonly secret: string;
}

/** The header fields that Resend signs an event with; `timestampS`: default now. */
export function signEvent(
  secret: string,
  event: Pick<WebhookEvent, 'id' | 'body'>,
  timestampS?: number,
): Record<'svix-id' | 'svix-timestamp' | 'svix-signature', string>;

/** An event about a mail that the stand-in accepted; all fields but `occurredAt` go into its `data`. */
export function eventOf(
  type: string,
  mail: Pick<MailRecord, 'id' | 'messageId' | 'at' | 'body' | 'tags'>,
  fields: { readonly occurredAt: Date } & Readonly<Record<string, unknown>>,
): WebhookEvent;

/** An event about anything at all. */
export function signable(
  type: string,
  occurredAt: Date,
  data: Readonly<Record<string, unknown>>,
): WebhookEvent;

/** Calls the webhook once, signed now. @returns the status; null: no answer came */
export function tellEvent(target: WebhookTarget, event: WebhookEvent): Promise<number | null>;
