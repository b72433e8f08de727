import type {
  MailNames,
  MailNews,
  ProviderNews,
  ProviderWebhook,
  RequestHeaders,
  WebhookReading,
} from '../provider-webhook.js';
import { realTimeMs } from '../../../common/clock.js';
import { messageIdHeaderOf } from './message-id-header.js';
import { readPayload, type Payload, textOf } from './webhook-payload.js';
import { findForgery } from './webhook-signature.js';

/** Set by the dispatcher on every mail. */
const SEND_KEY_TAG = 'cam_send';

const TYPE_LENGTH = 100;

/** Bounces that are no news: the address was on the provider's list before this mail. */
const LISTED = /^(?:Suppressed|OnAccountSuppressionList)$/i;

/** Events as Resend signs and sends them. */
export class ResendWebhook implements ProviderWebhook {
  readonly #secret: string;

  constructor(
    secret: string,
    private readonly now: () => number = realTimeMs,
  ) {
    this.#secret = secret;
  }

  read(headers: RequestHeaders, body: Uint8Array): WebhookReading {
    const id = fieldOf(headers, 'svix-id');
    const signed = {
      id,
      timestamp: fieldOf(headers, 'svix-timestamp'),
      signature: fieldOf(headers, 'svix-signature'),
    };
    const reason = findForgery(this.#secret, signed, body, this.now());
    if (reason !== null || id === null) return { kind: 'forged', reason: reason ?? 'There is no id.' };
    return { kind: 'told', news: newsOf(id, readPayload(body)) };
  }
}

function newsOf(eventId: string, payload: Payload | null): ProviderNews {
  // Who signed it meant it: it is kept for people, and an error would only have it sent again.
  const event = payload ?? {};
  const type = textOf(event['type'])?.slice(0, TYPE_LENGTH) ?? 'unreadable';
  return {
    provider: 'Resend',
    eventId,
    type,
    occurredAt: instantOf(event['created_at']),
    payload: event,
    about: aboutOf(type, objectOf(event['data'])),
  };
}

function aboutOf(type: string, data: Payload): ProviderNews['about'] {
  const messageId = textOf(data['email_id']);
  if (type === 'email.received') {
    if (messageId === null) return { kind: 'other' };
    const recipients = ['received_for', 'to', 'cc', 'bcc'].flatMap((name) => data[name] ?? []);
    return {
      kind: 'received_mail',
      notice: {
        receivedId: messageId,
        recipients: [...new Set(recipients.filter((address) => typeof address === 'string'))],
      },
    };
  }
  const news = mailNewsOf(type, data);
  if (news === null) return { kind: 'other' };
  const names: MailNames = {
    sendKey: tagOf(data['tags'], SEND_KEY_TAG),
    messageId,
    messageIdHeader: messageIdHeaderOf(data['message_id']),
  };
  return { kind: 'sent_mail', names, news };
}

function mailNewsOf(type: string, data: Payload): MailNews | null {
  switch (type) {
    case 'email.sent':
    case 'email.scheduled':
    case 'email.delivery_delayed':
      return { kind: 'accepted' };
    case 'email.delivered':
      return { kind: 'delivered' };
    case 'email.opened':
      return { kind: 'opened' };
    case 'email.clicked':
      return { kind: 'clicked' };
    case 'email.complained':
      return { kind: 'complained' };
    case 'email.bounced':
      return bounceOf(objectOf(data['bounce']));
    case 'email.suppressed':
      return { kind: 'suppressed', detail: textOf(objectOf(data['suppressed'])['message']) };
    case 'email.failed':
      return { kind: 'failed', detail: textOf(objectOf(data['failed'])['reason']) };
    default:
      return null;
  }
}

/** Only `Permanent` is a word on the address; what the provider could not tell, or calls by a new word, may pass. */
function bounceOf(bounce: Payload): MailNews {
  const type = textOf(bounce['type']);
  const subType = textOf(bounce['subType']);
  const detail = textOf(bounce['message']);
  if (type?.toLowerCase() !== 'permanent') {
    return { kind: 'bounced', bounce: 'soft', statusCode: type, detail };
  }
  if (subType !== null && LISTED.test(subType)) return { kind: 'suppressed', detail };
  return { kind: 'bounced', bounce: 'hard', statusCode: type, detail };
}

/** Tags go out as a list of names and values, and come back as an object. */
function tagOf(tags: unknown, name: string): string | null {
  if (!Array.isArray(tags)) return textOf(objectOf(tags)[name]);
  const tag: unknown = tags.find((candidate) => objectOf(candidate)['name'] === name);
  return textOf(objectOf(tag)['value']);
}

function instantOf(value: unknown): Date | null {
  const text = textOf(value);
  if (text === null || !/^[12]\d{3}-/.test(text)) return null;
  const instant = new Date(text);
  return Number.isNaN(instant.getTime()) ? null : instant;
}

function objectOf(value: unknown): Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Payload) : {};
}

/** Null unless the field is there exactly once. */
function fieldOf(headers: RequestHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}
