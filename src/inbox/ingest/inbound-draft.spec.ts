import { describe, expect, it } from '@jest/globals';
import { readMail } from '../reading/read-mail.js';
import { draftOf } from './inbound-draft.js';

async function draftOfFeedback(feedbackType: string): Promise<ReturnType<typeof draftOf>> {
  const raw = Buffer.from(
    [
      'From: feedback@theirs.test',
      'Subject: Feedback',
      'Content-Type: multipart/report; report-type=feedback-report; boundary=b',
      '',
      '--b',
      'Content-Type: message/feedback-report',
      '',
      `Feedback-Type: ${feedbackType}`,
      'Version: 1',
      'User-Agent: theirs',
      'Original-Rcpt-To: <bob@theirs.test>',
      '',
      '--b--',
      '',
    ].join('\r\n'),
  );
  const incoming = {
    provider: 'API',
    uid: '1',
    receivedAt: new Date('2026-03-02T10:00:00Z'),
    raw,
    oversize: null,
  } as const;
  return draftOf(incoming, { kind: 'read', ...(await readMail(raw)) });
}

describe('draftOf', () => {
  it('takes a complaint for a request to stop', async () => {
    expect(await draftOfFeedback('abuse')).toMatchObject({
      classification: 'UNSUB',
      automatic: true,
      email_metadata: { kind: 'complaint', feedback_type: 'abuse' },
    });
  });

  it.each(['not-spam', 'Auth-Failure'])('takes feedback of %s for no complaint', async (feedbackType) => {
    expect(await draftOfFeedback(feedbackType)).toMatchObject({
      classification: 'NEUTRAL',
      automatic: true,
      email_metadata: { kind: 'automatic' },
    });
  });
});
