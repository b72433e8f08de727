import { describe, expect, it } from '@jest/globals';

import type { WireEmail } from '../../src/email/provider/email-provider.js';
import { FakeEmailProvider } from './fake-email-provider.js';

const MAIL: WireEmail = {
  from: 'ada@sender.test',
  to: 'jane@lead.test',
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
  replyTo: null,
  headers: {},
  tags: {},
};

describe('FakeEmailProvider', () => {
  it('plays its script in order, and accepts when it has run out', async () => {
    const provider = new FakeEmailProvider();
    provider.answerNext({ kind: 'deferred', reason: 'busy' }, { kind: 'accepted', messageId: 'm1' });

    const outcomes = [
      await provider.send(MAIL, 'k1', 10),
      await provider.send(MAIL, 'k1', 10),
      await provider.send(MAIL, 'k2', 10),
    ];

    expect(outcomes.map(({ kind }) => kind)).toEqual(['deferred', 'accepted', 'accepted']);
    expect(provider.accepted.map(({ sendKey }) => sendKey)).toEqual(['k1', 'k2']);
    expect(provider.accepted[0]?.messageId).toBe('m1');
    expect(provider.calls).toHaveLength(3);
  });

  it('counts a repeat, not a second mail, after a lost answer', async () => {
    const provider = new FakeEmailProvider();
    provider.loseNextAnswer();

    const first = await provider.send(MAIL, 'k1', 10);
    const second = await provider.send(MAIL, 'k1', 10);

    expect(first.kind).toBe('ambiguous');
    expect(second).toEqual({ kind: 'accepted', messageId: provider.accepted[0]?.messageId });
    expect(provider.accepted).toHaveLength(1);
    expect(provider.repeats).toBe(1);
  });

  it('does not take another mail under a key that it knows', async () => {
    const provider = new FakeEmailProvider();
    await provider.send(MAIL, 'k1', 10);

    const outcome = await provider.send({ ...MAIL, subject: 'Another' }, 'k1', 10);

    expect(outcome.kind).toBe('conflicting');
    expect(provider.accepted).toHaveLength(1);
  });

  it('holds a send until it is let go', async () => {
    const provider = new FakeEmailProvider();
    let letGo = (): void => undefined;
    provider.holdNext(new Promise((resolve) => (letGo = resolve)));

    const sending = provider.send(MAIL, 'k1', 10);
    const whileHeld = provider.accepted.length;
    letGo();

    expect((await sending).kind).toBe('accepted');
    expect(whileHeld).toBe(0);
  });
});
