import { describe, expect, it } from '@jest/globals';
import { parseMail } from '../../reading/parse-mail.js';
import type { Report } from '../classification.js';
import { readReport } from './read-report.js';

async function read(raw: string): Promise<Report | null> {
  return readReport(await parseMail(new TextEncoder().encode(raw)));
}

const HEADER = `Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.theirs.test>
To: ann@ours.test
Subject: Undelivered Mail Returned to Sender
In-Reply-To: <thread@ours.test>
MIME-Version: 1.0`;

function dsn(status: string, more = '', words = 'Your message could not be delivered.'): string {
  return `${HEADER}
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

${words}

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.theirs.test

${status}

${more}--b--
`;
}

const RETURNED = `--b
Content-Type: text/rfc822-headers

Message-ID: <original-1@ours.test>
To: bob@theirs.test

`;

describe('readReport of delivery reports', () => {
  it('tells who failed, how and of which mail', async () => {
    const report = await read(
      dsn(
        'Final-Recipient: rfc822; bob@theirs.test\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user',
        RETURNED,
      ),
    );

    expect(report).toEqual({
      kind: 'bounce',
      recipients: [
        { address: 'bob@theirs.test', kind: 'hard', status: '5.1.1', diagnostic: '550 no such user' },
      ],
      originalMessageId: '<original-1@ours.test>',
      feedbackType: null,
      confidence: 0.99,
      rules: ['dsn', 'unknown-user'],
    });
  });

  it('names a recipient as our mail did where the report has two names', async () => {
    const report = await read(
      dsn(
        'Original-Recipient: rfc822; bob@theirs.test\nFinal-Recipient: rfc822; robert@hidden.test\nAction: failed\nStatus: 5.1.1',
        RETURNED,
      ),
    );

    expect(report?.recipients.map(({ address }) => address)).toEqual(['bob@theirs.test']);
  });

  it('takes the thread for the original where nothing came back', async () => {
    const report = await read(dsn('Final-Recipient: rfc822; bob@theirs.test\nAction: failed\nStatus: 5.1.1'));

    expect(report?.originalMessageId).toBe('<thread@ours.test>');
  });

  it('tells a delay from a failure, whatever its words', async () => {
    const report = await read(
      dsn(
        'Final-Recipient: rfc822; bob@theirs.test\nAction: delayed\nStatus: 4.1.1\nDiagnostic-Code: smtp; 450 user unknown',
      ),
    );

    expect(report?.kind).toBe('delayed');
    expect(report?.recipients.map(({ kind }) => kind)).toEqual(['soft']);
  });

  it('names who is late beside who failed, and says nothing of her address', async () => {
    const report = await read(
      dsn(
        'Final-Recipient: rfc822; carol@theirs.test\nAction: delayed\nStatus: 4.4.1\n\nFinal-Recipient: rfc822; bob@theirs.test\nAction: failed\nStatus: 5.1.1',
      ),
    );

    expect(report?.kind).toBe('bounce');
    expect(report?.recipients.map(({ address, kind }) => [address, kind])).toEqual([
      ['bob@theirs.test', 'hard'],
      ['carol@theirs.test', null],
    ]);
  });

  it('guesses the action from the words where the report has none', async () => {
    const late = 'This is a warning message only. You do not need to resend your message.';
    const status = 'Final-Recipient: rfc822; bob@theirs.test\nStatus: 4.4.1';

    expect((await read(dsn(status, '', late)))?.kind).toBe('delayed');
    expect((await read(dsn(status)))?.kind).toBe('bounce');
  });

  it('takes a report of success for a receipt', async () => {
    const report = await read(
      dsn('Final-Recipient: rfc822; bob@theirs.test\nAction: relayed\nStatus: 2.0.0', RETURNED),
    );

    expect(report).toMatchObject({ kind: 'receipt', recipients: [], rules: ['dsn-success'] });
  });

  it('takes words of success for a receipt', async () => {
    const report = await read(`${HEADER}

Your message was successfully delivered to:

  bob@theirs.test
`);

    expect(report).toMatchObject({ kind: 'receipt', recipients: [], rules: ['text-success'] });
  });

  it('takes a read receipt for a receipt', async () => {
    const report = await read(`From: bob@theirs.test
To: ann@ours.test
Subject: Not read: A question
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b
Content-Type: text/plain

Your message was deleted without being read.

--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822; bob@theirs.test
Original-Message-ID: <original-1@ours.test>
Disposition: automatic-action/MDN-sent-automatically; deleted
--b--
`);

    expect(report).toMatchObject({
      kind: 'receipt',
      originalMessageId: '<original-1@ours.test>',
      rules: ['mdn'],
    });
  });

  it('reads a report whose parts are not labelled', async () => {
    const report = await read(`${HEADER}

--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; bob@theirs.test
Action: failed
Status: 5.2.2
`);

    expect(report?.recipients).toEqual([
      { address: 'bob@theirs.test', kind: 'soft', status: '5.2.2', diagnostic: null },
    ]);
  });

  it('cuts what the server said', async () => {
    const report = await read(
      dsn(
        `Final-Recipient: rfc822; bob@theirs.test\nAction: failed\nDiagnostic-Code: smtp; 550 ${'no '.repeat(400)}`,
      ),
    );

    expect(report?.recipients[0]?.diagnostic).toHaveLength(500);
  });
});

describe('readReport of what is no report', () => {
  const said = '<bob@theirs.test>: host mx said: 550 5.1.1 User unknown';
  const cases: readonly (readonly [string, string])[] = [
    [
      'a person who forwards a bounce',
      `From: Bob <bob@theirs.test>\nSubject: Fwd: Undelivered Mail Returned to Sender\n\n${said}`,
    ],
    [
      'a person who pastes a bounce',
      `From: Bob <bob@theirs.test>\nSubject: Undelivered Mail Returned to Sender\n\nThis is the mail system at host mx.\n\n${said}`,
    ],
    [
      'a list that talks of bounces',
      `Return-Path: <owner-list@lists.test>\nFrom: Bob <bob@theirs.test>\nSubject: [list] bounces: user unknown\nPrecedence: list\n\nMy server says:\n${said}`,
    ],
    [
      'a postmaster who answers',
      `From: Bob <postmaster@theirs.test>\nSubject: Re: Undelivered mail\nReturn-Path: <>\n\nYour message could not be delivered to bob@theirs.test last week.`,
    ],
    [
      'a postmaster who writes',
      `From: Bob <postmaster@theirs.test>\nSubject: our new server\nReturn-Path: <postmaster@theirs.test>\n\nSome mails could not be delivered last week; bob@theirs.test works now.`,
    ],
    [
      'an out-of-office',
      `Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: Bob <bob@theirs.test>\nSubject: Automatic reply: Undeliverable widgets\n\nI am away. Your message has not been forwarded to carol@theirs.test.`,
    ],
    [
      'a challenge',
      `Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: Bob <bob@theirs.test>\nSubject: Please confirm your message\n\nYour message has not been delivered yet.`,
    ],
    [
      'a ticket',
      `Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: Help <help@theirs.test>\nSubject: [#1] Delivery problem\n\nWe have your message. Delivery of an answer may be delayed.`,
    ],
    [
      'a report on a domain',
      `From: postmaster@theirs.test\nSubject: Report domain: ours.test\nAuto-Submitted: auto-generated\n\nThis is an aggregate report. Policy: reject.`,
    ],
    [
      'an out-of-office with a bounce attached',
      `Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: Bob <bob@theirs.test>\nSubject: Away\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nI am away.\n--b\nContent-Type: message/rfc822\n\nSubject: Undelivered\n\nFinal-Recipient: rfc822; carol@theirs.test\nAction: failed\n--b--\n`,
    ],
    [
      'a person who forwards a whole report',
      `From: Bob <bob@theirs.test>\nSubject: Fwd: Undelivered\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nLook.\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; carol@theirs.test\nAction: failed\n--b--\n`,
    ],
    ['an empty mail', ``],
  ];

  it.each(cases)('says nothing of %s', async (_, raw) => {
    expect(await read(raw)).toBeNull();
  });
});
