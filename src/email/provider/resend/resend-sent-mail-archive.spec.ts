import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { FakeResend } from '../../../../test/support/fake-resend/fake-resend.mjs';
import type { WireEmail } from '../email-provider.js';
import { ResendEmailProvider } from './resend-email-provider.js';
import { ResendSentMailArchive } from './resend-sent-mail-archive.js';

const ACCOUNT = { apiKey: 're_123', fromEmail: 'ada@sender.test' };
const TIMEOUT_MS = 2_000;
const QUESTIONS = ['findSendKey', 'findMessageIdHeader'] as const;
const NOW = Date.UTC(2026, 10, 22, 10, 0, 0, 123);

function mail(fields: Partial<WireEmail> = {}): WireEmail {
  return {
    from: ACCOUNT.fromEmail,
    to: 'jane@lead.test',
    subject: 'A question',
    html: '<p>Hello</p>',
    text: 'Hello',
    replyTo: null,
    headers: {},
    tags: {},
    ...fields,
  };
}

describe('ResendSentMailArchive, over what Resend has accepted', () => {
  let fake: FakeResend;
  let archive: ResendSentMailArchive;
  let provider: ResendEmailProvider;

  beforeEach(async () => {
    fake = await FakeResend.start({ now: () => NOW });
    archive = new ResendSentMailArchive({ ...ACCOUNT, baseUrl: fake.baseUrl });
    provider = new ResendEmailProvider({ ...ACCOUNT, baseUrl: fake.baseUrl });
  });

  afterEach(async () => {
    await fake.stop();
  });

  it('lists mails newest first, with whom they went to and when', async () => {
    await provider.send(mail(), 'k1', TIMEOUT_MS);
    await provider.send(mail({ to: 'Joe <joe@lead.test>', subject: 'Another' }), 'k2', TIMEOUT_MS);

    expect(await archive.list(null, TIMEOUT_MS)).toEqual({
      kind: 'told',
      value: {
        mails: [
          {
            messageId: fake.history.mails[1]?.id,
            recipients: ['Joe <joe@lead.test>'],
            subject: 'Another',
            acceptedAt: new Date(NOW),
          },
          {
            messageId: fake.history.mails[0]?.id,
            recipients: ['jane@lead.test'],
            subject: 'A question',
            acceptedAt: new Date(NOW),
          },
        ],
        older: null,
      },
    });
  });

  it('goes back page by page', async () => {
    await Promise.all(
      Array.from({ length: 101 }, (_, index) => provider.send(mail(), `k${index}`, TIMEOUT_MS)),
    );

    const first = await archive.list(null, TIMEOUT_MS);
    if (first.kind !== 'told') throw new Error(first.reason);
    const second = await archive.list(first.value.older, TIMEOUT_MS);

    expect(first.value.mails).toHaveLength(100);
    expect(first.value.older).toBe(first.value.mails.at(-1)?.messageId);
    expect(second).toMatchObject({
      value: { mails: [{ messageId: fake.history.mails[0]?.id }], older: null },
    });
  });

  it('reads the send key from the tags of a mail', async () => {
    await provider.send(mail({ tags: { campaign: '7', cam_send: 'the-key' } }), 'k1', TIMEOUT_MS);
    await provider.send(mail(), 'k2', TIMEOUT_MS);
    const [tagged, bare] = fake.history.mails;

    expect(await archive.findSendKey(tagged?.id ?? '', TIMEOUT_MS)).toEqual({
      kind: 'told',
      value: 'the-key',
    });
    expect(await archive.findSendKey(bare?.id ?? '', TIMEOUT_MS)).toEqual({ kind: 'told', value: null });
  });

  it('reads the Message-ID that the recipient sees, which is not the one that we set', async () => {
    await provider.send(mail({ headers: { 'Message-ID': '<cam.a@sender.test>' } }), 'k1', TIMEOUT_MS);
    const [sent] = fake.history.mails;

    const told = await archive.findMessageIdHeader(sent?.id ?? '', TIMEOUT_MS);

    expect(told).toEqual({ kind: 'told', value: sent?.messageId });
    expect(told).not.toEqual({ kind: 'told', value: '<cam.a@sender.test>' });
  });

  it.each(QUESTIONS)('is told nothing of a mail that is not there: %s', async (question) => {
    expect(await archive[question]('b7c1', TIMEOUT_MS)).toEqual({
      kind: 'failed',
      reason: 'Resend answered 404 not_found',
    });
  });

  it.each(['', '../domains', 'a/b', 'a?b', 'a b', '%2e%2e'])('puts no id like %j into a path', async (id) => {
    await fake.stop();

    for (const question of QUESTIONS) {
      expect(await archive[question](id, TIMEOUT_MS)).toEqual({
        kind: 'failed',
        reason: 'The id of the mail fits into no path',
      });
    }
    fake = await FakeResend.start();
  });

  it('is forbidden with a key that Resend does not know', async () => {
    await fake.stop();
    fake = await FakeResend.start({ apiKeys: ['re_other'] });
    archive = new ResendSentMailArchive({ ...ACCOUNT, baseUrl: fake.baseUrl });

    const expected = { kind: 'forbidden', reason: 'Resend answered 403 invalid_api_key' };
    expect(await archive.list(null, TIMEOUT_MS)).toEqual(expected);
    for (const question of QUESTIONS) expect(await archive[question]('b7c1', TIMEOUT_MS)).toEqual(expected);
  });

  it('is forbidden with a key that may only send', async () => {
    await fake.stop();
    fake = await FakeResend.start({ sendOnly: true });
    archive = new ResendSentMailArchive({ ...ACCOUNT, baseUrl: fake.baseUrl });

    expect(await archive.list(null, TIMEOUT_MS)).toEqual({
      kind: 'forbidden',
      reason: 'Resend answered 401 restricted_api_key',
    });
  });

  it('fails where nobody is', async () => {
    await fake.stop();

    expect(await archive.list(null, TIMEOUT_MS)).toEqual({
      kind: 'failed',
      reason: 'No answer from Resend',
    });
    fake = await FakeResend.start();
  });

  it.each(['', '  ', 're_secret\nkey'])('wants a key that can be one, not %j', (apiKey) => {
    expect(() => new ResendSentMailArchive({ apiKey })).toThrow(/API key/);
    expect(() => new ResendSentMailArchive({ apiKey })).not.toThrow('re_secret');
  });
});

describe('ResendSentMailArchive, over answers that are none', () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;
  let archive: ResendSentMailArchive;

  beforeEach(async () => {
    server = createServer((_request, response) => {
      answer(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    archive = new ResendSentMailArchive({ ...ACCOUNT, baseUrl: `http://127.0.0.1:${port}` });
  });

  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  it.each<[number, string]>([
    [200, ''],
    [200, 'null'],
    [200, '[]'],
    [200, '{}'],
    [200, '{"data": {}}'],
    [200, '<h1>Hello</h1>'],
    [500, 'null'],
    [503, '"oops"'],
    [502, '<h1>Bad gateway</h1>'],
    [429, '{"statusCode":429,"name":"rate_limit_exceeded","message":"jane@lead.test"}'],
    [302, ''],
  ])('fails without a word of the content: %i %j', async (status, body) => {
    answer = (response) => response.writeHead(status, { location: '/elsewhere' }).end(body);

    for (const told of [
      await archive.list(null, TIMEOUT_MS),
      await archive.findSendKey('b7c1', TIMEOUT_MS),
      await archive.findMessageIdHeader('b7c1', TIMEOUT_MS),
    ]) {
      expect(told.kind).toBe('failed');
      expect(told.kind === 'failed' && told.reason).toMatch(/Resend/);
      expect(told.kind === 'failed' && told.reason).not.toContain('@');
    }
  });

  it('passes over rows that are not what Resend documents', async () => {
    const row = { id: 'b7c1', to: ['jane@lead.test'], subject: 'Hello', created_at: '2026-11-22T10:00:00Z' };
    const rows = [
      null,
      7,
      {},
      { ...row, id: 7 },
      { ...row, subject: null },
      { ...row, created_at: 'yesterday' },
      { ...row, created_at: null },
      { ...row, to: [null, 7] },
      row,
    ];
    answer = (response) => response.end(JSON.stringify({ data: rows, has_more: 'yes' }));

    expect(await archive.list(null, TIMEOUT_MS)).toEqual({
      kind: 'told',
      value: {
        mails: [
          expect.objectContaining({ recipients: [] }),
          {
            messageId: 'b7c1',
            recipients: ['jane@lead.test'],
            subject: 'Hello',
            acceptedAt: new Date('2026-11-22T10:00:00Z'),
          },
        ],
        older: null,
      },
    });
  });

  it.each([
    undefined,
    null,
    7,
    '',
    'no id',
    '<two words@eu.test>',
    '<a@b>\r\nBcc: <eve@evil.test>',
    '<a\0@b>',
  ])('takes %j for no Message-ID', async (messageId) => {
    answer = (response) => response.end(JSON.stringify({ id: 'b7c1', message_id: messageId }));

    expect(await archive.findMessageIdHeader('b7c1', TIMEOUT_MS)).toEqual({ kind: 'told', value: null });
  });

  it('gives up in time', async () => {
    answer = () => undefined;

    expect(await archive.findMessageIdHeader('b7c1', 200)).toMatchObject({ kind: 'failed' });

    expect(await archive.list(null, 200)).toEqual({ kind: 'failed', reason: 'No answer from Resend' });
  });
});
