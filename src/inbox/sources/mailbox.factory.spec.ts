import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { configOf } from '../../../test/support/config.js';
import { FakeImap, PASSWORD } from '../../../test/support/fake-imap/fake-imap.js';
import { InboxConfig } from '../../config/inbox.config.js';
import { createMailboxAccount, securityOf } from './mailbox.factory.js';

const NEVER = new AbortController().signal;

describe('createMailboxAccount', () => {
  let fake: FakeImap;
  beforeEach(async () => {
    fake = await FakeImap.start();
  });
  afterEach(() => fake.stop());

  const accountOf = (fields: Parameters<typeof configOf<InboxConfig>>[1]) =>
    createMailboxAccount(
      configOf(InboxConfig, {
        server: '127.0.0.1',
        port: fake.port,
        email: 'replies@cam.test',
        password: PASSWORD,
        ...fields,
      }),
    );

  it.each([{ email: null }, { password: null }])('is not configured with %j', async (unset) => {
    const account = accountOf(unset);

    expect(account.isConfigured()).toBe(false);
    expect((await account.connect(NEVER)).kind).toBe('refused');
    expect(fake.connections).toBe(0);
  });

  it('wants TLS, and says no word in clear text', async () => {
    const answer = await accountOf({}).connect(NEVER);

    expect(answer.kind).toBe('insecure');
    expect(fake.commands.filter((command) => /^(LOGIN|AUTHENTICATE)/i.test(command))).toEqual([]);
  });

  it('does without on loopback when told so', async () => {
    const answer = await accountOf({ tls: 'none' }).connect(NEVER);

    expect(answer.kind).toBe('told');
    if (answer.kind === 'told') await answer.value.close();
  });
});

describe('securityOf', () => {
  it.each([
    ['required', 993, 'tls'],
    ['required', 143, 'starttls'],
    ['required', 1993, 'tls'],
    ['none', 143, 'none'],
    ['none', 993, 'none'],
  ] as const)('%s on port %d is %s', (tls, port, security) => {
    expect(securityOf({ tls, port })).toBe(security);
  });
});
