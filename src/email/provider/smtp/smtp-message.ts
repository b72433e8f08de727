import MailComposer from 'nodemailer/lib/mail-composer';

import { normalizeEmailAddress, parseSender } from '../../../common/email-address.js';
import type { WireEmail } from '../email-provider.js';

/** A mail as an SMTP server takes it (RFC 5321): the envelope, and the message of RFC 5322. */
export interface SmtpMessage {
  readonly envelopeFrom: string;
  readonly envelopeTo: string;
  /** The message's Message-ID, in angle brackets. */
  readonly messageIdHeader: string;
  readonly bytes: Buffer;
}

const MESSAGE_ID = /^<[^\s<>@\p{C}]+@[^\s<>@\p{C}]+>$/u;

/** Fields that are made from the mail itself. */
const OWN_FIELDS: ReadonlySet<string> = new Set(['from', 'to', 'subject', 'reply-to', 'message-id']);

/**
 * Writes a mail out. Only `Date` differs from call to call, and a mail that may have left is never written again.
 *
 * @param sendKey names the mail when it brings no Message-ID of its own
 * @throws Error when no message can be made of it; the error quotes no address
 */
export async function writeSmtpMessage(email: WireEmail, sendKey: string): Promise<SmtpMessage> {
  const sender = parseSender(email.from);
  if (sender.kind === 'invalid') throw new Error('the sender is no address');
  if (normalizeEmailAddress(email.to).kind === 'invalid') throw new Error('the recipient is no address');

  const headers = Object.entries(email.headers);
  const given = headers.find(([name]) => name.toLowerCase() === 'message-id')?.[1];
  const messageIdHeader =
    given ?? `<${sendKey}@${sender.address.slice(sender.address.lastIndexOf('@') + 1)}>`;
  if (!MESSAGE_ID.test(messageIdHeader)) throw new Error('the Message-ID is none');

  const composer = new MailComposer({
    from: { name: sender.name ?? '', address: sender.address },
    to: { name: '', address: email.to },
    ...(email.replyTo !== null && { replyTo: { name: '', address: email.replyTo } }),
    subject: email.subject,
    messageId: messageIdHeader,
    headers: Object.fromEntries(headers.filter(([name]) => !OWN_FIELDS.has(name.toLowerCase()))),
    text: email.text,
    html: email.html,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    envelopeFrom: sender.address,
    envelopeTo: email.to,
    messageIdHeader,
    bytes: await composer.compile().build(),
  };
}
