import type { BounceKind } from '../entities/bounce.entity.js';
import type { ProviderName } from './email-provider.js';

/** Injection token of the {@link ProviderWebhook}; null where no secret tells the provider's calls from a stranger's. */
export const PROVIDER_WEBHOOK = Symbol('PROVIDER_WEBHOOK');

/** Names, in any case, and values of a request's header fields. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What an event says of one mail that went out. `accepted`: no more than that the provider has it. */
export type MailNews =
  | { readonly kind: 'accepted' | 'delivered' | 'opened' | 'clicked' | 'complained' }
  | {
      readonly kind: 'bounced';
      readonly bounce: BounceKind;
      readonly statusCode: string | null;
      readonly detail: string | null;
    }
  | { readonly kind: 'suppressed' | 'failed'; readonly detail: string | null };

/** How an event names its mail. */
export interface MailNames {
  /** Value of the tag `cam_send`, as it came. */
  readonly sendKey: string | null;
  /** The provider's own name for the mail. */
  readonly messageId: string | null;
  /** The Message-ID that its recipient sees, with angle brackets. */
  readonly messageIdHeader: string | null;
}

/** A mail that reached the provider for us: no more than its envelope. */
export interface ReceivedNotice {
  /** The provider's own name for it, by which its content is asked for. */
  readonly receivedId: string;
  /** Addresses that it was sent to, as they came. */
  readonly recipients: readonly string[];
}

/** One event that the provider told, whatever it is about. */
export interface ProviderNews {
  readonly provider: ProviderName;
  /** The same for each repeat. */
  readonly eventId: string;
  /** The provider's word, at most 100 characters: `email.delivered`. */
  readonly type: string;
  /** Null: it does not say when. */
  readonly occurredAt: Date | null;
  /** As it came, without the bodies of mails, and with nothing that JSON columns refuse. */
  readonly payload: Readonly<Record<string, unknown>>;
  readonly about:
    | { readonly kind: 'sent_mail'; readonly names: MailNames; readonly news: MailNews }
    | { readonly kind: 'received_mail'; readonly notice: ReceivedNotice }
    /** Nothing that concerns mail of ours, or nothing that can be read. */
    | { readonly kind: 'other' };
}

export type WebhookReading =
  | { readonly kind: 'told'; readonly news: ProviderNews }
  /** It is not signed by the provider, or not now; `reason` says how without repeating it. */
  | { readonly kind: 'forged'; readonly reason: string };

/** Reads what a provider calls us with. Nothing of a body is looked at before its signature is known to be good. */
export interface ProviderWebhook {
  /** Never throws. @param body the bytes as they came */
  read(headers: RequestHeaders, body: Uint8Array): WebhookReading;
}
