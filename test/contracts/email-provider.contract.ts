import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { EmailProvider, SendOutcome, WireEmail } from '../../src/email/provider/email-provider.js';

export interface EmailProviderHarness {
  readonly provider: EmailProvider;
  /** How many mails have really left the house under the key. */
  delivered(sendKey: string): number;
  /** The same account once more, as another process makes it. */
  remake(): EmailProvider;
  /** Other accounts of the same kind: another key, another place. Empty where there is only one account. */
  readonly others: readonly EmailProvider[];
  /** True when the message id is made of the mail: one mail that leaves twice has one name. */
  readonly namesTheMail?: true;
  /** What the fingerprint must not give away; empty where there is nothing to hide. */
  readonly secrets: readonly string[];
  /** Makes the next call run into its time limit; absent where there is nobody to wait for. */
  readonly hangNext?: () => void;
  close(): Promise<void>;
}

const TIMEOUT_MS = 2_000;
const SHORT_TIMEOUT_MS = 250;
const OUTCOMES: readonly SendOutcome['kind'][] = [
  'accepted',
  'rejected',
  'deferred',
  'unreachable',
  'ambiguous',
  'conflicting',
  'misconfigured',
];

export const MAIL: WireEmail = {
  from: 'Ada <ada@sender.test>',
  to: 'jane@lead.test',
  subject: 'A question',
  html: '<p>Hello Jane</p>',
  text: 'Hello Jane',
  replyTo: 'replies@sender.test',
  headers: { 'List-Unsubscribe': '<https://sender.test/u/1>' },
  tags: { campaign: '7' },
};

/** What every provider owes its callers, whatever stands behind it. */
export function describeEmailProviderContract(
  name: string,
  makeHarness: () => Promise<EmailProviderHarness>,
): void {
  describe(`${name} keeps the contract of an e-mail provider`, () => {
    let harness: EmailProviderHarness;
    let provider: EmailProvider;

    beforeEach(async () => {
      harness = await makeHarness();
      provider = harness.provider;
    });

    afterEach(async () => {
      await harness.close();
    });

    it('is configured, and keeps its name', async () => {
      const before = provider.getName();
      await provider.send(MAIL, 'k1', TIMEOUT_MS);

      expect(provider.isConfigured()).toBe(true);
      expect(provider.getName()).toBe(before);
    });

    it('states how long it remembers a key', () => {
      expect(Number.isFinite(provider.dedupeWindowMs)).toBe(true);
      expect(provider.dedupeWindowMs).toBeGreaterThanOrEqual(0);
    });

    it('tells its account apart from others, the same way in every process', () => {
      const { accountFingerprint } = provider;
      const others = harness.others.map((other) => other.accountFingerprint);

      expect(accountFingerprint).toMatch(/./);
      expect(harness.remake().accountFingerprint).toBe(accountFingerprint);
      expect(new Set([accountFingerprint, ...others]).size).toBe(1 + others.length);
    });

    it('gives away no part of its key', () => {
      const fingerprint = provider.accountFingerprint.toLowerCase();

      const given = harness.secrets.filter((secret) =>
        partsOf(secret).some((part) => fingerprint.includes(part.toLowerCase())),
      );

      expect(given).toEqual([]);
    });

    it('delivers an accepted mail, unless it is simulated', async () => {
      const outcome = await provider.send(MAIL, 'k1', TIMEOUT_MS);

      expect(outcome).toMatchObject({ kind: 'accepted', messageId: expect.stringMatching(/./) });
      expect(harness.delivered('k1')).toBe(provider.simulated ? 0 : 1);
    });

    it('gives two mails of the same body two message ids', async () => {
      const first = await provider.send(MAIL, 'k1', TIMEOUT_MS);
      const second = await provider.send({ ...MAIL, to: 'joe@lead.test' }, 'k2', TIMEOUT_MS);
      const third = await provider.send(MAIL, 'k3', TIMEOUT_MS);

      expect(new Set([first, second, third].map(acceptedId)).size).toBe(3);
    });

    it('delivers a mail once under one key, and names it as before', async () => {
      const first = await provider.send(MAIL, 'k1', TIMEOUT_MS);
      const second = await provider.send({ ...MAIL }, 'k1', TIMEOUT_MS);

      const remembers = !provider.simulated && provider.dedupeWindowMs > 0;
      expect(acceptedId(second) === acceptedId(first)).toBe(remembers || harness.namesTheMail === true);
      expect(harness.delivered('k1')).toBe(deliveriesOfTwoCalls(provider));
    });

    it('calls it ambiguous when time runs out', async () => {
      harness.hangNext?.();

      // That it answers at all is the point: without a limit of its own, this call would outlast the test's.
      const outcome = await provider.send(MAIL, 'k1', SHORT_TIMEOUT_MS);

      expect(outcome.kind).toBe(harness.hangNext === undefined ? 'accepted' : 'ambiguous');
    });

    it.each<[string, string]>([
      ['a line break', 'k\r\nX-Injected: 1'],
      ['nothing', ''],
      ['a letter outside of Latin-1', 'kłucz'],
      ['300 characters', 'k'.repeat(300)],
      ['a null byte', 'k\0'],
    ])('answers an outcome for a key with %s', async (_, sendKey) => {
      const outcome = await provider.send(MAIL, sendKey, TIMEOUT_MS);

      expect(OUTCOMES).toContain(outcome.kind);
    });

    it.each<[string, Partial<WireEmail>]>([
      ['no recipient', { to: '' }],
      ['a recipient with a line break', { to: 'jane@lead.test\r\nBcc: joe@lead.test' }],
      ['half of a surrogate pair', { subject: '\ud83d', html: '\ude00' }],
      ['a header of control characters', { headers: { 'X-\r\n': '\0' } }],
      ['a tag outside of its alphabet', { tags: { née: '' } }],
      ['fields that are missing', { headers: undefined as never, tags: null as never }],
    ])('answers an outcome for a mail with %s', async (_, hostile) => {
      const outcome = await provider.send({ ...MAIL, ...hostile }, 'k1', TIMEOUT_MS);

      expect(OUTCOMES).toContain(outcome.kind);
    });

    it.each([0, -1, 0.5, Number.NaN, 1e12, Number.POSITIVE_INFINITY])(
      'answers an outcome for a time limit of %p ms',
      async (timeoutMs) => {
        const outcome = await provider.send(MAIL, 'k1', timeoutMs);

        expect(OUTCOMES).toContain(outcome.kind);
      },
    );
  });
}

/** Every run of four characters: shorter ones turn up in a hash by chance. */
function partsOf(secret: string): string[] {
  return Array.from({ length: Math.max(0, secret.length - 3) }, (_, index) => secret.slice(index, index + 4));
}

function acceptedId(outcome: SendOutcome): string {
  if (outcome.kind !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(outcome)}`);
  return outcome.messageId;
}

function deliveriesOfTwoCalls(provider: EmailProvider): number {
  if (provider.simulated) return 0;
  return provider.dedupeWindowMs > 0 ? 1 : 2;
}
