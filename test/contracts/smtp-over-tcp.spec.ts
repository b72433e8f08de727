import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { SendOutcome } from '../../src/email/provider/email-provider.js';
import { SmtpEmailProvider } from '../../src/email/provider/smtp/smtp-email-provider.js';
import { FakeSmtp } from '../support/fake-smtp/fake-smtp.js';
import type { FakeSmtpOptions, SmtpFault, SmtpStep } from '../support/fake-smtp/smtp-script.js';
import { MAIL } from './email-provider.contract.js';

const KEY = '0d0f7c1e-8a55-4c0b-9b3e-6a1f5f0c2d11';
const MESSAGE_ID = '<cam.abc@sender.test>';
const NAMED = { ...MAIL, headers: { ...MAIL.headers, 'Message-ID': MESSAGE_ID, References: MESSAGE_ID } };
const TIMEOUT_MS = 2_000;
const SHORT_TIMEOUT_MS = 200;

describe('SmtpEmailProvider over TCP', () => {
  let fake: FakeSmtp;
  let provider: SmtpEmailProvider;

  beforeEach(async () => {
    await connect();
  });

  afterEach(async () => {
    await fake.stop();
  });

  async function connect(options: FakeSmtpOptions = {}): Promise<void> {
    fake = await FakeSmtp.start(options);
    provider = new SmtpEmailProvider(serverOf(fake));
  }

  async function reconnect(options: FakeSmtpOptions): Promise<void> {
    await fake.stop();
    await connect(options);
  }

  function serverOf({ port }: FakeSmtp) {
    return { host: '127.0.0.1', port, tls: 'none', login: null } as const;
  }

  /** The header field of the one mail, unfolded. */
  function fieldOf(name: string): string | undefined {
    const [head = ''] = fake.mails[0]?.message.split('\r\n\r\n') ?? [];
    const lines = head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
    return lines
      .find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `))
      ?.slice(name.length + 2);
  }

  describe('what it sends', () => {
    it('is the whole mail, and its name is our Message-ID', async () => {
      const outcome = await provider.send(NAMED, KEY, TIMEOUT_MS);

      expect(outcome).toEqual({
        kind: 'accepted',
        messageId: 'cam.abc@sender.test',
        messageIdHeader: MESSAGE_ID,
      });
      expect(fake.mails).toHaveLength(1);
      expect(fake.mails[0]).toMatchObject({ from: 'ada@sender.test', to: ['jane@lead.test'] });
      expect(fieldOf('Message-ID')).toBe(MESSAGE_ID);
      expect(fieldOf('References')).toBe(MESSAGE_ID);
      expect(fieldOf('From')).toBe('Ada <ada@sender.test>');
      expect(fieldOf('To')).toBe('jane@lead.test');
      expect(fieldOf('Subject')).toBe('A question');
      expect(fieldOf('Reply-To')).toBe('replies@sender.test');
      expect(fieldOf('List-Unsubscribe')).toBe('<https://sender.test/u/1>');
      expect(fieldOf('Date')).toMatch(/^\w{3}, \d+ \w{3} \d{4} /);
      expect(fake.mails[0]?.message).toContain('<p>Hello Jane</p>');
    });

    it('survives lines that begin with a dot, and letters of other alphabets', async () => {
      const text = '.\r\n..\r\n.leading\r\nGrüße, Żółć';
      await provider.send({ ...NAMED, subject: 'Grüße', text }, KEY, TIMEOUT_MS);

      expect(fieldOf('Subject')).toMatch(/^=\?UTF-8\?/);
      expect(fake.mails[0]?.message).toMatch(/^(?:\.\r\n\.\.\r\n\.leading|Lg0KLi4N)/m);
    });

    it('lets nothing in the mail add a recipient or a field', async () => {
      const hostile = {
        ...NAMED,
        subject: 'Hi\r\nBcc: joe@lead.test',
        headers: { 'X-A': '1\r\nBcc: joe@lead.test' },
      };

      await provider.send(hostile, KEY, TIMEOUT_MS);

      expect(fake.mails[0]?.to).toEqual(['jane@lead.test']);
      expect(fieldOf('Bcc')).toBeUndefined();
    });

    it('goes to nobody when the recipient is more than an address', async () => {
      const outcome = await provider.send({ ...MAIL, to: 'jane@lead.test>,<joe@lead.test' }, KEY, TIMEOUT_MS);

      expect(outcome).toMatchObject({ kind: 'rejected', code: 'INVALID_MAIL' });
      expect(fake.connections).toBe(0);
    });

    it('is said good-bye after', async () => {
      await provider.send(NAMED, KEY, TIMEOUT_MS);
      await provider.send(NAMED, KEY, TIMEOUT_MS);

      expect(fake.connections).toBe(2);
      expect(fake.commands).toContain('QUIT');
    });
  });

  describe('a login', () => {
    const login = { user: 'cam', password: 'hunter2' };

    it('comes first when there is one', async () => {
      await reconnect({ login });
      provider = new SmtpEmailProvider({ ...serverOf(fake), login });

      expect((await provider.send(NAMED, KEY, TIMEOUT_MS)).kind).toBe('accepted');
    });

    it('that is refused is our set-up', async () => {
      await reconnect({ login });
      provider = new SmtpEmailProvider({ ...serverOf(fake), login: { ...login, password: 'wrong' } });

      expect(await provider.send(NAMED, KEY, TIMEOUT_MS)).toEqual({
        kind: 'misconfigured',
        reason: 'the mail server answered to AUTH PLAIN: 535 5.7.8 Bad credentials',
      });
      expect(fake.commands).not.toContain('content');
    });

    it('that is missing is our set-up', async () => {
      await reconnect({ login });

      expect((await provider.send(NAMED, KEY, TIMEOUT_MS)).kind).toBe('misconfigured');
    });
  });

  describe('TLS', () => {
    it('is begun before anything is said, or nothing is', async () => {
      provider = new SmtpEmailProvider({ ...serverOf(fake), tls: 'starttls' });

      const outcome = await provider.send(NAMED, KEY, TIMEOUT_MS);

      expect(outcome.kind).toBe('misconfigured');
      expect(fake.commands.map((line) => line.split(' ')[0])).toEqual(['EHLO', 'STARTTLS']);
    });

    it('that fails has carried nothing', async () => {
      fake.failNext('STARTTLS', { do: 'reply', line: '220 Go ahead\r\nthis is no TLS' });
      const starting = new SmtpEmailProvider({ ...serverOf(fake), tls: 'starttls' });
      const wrapped = new SmtpEmailProvider({ ...serverOf(fake), tls: 'implicit' });

      expect((await starting.send(NAMED, KEY, TIMEOUT_MS)).kind).toBe('unreachable');
      expect((await wrapped.send(NAMED, KEY, TIMEOUT_MS)).kind).toBe('unreachable');
      expect(fake.commands.some((line) => /^(?:AUTH|MAIL|content)/.test(line))).toBe(false);
    });
  });

  describe('a server that is not there', () => {
    it('is unreachable when it refuses the connection', async () => {
      await fake.stop();

      const outcome = await provider.send(NAMED, KEY, TIMEOUT_MS);

      await connect();
      expect(outcome).toEqual({
        kind: 'unreachable',
        reason: 'no conversation with the mail server: ECONNREFUSED',
      });
    });

    it('is unreachable when its name has no address', async () => {
      provider = new SmtpEmailProvider({ ...serverOf(fake), host: 'mail.invalid' });

      expect((await provider.send(NAMED, KEY, TIMEOUT_MS)).kind).toBe('unreachable');
    });
  });

  const before: readonly SmtpStep[] = ['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA'];

  describe.each(['PIPELINING', 'SIZE 10000000'])('with %s', (extension) => {
    beforeEach(async () => {
      await reconnect({ extensions: [extension] });
    });

    it.each(before)('a connection lost at %s has carried nothing', async (step) => {
      fake.failNext(step, { do: 'reset' });
      const lost = await provider.send(NAMED, KEY, TIMEOUT_MS);
      fake.failNext(step, { do: 'close' });
      const closed = await provider.send(NAMED, KEY, TIMEOUT_MS);
      fake.failNext(step, { do: 'hang' });
      const hung = await provider.send(NAMED, KEY, SHORT_TIMEOUT_MS);

      expect([lost.kind, closed.kind, hung.kind]).toEqual(['unreachable', 'unreachable', 'unreachable']);
      expect(fake.commands).not.toContain('content');
    });

    it.each<[SmtpStep, SmtpFault['do'], boolean]>([
      ['content', 'reset', false],
      ['content', 'close', false],
      ['content', 'hang', false],
      ['message', 'reset', false],
      ['message', 'close', false],
      ['message', 'hang', false],
      ['message', 'reset', true],
      ['message', 'close', true],
      ['message', 'hang', true],
    ])('a silence after %s (%s, taken: %p) may hide an acceptance', async (step, what, accept) => {
      fake.failNext(step, what === 'reply' ? { do: what, line: '' } : { do: what, accept });

      const outcome = await provider.send(NAMED, KEY, SHORT_TIMEOUT_MS);

      expect(outcome.kind).toBe('ambiguous');
      expect(fake.mails).toHaveLength(accept ? 1 : 0);
      expect(fake.connections).toBe(1);
    });

    it.each<[SmtpStep, string, SendOutcome['kind'], string | null]>([
      ['greeting', '421 4.3.2 Shutting down', 'deferred', null],
      ['greeting', '554 5.7.1 Your address is blocked', 'misconfigured', null],
      ['EHLO', '421 4.3.2 Shutting down', 'deferred', null],
      ['MAIL', '421 4.7.0 Too many connections', 'deferred', null],
      ['MAIL', '451 4.3.0 Try later', 'deferred', null],
      ['MAIL', '452 4.3.1 No space', 'deferred', null],
      ['MAIL', '550 5.7.1 Sender address rejected', 'misconfigured', null],
      ['MAIL', '553 5.7.1 Not owned by user', 'misconfigured', null],
      ['MAIL', '530 5.7.0 Authentication required', 'misconfigured', null],
      ['MAIL', '552 5.3.4 Message too big', 'rejected', 'SMTP_552_5_3_4'],
      ['RCPT', '421 4.3.2 Shutting down', 'deferred', null],
      ['RCPT', '450 4.2.0 Greylisted', 'deferred', null],
      ['RCPT', '452 4.2.2 Mailbox full', 'deferred', null],
      ['RCPT', '550 5.1.1 No such user', 'rejected', 'SMTP_550_5_1_1'],
      ['RCPT', '550 No such user', 'rejected', 'SMTP_550'],
      ['RCPT', '553-5.1.3 Bad\r\n553 5.1.3 address', 'rejected', 'SMTP_553_5_1_3'],
      ['RCPT', '554 5.7.1 Relay access denied', 'misconfigured', null],
      ['RCPT', '530 5.7.0 Authentication required', 'misconfigured', null],
      ['RCPT', '503 5.5.1 Bad sequence', 'deferred', null],
      ['DATA', '451 4.3.0 Try later', 'deferred', null],
      ['DATA', '554 5.5.1 No valid recipients', 'rejected', 'SMTP_554_5_5_1'],
      ['content', '552 5.3.4 Message too big', 'rejected', 'SMTP_552_5_3_4'],
      ['message', '421 4.3.2 Shutting down', 'deferred', null],
      ['message', '451 4.7.1 Try later', 'deferred', null],
      ['message', '452 4.3.1 No space', 'deferred', null],
      ['message', '550 5.7.1 Looks like spam', 'rejected', 'SMTP_550_5_7_1'],
      ['message', '554 5.6.0 Malformed', 'rejected', 'SMTP_554_5_6_0'],
      ['message', '354 Go on', 'ambiguous', null],
      ['message', 'nonsense', 'ambiguous', null],
    ])('%s answered by "%s" is %s', async (step, line, kind, code) => {
      fake.failNext(step, { do: 'reply', line });

      const outcome = await provider.send(NAMED, KEY, TIMEOUT_MS);

      expect(outcome).toMatchObject(code === null ? { kind } : { kind, code });
      expect(fake.mails).toEqual([]);
      expect(fake.connections).toBe(1);
    });
  });

  it('an answer that comes before the end of the message accepts nothing', async () => {
    fake.failNext('content', { do: 'reply', line: '250 2.0.0 Ok' });

    const outcome = await provider.send({ ...NAMED, text: 'x\r\n'.repeat(2_000_000) }, KEY, TIMEOUT_MS);

    expect(outcome.kind).toBe('ambiguous');
  });

  it('a message that is bigger than the server says it takes is rejected', async () => {
    await reconnect({ extensions: ['SIZE 100'] });

    expect(await provider.send(NAMED, KEY, TIMEOUT_MS)).toMatchObject({
      kind: 'rejected',
      code: 'MESSAGE_TOO_BIG',
    });
    expect(fake.commands).not.toContain('content');
  });

  it('no reason quotes an address', async () => {
    fake.failNext('RCPT', { do: 'reply', line: '550 5.1.1 <jane@lead.test>: unknown' });

    expect(await provider.send(NAMED, KEY, TIMEOUT_MS)).toEqual({
      kind: 'rejected',
      code: 'SMTP_550_5_1_1',
      reason: 'the mail server answered to RCPT TO: 550 5.1.1 <address>: unknown',
    });
  });

  it('the Message-ID that the server gave in place of ours is told', async () => {
    const line = '250 2.0.0 OK <AM0PR1@AM0PR1.eurprd01.prod.outlook.com> [Hostname=AM0PR1]';
    fake.failNext('message', { do: 'reply', line });

    expect(await provider.send(NAMED, KEY, TIMEOUT_MS)).toEqual({
      kind: 'accepted',
      messageId: 'cam.abc@sender.test',
      messageIdHeader: '<AM0PR1@AM0PR1.eurprd01.prod.outlook.com>',
    });
  });
});
