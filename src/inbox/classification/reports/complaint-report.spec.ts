import { describe, expect, it } from '@jest/globals';
import { parseMail } from '../../reading/parse-mail.js';
import type { Report } from '../classification.js';
import { readReport } from './read-report.js';

async function read(raw: string): Promise<Report | null> {
  return readReport(await parseMail(new TextEncoder().encode(raw)));
}

const ORIGINAL = `Received: from web by mx; Mon
Message-ID: <original-1@ours.test>
From: ann@ours.test
To: bob@theirs.test
Subject: A question

Hello`;

function multipart(header: string, ...parts: readonly string[]): string {
  return `${header}
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

${parts.map((part) => `--b\n${part}\n`).join('')}--b--
`;
}

const feedback = (fields: string): string => `Content-Type: message/feedback-report\n\n${fields}\n`;
const returned = `Content-Type: message/rfc822\n\n${ORIGINAL}\n`;
const words = 'Content-Type: text/plain\n\nThis is an abuse report.\n';
const HEADER = 'From: feedback@theirs.test\nTo: ann@ours.test\nSubject: FW: A question\nMIME-Version: 1.0';

describe('readReport of complaints', () => {
  it('reads a complaint as RFC 5965 writes it', async () => {
    const report = await read(
      multipart(
        HEADER,
        words,
        feedback('Feedback-Type: Abuse\nVersion: 1\nOriginal-Rcpt-To: <Bob@theirs.test>'),
        returned,
      ),
    );

    expect(report).toEqual({
      kind: 'complaint',
      recipients: [{ address: 'bob@theirs.test', kind: null, status: null, diagnostic: null }],
      originalMessageId: '<original-1@ours.test>',
      feedbackType: 'abuse',
      confidence: 0.98,
      rules: ['arf'],
    });
  });

  it('names who the mail was sent to where the desk hides who complained', async () => {
    const report = await read(
      multipart(
        HEADER,
        words,
        feedback('Feedback-Type: opt-out\nOriginal-Rcpt-To: <redacted@theirs.test>'),
        returned,
      ),
    );

    expect(report?.feedbackType).toBe('opt-out');
    expect(report?.recipients.map(({ address }) => address)).toEqual(['bob@theirs.test']);
  });

  it('knows a desk that only sends the mail back', async () => {
    const report = await read(`From: staff@theirs.test
To: ann@ours.test
Subject: complaint about message from 192.0.2.1
Content-Type: multipart/mixed; boundary="b"

--b
${returned}
--b--
`);

    expect(report).toMatchObject({
      kind: 'complaint',
      feedbackType: 'abuse',
      originalMessageId: '<original-1@ours.test>',
      rules: ['feedback-desk'],
    });
  });

  it('knows our own mail that comes back with the name of who complained', async () => {
    const report = await read(`X-HmXmrOriginalRecipient: bob@theirs.test\n${ORIGINAL}`);

    expect(report?.recipients.map(({ address }) => address)).toEqual(['bob@theirs.test']);
    expect(report?.originalMessageId).toBe('<original-1@ours.test>');
  });

  it('takes a person who complains of a mail for a person', async () => {
    const raw = `From: Bob <bob@theirs.test>
To: ann@ours.test
Subject: complaint about message from you
Content-Type: multipart/mixed; boundary="b"

--b
${returned}
--b--
`;

    expect(await read(raw)).toBeNull();
  });

  it('takes a bounce of a complaint for a bounce', async () => {
    const raw = `Return-Path: <>
From: MAILER-DAEMON@theirs.test
To: ann@ours.test
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
${words}
--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; abuse@theirs.test
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <original-1@ours.test>
Subject: report

Feedback-Type: abuse
--b--
`;

    expect(await read(raw)).toMatchObject({ kind: 'bounce', rules: ['dsn', 'status-5.1'] });
  });
});
