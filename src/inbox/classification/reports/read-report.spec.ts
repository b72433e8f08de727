import { describe, expect, it } from '@jest/globals';
import { parseMail } from '../../reading/parse-mail.js';
import type { Report } from '../classification.js';
import { readReport } from './read-report.js';

const ORIGINAL = `Return-Path: <ann@ours.test>
Received: from web (web.ours.test [192.0.2.1]) by mx.ours.test; Mon, 2 Mar 2026 10:00:00 +0000
Message-ID: <original-1@ours.test>
From: Ann <ann@ours.test>
To: bob@theirs.test
Subject: A question
Date: Mon, 2 Mar 2026 10:00:00 +0000

Hello Bob`;

function bounceText(text: string, headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    'Return-Path': '<>',
    From: 'Mail Delivery System <MAILER-DAEMON@mx.theirs.test>',
    To: 'ann@ours.test',
    Subject: 'Undelivered Mail Returned to Sender',
    ...headers,
  };
  const header = Object.entries(all)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`);
  return `${header.join('\n')}\n\n${text}\n`;
}

async function read(raw: string): Promise<Report | null> {
  return readReport(await parseMail(new TextEncoder().encode(raw)));
}

interface Shape {
  readonly of: string;
  readonly raw: string;
  /** Address, kind, status of each recipient. */
  readonly told: readonly (readonly [string, string, string | null])[];
  /** Whether the original's header comes back. */
  readonly returned: boolean;
}

const shapes: readonly Shape[] = [
  {
    of: 'qmail',
    raw: bounceText(
      `Hi. This is the qmail-send program at theirs.test.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<bob@theirs.test>:
192.0.2.9 does not like recipient.
Remote host said: 550 5.1.1 <bob@theirs.test>: Recipient address rejected: User unknown
Giving up on 192.0.2.9.

--- Below this line is a copy of the message.

${ORIGINAL}`,
      { Subject: 'failure notice' },
    ),
    told: [['bob@theirs.test', 'hard', '5.1.1']],
    returned: true,
  },
  {
    of: 'Exim, two recipients',
    raw: bounceText(
      `This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  bob@theirs.test
    host mx.theirs.test [192.0.2.9]
    SMTP error from remote mail server after RCPT TO:<bob@theirs.test>:
    552 5.2.2 Mailbox is over quota
  carol@gone.test
    Unrouteable address

------ This is a copy of the message, including all the headers. ------

${ORIGINAL}`,
      { 'X-Failed-Recipients': 'bob@theirs.test, carol@gone.test' },
    ),
    told: [
      ['bob@theirs.test', 'soft', '5.2.2'],
      ['carol@gone.test', 'hard', null],
    ],
    returned: true,
  },
  {
    of: 'Sendmail without a report part',
    raw: bounceText(
      `The original message was received at Mon, 2 Mar 2026 10:00:00 GMT
from web.ours.test [192.0.2.1]

   ----- The following addresses had permanent fatal errors -----
<bob@theirs.test>
    (expanded from: <team@theirs.test>)

   ----- Transcript of session follows -----
... while talking to mx.theirs.test.:
>>> RCPT To:<bob@theirs.test>
<<< 550 5.7.1 Relaying denied
550 <bob@theirs.test>... Relaying denied

   ----- Original message follows -----

${ORIGINAL}`,
      { Subject: 'Returned mail: see transcript for details' },
    ),
    told: [['bob@theirs.test', 'policy', '5.7.1']],
    returned: true,
  },
  {
    of: 'Exchange 5.5 with a display name',
    raw: bounceText(
      `Your message

  To:      bob@theirs.test
  Subject: A question
  Sent:    Mon, 2 Mar 2026 10:00:00 -0000

did not reach the following recipient(s):

bob@theirs.test on Mon, 2 Mar 2026 10:00:05 -0000
    The recipient name is not recognized
	The MTS-ID of the original message is: c=us;a= ;p=theirs
    MSEXCH:IMS:Theirs:HQ:MAIL 0 (000C05A6) Unknown Recipient`,
      { From: 'System Administrator <postmaster@theirs.test>', Subject: 'Undeliverable: A question' },
    ),
    told: [['bob@theirs.test', 'hard', null]],
    returned: false,
  },
  {
    of: 'Exchange 2003, code in brackets',
    raw: bounceText(
      `Your message did not reach some or all of the intended recipients.

      Subject:	A question
      Sent:	3/2/2026 10:00 AM

The following recipient(s) could not be reached:

      bob@theirs.test on 3/2/2026 10:00 AM
            The e-mail account does not exist at the organization this message was sent to.
            <mail.theirs.test #5.1.1>`,
      { From: 'postmaster@theirs.test', Subject: 'Undeliverable: A question' },
    ),
    told: [['bob@theirs.test', 'hard', '5.1.1']],
    returned: false,
  },
  {
    of: 'Domino',
    raw: bounceText(
      `Your message

  Subject: A question

was not delivered to:

  bob@theirs.test

because:

  User bob (bob@theirs.test) not listed in Domino Directory`,
      { From: 'Postmaster@theirs.test', Subject: 'DELIVERY FAILURE: User bob not listed' },
    ),
    told: [['bob@theirs.test', 'hard', null]],
    returned: false,
  },
  {
    of: 'GroupWise',
    raw: bounceText(
      `The message that you sent was undeliverable to the following:
	bob@theirs.test (mailbox full)

Possibly truncated original message follows:

${ORIGINAL}`,
      { From: 'Mailer-Daemon@theirs.test', Subject: 'Message status - undeliverable' },
    ),
    told: [['bob@theirs.test', 'soft', null]],
    returned: true,
  },
  {
    of: 'Courier',
    raw: bounceText(
      `This is a delivery status notification from mx.theirs.test,
running the Courier mail server.

The original message was received on Mon, 02 Mar 2026 10:00:00 +0000
from web.ours.test (192.0.2.1)

---------------------------------------------------------------------------

                           UNDELIVERABLE MAIL

Your message to the following recipients cannot be delivered:

<bob@theirs.test>:
    mx.theirs.test [192.0.2.9]:
>>> RCPT TO:<bob@theirs.test>
<<< 550 User unknown.

---------------------------------------------------------------------------`,
      { From: '"Courier mail server at mx" <@>', Subject: 'NOTICE: mail delivery status.' },
    ),
    told: [['bob@theirs.test', 'hard', null]],
    returned: false,
  },
  {
    of: 'MailMarshal',
    raw: bounceText(
      `Your message:
   From:    ann@ours.test
   Subject: A question

Could not be delivered because of

550 5.1.1 User unknown

The following recipients were affected:
    bob@theirs.test`,
      { From: 'MailMarshal <postmaster@theirs.test>', Subject: 'Undeliverable Mail: "A question"' },
    ),
    told: [['bob@theirs.test', 'hard', '5.1.1']],
    returned: false,
  },
  {
    of: 'Gmail of old',
    raw: bounceText(
      `Delivery to the following recipient failed permanently:

     bob@theirs.test

Technical details of permanent failure:
Google tried to deliver your message, but it was rejected by the recipient domain. We recommend contacting the other email provider for further information about the cause of this error. The error that the other server returned was: 550 550 5.1.1 <bob@theirs.test>: no such user (state 14).

----- Original message -----

${ORIGINAL}`,
      {
        From: 'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
        Subject: 'Delivery Status Notification (Failure)',
      },
    ),
    told: [['bob@theirs.test', 'hard', '5.1.1']],
    returned: true,
  },
  {
    of: 'MDaemon with a session transcript',
    raw: bounceText(
      `The attached message had PERMANENT fatal delivery errors!

After one or more unsuccessful delivery attempts the attached message has
been removed from the mail queue on this server.

THE FOLLOWING ADDRESSES DID NOT RECEIVE A COPY OF YOUR MESSAGE:

> bob@theirs.test

--- Session Transcript ---
 Mon 2026-03-02 10:00:01: <-- 220 mx.theirs.test ESMTP
 Mon 2026-03-02 10:00:02: --> RCPT To:<bob@theirs.test>
 Mon 2026-03-02 10:00:02: <-- 554 5.7.1 Service unavailable; client host [192.0.2.1] blocked using a list
--- End Transcript ---`,
      { From: 'MDaemon@theirs.test', Subject: 'MDaemon Warning - permanent delivery failure' },
    ),
    told: [['bob@theirs.test', 'policy', '5.7.1']],
    returned: false,
  },
  {
    of: 'IMail',
    raw: bounceText(`Unknown user: bob@theirs.test\n\n\nOriginal message follows.\n\n${ORIGINAL}`, {
      From: 'Postmaster <postmaster@theirs.test>',
      Subject: 'Undeliverable Mail',
    }),
    told: [['bob@theirs.test', 'hard', null]],
    returned: true,
  },
  {
    of: 'Smail, addresses in a box',
    raw: bounceText(
      `|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
 <bob@theirs.test> ... unknown user
|------------------------- Message text follows: ------------------------|
${ORIGINAL}`,
      { Subject: 'mail failed, returning to sender' },
    ),
    told: [['bob@theirs.test', 'hard', null]],
    returned: true,
  },
  {
    of: 'a label for the address',
    raw: bounceText(
      `The mail system was unable to deliver your message.

Undeliverable Address: bob@theirs.test
Reason: The mailbox is not accepting mail at this time; quota exceeded.

Original message attached.`,
      { From: 'Postmaster@theirs.test', Subject: 'Returned mail' },
    ),
    told: [['bob@theirs.test', 'soft', null]],
    returned: false,
  },
  {
    of: 'an address inside a sentence',
    raw: bounceText(
      `Sorry! Your mail to <bob@theirs.test> could not be delivered: this address no longer exists.`,
      { From: 'postmaster@theirs.test', Subject: 'Mail delivery failed' },
    ),
    told: [['bob@theirs.test', 'hard', null]],
    returned: false,
  },
  {
    of: 'Lotus Notes, the reason above the address',
    raw: bounceText(
      `------- Failure Reasons  --------

User not listed in public Name & Address Book
bob@theirs.test


------- Returned Message --------

${ORIGINAL}`,
      { From: 'Postmaster@theirs.test', Subject: 'Delivery failure' },
    ),
    told: [['bob@theirs.test', 'hard', null]],
    returned: true,
  },
  {
    of: 'James',
    raw: bounceText(
      `Hi. This is the James mail server at theirs.test.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out. Below
I include the list of recipients and the reason why I was unable to deliver
your message.

Failed recipient(s):
bob@theirs.test

Error message:
550 5.1.1 unknown or illegal alias: bob@theirs.test`,
      { From: 'postmaster@theirs.test', Subject: 'Failure notice' },
    ),
    told: [['bob@theirs.test', 'hard', '5.1.1']],
    returned: false,
  },
  {
    of: 'German',
    raw: bounceText(
      `Ihre Nachricht konnte an folgende Empfänger nicht zugestellt werden:

bob@theirs.test
  Das Postfach des Empfängers ist voll.`,
      {
        From: 'Postmaster <postmaster@theirs.test>',
        Subject: 'Unzustellbar: Eine Frage',
        'Content-Type': 'text/plain; charset=utf-8',
      },
    ),
    told: [['bob@theirs.test', 'soft', null]],
    returned: false,
  },
  {
    of: 'Spanish',
    raw: bounceText(
      `Su mensaje no pudo ser entregado a:

<bob@theirs.test>:
Usuario desconocido.`,
      {
        From: 'MAILER-DAEMON@theirs.test',
        Subject: 'Mensaje no entregado',
        'Content-Type': 'text/plain; charset=utf-8',
      },
    ),
    told: [['bob@theirs.test', 'hard', null]],
    returned: false,
  },
  {
    of: 'Russian',
    raw: bounceText(
      `Ваше сообщение не может быть доставлено следующему получателю:

  bob@theirs.test
    Почтовый ящик переполнен`,
      {
        From: 'mailer-daemon@theirs.test',
        Subject: 'Undelivered',
        'Content-Type': 'text/plain; charset=utf-8',
      },
    ),
    told: [['bob@theirs.test', 'soft', null]],
    returned: false,
  },
  {
    of: 'a subject and no sender',
    raw: bounceText(
      `Could not deliver message to the following recipient(s):

Failed Recipient: bob@theirs.test
Reason: Remote host said: 550 Requested action not taken: mailbox unavailable`,
      { From: '', 'Return-Path': '<>', Subject: 'Undeliverable message' },
    ),
    told: [['bob@theirs.test', 'hard', null]],
    returned: false,
  },
  {
    of: 'a server that quotes our header first',
    raw: bounceText(
      `This report relates to a message you sent with the following header fields:

Message-ID: <original-1@ours.test>
Date: Mon, 02 Mar 2026 10:00:00 +0000
From: Ann <ann@ours.test>
To: bob@theirs.test
Subject: A question

Your message cannot be delivered to the following recipients:

  Recipient address: bob@theirs.test
  Reason: Remote SMTP server has rejected address
  Diagnostic code: smtp;550 5.1.1 unknown or illegal alias: bob@theirs.test`,
      { From: 'Internet Mail Delivery <postmaster@theirs.test>', Subject: 'Delivery Notification' },
    ),
    told: [['bob@theirs.test', 'hard', '5.1.1']],
    returned: true,
  },
  {
    of: 'a server that quotes our mail like a person',
    raw: bounceText(
      `Your message to bob@theirs.test was rejected: 550 no such user\n\n> ${ORIGINAL.replaceAll('\n', '\n> ')}`,
    ),
    told: [['bob@theirs.test', 'hard', null]],
    returned: true,
  },
  {
    of: 'a language that no rule knows',
    raw: bounceText(`Skilaboðin komust ekki til skila\n\n  bob@theirs.test\n\n${ORIGINAL}`, {
      Subject: 'Villa',
    }),
    told: [['bob@theirs.test', 'soft', null]],
    returned: true,
  },
  {
    of: 'HTML only',
    raw: bounceText(
      `<html><body><p>Delivery has failed to these recipients:</p><p><a href="mailto:bob@theirs.test">bob@theirs.test</a><br>The email address you entered couldn't be found.</p></body></html>`,
      { From: 'postmaster@theirs.test', Subject: 'Undeliverable: A question', 'Content-Type': 'text/html' },
    ),
    told: [['bob@theirs.test', 'hard', null]],
    returned: false,
  },
];

describe('readReport of words', () => {
  it.each(shapes)('finds who failed in a bounce of $of', async ({ raw, told, returned }) => {
    const report = await read(raw);

    expect(report?.kind).toBe('bounce');
    expect(report?.recipients.map(({ address, kind, status }) => [address, kind, status])).toEqual(told);
    expect(report?.originalMessageId ?? null).toBe(returned ? '<original-1@ours.test>' : null);
  });

  it.each(shapes)('says the same of CRLF and of a mailbox file in a bounce of $of', async ({ raw }) => {
    const report = await read(raw);

    expect(await read(raw.replaceAll('\n', '\r\n'))).toEqual(report);
    expect(await read(`From MAILER-DAEMON Mon Mar  2 10:00:00 2026\n${raw}`)).toEqual(report);
    expect(await read(`\n\n${raw}`)).toEqual(report);
  });
});

describe('readReport of words about a delay', () => {
  it.each([
    ['Warning: could not send message for past 4 hours', '<bob@theirs.test>\n451 Name server timeout'],
    [
      'Delayed Mail (still being retried)',
      'It will be retried until it is 5 days old.\n\n<bob@theirs.test>: 450 user unknown',
    ],
    [
      'Delivery Status Notification (Delay)',
      'Delivery to the following recipient has been delayed:\n\n  bob@theirs.test',
    ],
    ['Mail delivery', 'Your message has not yet been delivered to:\n\n  bob@theirs.test'],
  ])('takes %j for a delay, not for a dead address', async (subject, text) => {
    const report = await read(
      bounceText(`Your message could not be delivered yet.\n\n${text}`, { Subject: subject }),
    );

    expect(report?.kind).toBe('delayed');
    expect(report?.recipients.map(({ address, kind }) => [address, kind])).toEqual([
      ['bob@theirs.test', 'soft'],
    ]);
  });

  it('takes it for a failure when the server has given up', async () => {
    const text = 'It was delayed, and now I am giving up.\n\n<bob@theirs.test>: Connection timed out';

    expect((await read(bounceText(text, { Subject: 'Delayed mail' })))?.kind).toBe('bounce');
  });
});
