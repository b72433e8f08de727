import type { MailRecord } from '../support/fake-resend/fake-resend.mjs';

/** A mail of ours as its recipient has it. */
export interface ReceivedMail {
  readonly record: MailRecord;
  readonly to: string;
  readonly subject: string;
  /** Where answers to it go. */
  readonly replyTo: string;
  /** Of the link at its end and in its header. */
  readonly unsubscribeToken: string;
}

/** Reads what the stand-in was given. */
export function received(record: MailRecord): ReceivedMail {
  const {
    to,
    subject,
    reply_to: replyTo,
    headers,
  } = record.body as {
    to: string | string[];
    subject: string;
    reply_to?: string | string[];
    headers?: Record<string, string>;
  };
  const [, unsubscribeToken = ''] = /\/u\/([a-z2-7]+)/.exec(headers?.['List-Unsubscribe'] ?? '') ?? [];
  return { record, to: first(to), subject, replyTo: first(replyTo ?? ''), unsubscribeToken };
}

/** An answer as mail programs write it: what the writer says above what she answers to. */
export function answer(mail: ReceivedMail, text: string, at: Date): string {
  return letter(
    {
      From: mail.to,
      To: mail.replyTo,
      Subject: `Re: ${mail.subject}`,
      'In-Reply-To': mail.record.messageId,
      References: mail.record.messageId,
    },
    `${text}\r\n\r\nOn ${at.toUTCString()}, we wrote:\r\n> ${mail.subject}\r\n`,
    at,
  );
}

/** What the server of somebody who is away says (RFC 3834). */
export function absence(mail: ReceivedMail, text: string, at: Date): string {
  return letter(
    {
      From: mail.to,
      To: mail.replyTo,
      Subject: `Automatic reply: ${mail.subject}`,
      'Auto-Submitted': 'auto-replied',
      'In-Reply-To': mail.record.messageId,
    },
    `${text}\r\n`,
    at,
  );
}

/** What a mail server says that could not deliver (RFC 3464). */
export function deliveryReport(mail: ReceivedMail, status: string, reason: string, at: Date): string {
  const parts = [
    ['text/plain', `Your mail to ${mail.to} could not be delivered.`],
    [
      'message/delivery-status',
      [
        'Reporting-MTA: dns; mx.recipients.example',
        '',
        `Final-Recipient: rfc822; ${mail.to}`,
        'Action: failed',
        `Status: ${status}`,
        `Diagnostic-Code: smtp; ${reason}`,
      ].join('\r\n'),
    ],
    [
      'text/rfc822-headers',
      `Message-ID: ${mail.record.messageId}\r\nTo: ${mail.to}\r\nSubject: ${mail.subject}`,
    ],
  ].map(([type, text]) => `--report\r\nContent-Type: ${type}\r\n\r\n${text}\r\n\r\n`);
  return letter(
    {
      From: 'Mail Delivery System <mailer-daemon@mx.recipients.example>',
      To: mail.replyTo,
      Subject: 'Undelivered Mail Returned to Sender',
      'Auto-Submitted': 'auto-replied',
      'Content-Type': 'multipart/report; report-type=delivery-status; boundary="report"',
    },
    `${parts.join('')}--report--\r\n`,
    at,
  );
}

let letters = 0;

function letter(headers: Readonly<Record<string, string>>, body: string, at: Date): string {
  letters += 1;
  const all = { ...headers, 'Message-ID': `<${letters}@recipients.example>`, Date: at.toUTCString() };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [...lines, '', body].join('\r\n');
}

function first(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : (value[0] ?? '');
}
