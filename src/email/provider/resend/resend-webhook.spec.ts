import { describe, expect, it } from '@jest/globals';
import { signEvent } from '../../../../test/support/fake-resend/events.mjs';
import type { MailNews, ProviderNews } from '../provider-webhook.js';
import { ResendWebhook } from './resend-webhook.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const webhook = new ResendWebhook(SECRET);

function read(body: string): ProviderNews {
  const reading = webhook.read(signEvent(SECRET, { id: 'msg_1', body }), Buffer.from(body));
  if (reading.kind === 'forged') throw new Error(reading.reason);
  return reading.news;
}

const told = (type: string, data: unknown = {}): ProviderNews =>
  read(JSON.stringify({ type, created_at: '2026-03-10T12:00:00.000Z', data }));

function newsOf(type: string, data: unknown = {}): MailNews {
  const { about } = told(type, data);
  if (about.kind !== 'sent_mail') throw new Error(`It is about ${about.kind}`);
  return about.news;
}

const bounce = (type: string, subType: string) => ({ bounce: { type, subType, message: '550 no' } });

describe('ResendWebhook.read', () => {
  it('names the mail by tag, id and Message-ID', () => {
    const data = { email_id: 'm1', message_id: '<x@eu.example>', tags: { cam_send: 'key', other: '1' } };

    expect(told('email.delivered', data)).toMatchObject({
      provider: 'Resend',
      eventId: 'msg_1',
      type: 'email.delivered',
      occurredAt: new Date('2026-03-10T12:00:00Z'),
      about: {
        kind: 'sent_mail',
        names: { sendKey: 'key', messageId: 'm1', messageIdHeader: '<x@eu.example>' },
        news: { kind: 'delivered' },
      },
    });
  });

  it.each([
    [{ tags: [{ name: 'cam_send', value: 'key' }] }, { sendKey: 'key' }],
    [
      { tags: null, message_id: 'x@eu.example' },
      { sendKey: null, messageIdHeader: '<x@eu.example>' },
    ],
    [{ message_id: '<two words@eu.example>' }, { messageIdHeader: null }],
    [
      { email_id: 7, tags: { cam_send: 7 } },
      { sendKey: null, messageId: null },
    ],
  ])('reads names of %j', (data, names) => {
    expect(told('email.sent', data).about).toMatchObject({ names });
  });

  it.each([
    ['email.sent', {}, { kind: 'accepted' }],
    ['email.delivery_delayed', {}, { kind: 'accepted' }],
    ['email.opened', {}, { kind: 'opened' }],
    ['email.clicked', {}, { kind: 'clicked' }],
    ['email.complained', {}, { kind: 'complained' }],
    ['email.bounced', bounce('Permanent', 'General'), { kind: 'bounced', bounce: 'hard', detail: '550 no' }],
    ['email.bounced', bounce('Transient', 'MailboxFull'), { kind: 'bounced', bounce: 'soft' }],
    ['email.bounced', bounce('Undetermined', 'Undetermined'), { kind: 'bounced', bounce: 'soft' }],
    ['email.bounced', {}, { kind: 'bounced', bounce: 'soft', detail: null }],
    ['email.bounced', bounce('Permanent', 'OnAccountSuppressionList'), { kind: 'suppressed' }],
    [
      'email.suppressed',
      { suppressed: { type: 'Suppressed', message: 'listed' } },
      { kind: 'suppressed', detail: 'listed' },
    ],
    [
      'email.failed',
      { failed: { reason: 'reached_daily_quota' } },
      { kind: 'failed', detail: 'reached_daily_quota' },
    ],
  ])('reads %s %j', (type, data, news) => {
    expect(newsOf(type, data)).toMatchObject(news);
  });

  it('reads the envelope of a mail that was received, each address once', () => {
    const data = {
      email_id: 'r1',
      to: ['a@in.test'],
      cc: ['c@in.test'],
      received_for: ['a@in.test', 'b@in.test'],
    };

    expect(told('email.received', data).about).toEqual({
      kind: 'received_mail',
      notice: { receivedId: 'r1', recipients: ['a@in.test', 'b@in.test', 'c@in.test'] },
    });
  });

  it.each([
    ['an unknown type', '{"type":"domain.updated","data":{"id":"d1"}}', 'domain.updated'],
    ['no type', '{"data":{}}', 'unreadable'],
    ['a list', '[1]', 'unreadable'],
    ['no JSON', '{"type":', 'unreadable'],
    ['no bytes', '', 'unreadable'],
    ['received mail without an id', '{"type":"email.received","data":{}}', 'email.received'],
  ])('takes %s for news of nothing', (_name, body, type) => {
    expect(read(body)).toMatchObject({ type, about: { kind: 'other' } });
  });

  it.each(['yesterday', '+012026-03-10T12:00:00Z', 5, null])('knows no instant from %j', (created_at) => {
    expect(read(JSON.stringify({ type: 'email.sent', created_at })).occurredAt).toBeNull();
  });

  it('keeps neither bodies nor what the database cannot store', () => {
    const body =
      '{"type":"email.sent","data":{"html":"<p>","nested":{"text":"x","kept":"a\\u0000b\\ud800"},"__proto__":{"a":1}}}';

    expect(read(body).payload).toEqual({
      type: 'email.sent',
      data: { nested: { kept: 'a\ufffdb\ufffd' } },
    });
  });

  it('cuts what is endless', () => {
    const deep = `${'{"a":'.repeat(500)}1${'}'.repeat(500)}`;
    const news = read(
      `{"type":"x","data":{"deep":${deep},"list":${JSON.stringify(Array(999).fill('y'.repeat(9_999)))}}}`,
    );

    expect(JSON.stringify(news.payload).length).toBeLessThan(500_000);
  });

  it('believes nobody whose signature does not fit the bytes', () => {
    const headers = signEvent(SECRET, { id: 'msg_1', body: '{}' });

    expect(webhook.read(headers, Buffer.from('{ }'))).toMatchObject({ kind: 'forged' });
    expect(webhook.read({ ...headers, 'svix-id': ['msg_1', 'msg_1'] }, Buffer.from('{}'))).toMatchObject({
      kind: 'forged',
    });
  });
});
