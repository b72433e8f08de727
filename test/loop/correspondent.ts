import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import PostalMime, { type Email } from 'postal-mime';
import { type MailHouse, passwordOf } from './mail-house.js';

/** How somebody answers a mail. */
export interface Answer {
  readonly from: string;
  readonly text: string;
  /** `reply`: as mail programs do it. `afresh`: a new mail to the sender's address, which refers to nothing. */
  readonly manner: 'reply' | 'afresh';
}

/** All mails in somebody's INBOX, as her mail program reads them. */
export async function readInbox({ dovecot }: MailHouse, address: string): Promise<Email[]> {
  const client = new ImapFlow({
    host: 'localhost',
    port: dovecot.tlsPort,
    secure: true,
    auth: { user: address, pass: passwordOf(address) },
    tls: { ca: dovecot.certificate },
    logger: false,
  });
  await client.connect();
  try {
    const { exists } = await client.mailboxOpen('INBOX', { readOnly: true });
    if (exists === 0) return [];
    const fetched = await client.fetchAll('1:*', { source: true });
    return await Promise.all(fetched.map(({ source }) => PostalMime.parse(source ?? '')));
  } finally {
    await client.logout();
  }
}

/** Answers mails over SMTP, one connection for all of them. */
export async function answerAll(
  house: MailHouse,
  answers: readonly (Answer & { to: Email })[],
): Promise<void> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: house.port,
    ignoreTLS: true,
    pool: true,
    maxConnections: 1,
    maxMessages: Infinity,
  });
  try {
    for (const answer of answers) await transport.sendMail(compose(answer, answer.to));
  } finally {
    transport.close();
  }
}

function compose({ from, text, manner }: Answer, mail: Email) {
  const sender = mail.from?.address ?? '';
  if (manner === 'afresh') return { from, to: sender, subject: 'A question of mine', text };
  return {
    from,
    to: mail.replyTo?.[0]?.address ?? sender,
    subject: `Re: ${mail.subject ?? ''}`,
    inReplyTo: mail.messageId ?? '',
    references: [mail.references ?? '', mail.messageId ?? ''].join(' ').trim(),
    text: `${text}\n\nOn Mon, 23 Nov 2026 at 09:12, Support <${sender}> wrote:\n\n${quote(mail.text ?? '')}\n`,
  };
}

function quote(text: string): string {
  return text
    .trim()
    .split(/\r?\n/)
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}
