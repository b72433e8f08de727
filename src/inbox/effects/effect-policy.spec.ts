import { describe, expect, it } from '@jest/globals';
import { type EffectiveMail, type Effects, effectsOf } from './effect-policy.js';

const SURE: EffectiveMail = {
  classification: 'NEUTRAL',
  automatic: false,
  isComplaint: false,
  reportedRecipients: [],
  isMatched: true,
  matchConfidence: 0.95,
  senderIsRecipient: true,
  toEmail: 'jane@lead.test',
  isLabelled: false,
};
const hard = { address: 'jane@lead.test', kind: 'hard', status: '5.1.1', diagnostic: 'no' } as const;
const soft = { ...hard, kind: 'soft' } as const;
const policy = { ...hard, kind: 'policy' } as const;
const UNSUB: EffectiveMail = { ...SURE, classification: 'UNSUB' };
const COMPLAINT: EffectiveMail = { ...UNSUB, automatic: true, isComplaint: true };
const BOUNCE: EffectiveMail = {
  ...SURE,
  classification: 'BOUNCE',
  automatic: true,
  reportedRecipients: [hard],
};

const told = (mail: EffectiveMail, fields: Partial<EffectiveMail>): Effects['told'] =>
  effectsOf({ ...mail, ...fields }).told;

describe('effectsOf', () => {
  it.each([
    ['POSITIVE', false, 'positive_reply'],
    ['NEGATIVE', false, 'negative_reply'],
    ['NEUTRAL', false, 'neutral_reply'],
    ['OOO', true, 'out_of_office'],
  ] as const)('stops nobody for %s, and tells how sure it is of it', (classification, automatic, cause) => {
    const mail = { ...SURE, classification, automatic };

    expect(effectsOf(mail)).toEqual({
      isReply: !automatic,
      stops: [],
      told: { cause, isSure: true },
      needsPerson: false,
    });
    for (const weak of [{ matchConfidence: 0.84 }, { senderIsRecipient: false }]) {
      expect(told(mail, weak)).toEqual({ cause, isSure: false });
      expect(told(mail, { ...weak, isLabelled: true })).toEqual({ cause, isSure: true });
    }
    expect(told(mail, { isMatched: false, toEmail: null, matchConfidence: null })).toBeNull();
  });

  it('takes for a reply what a person wrote to somebody we know', () => {
    expect(effectsOf(SURE).isReply).toBe(true);
    expect(effectsOf({ ...SURE, automatic: true })).toMatchObject({ isReply: false, told: null });
    expect(effectsOf({ ...SURE, isMatched: false, toEmail: null }).isReply).toBe(false);
  });

  it.each([
    ['an unsubscribe', UNSUB, { kind: 'unsubscribe' }, 'unsubscribe'],
    ['a complaint', COMPLAINT, { kind: 'complaint' }, 'complaint'],
    [
      'a bounce',
      BOUNCE,
      { kind: 'bounce', bounce: 'hard', status: '5.1.1', diagnostic: 'no' },
      'hard_bounce',
    ],
  ] as const)(
    'acts on %s only when it is strong and from the recipient, or when a person said so',
    (_name, mail, stop, cause) => {
      const effects = (fields: Partial<EffectiveMail>): unknown => effectsOf({ ...mail, ...fields });
      const acts = { stops: [stop], told: { cause, isSure: true }, needsPerson: false };
      const asks = { stops: [], told: { cause, isSure: false }, needsPerson: true };
      const nobody = { isMatched: false, toEmail: null, matchConfidence: null };

      expect(effects({})).toMatchObject(acts);
      expect(effects({ matchConfidence: 0.6 })).toMatchObject(asks);
      expect(effects({ senderIsRecipient: false })).toMatchObject(asks);
      expect(effects(nobody)).toMatchObject({ ...asks, told: null });
      expect(effects({ senderIsRecipient: false, matchConfidence: 0.5, isLabelled: true })).toMatchObject(
        acts,
      );
    },
  );

  it("does not take another recipient's bounce for hers, nor one that says nothing", () => {
    const other = { ...hard, address: 'eve@evil.test' };
    const silent = { ...hard, kind: null };
    const asks = { stops: [], told: { cause: 'hard_bounce', isSure: false }, needsPerson: true };

    expect(effectsOf({ ...BOUNCE, reportedRecipients: [other] })).toMatchObject(asks);
    expect(effectsOf({ ...BOUNCE, reportedRecipients: [silent] })).toMatchObject(asks);
    expect(effectsOf({ ...BOUNCE, reportedRecipients: [other, hard] }).stops).toHaveLength(1);
  });

  it.each([
    ['soft', [soft], 'soft_bounce'],
    ['of policy', [policy], null],
    ['of both', [policy, soft], 'soft_bounce'],
    ['hard beside soft', [soft, hard], 'hard_bounce'],
  ] as const)('tells of a weak bounce that is %s', (_kind, reportedRecipients, cause) => {
    expect(told(BOUNCE, { reportedRecipients, matchConfidence: 0.6 })?.cause ?? null).toBe(cause);
  });

  it('tells of her own bounce alone when a report is sure', () => {
    const other = { ...hard, address: 'eve@evil.test' };

    expect(told(BOUNCE, { reportedRecipients: [other, soft] })).toEqual({
      cause: 'soft_bounce',
      isSure: true,
    });
    expect(told(BOUNCE, { reportedRecipients: [other, policy] })).toBeNull();
  });

  it('takes a bounce for hard when only a person calls it one', () => {
    const labelled = { ...BOUNCE, reportedRecipients: [], isLabelled: true };

    expect(effectsOf(labelled).stops).toMatchObject([{ kind: 'bounce', bounce: 'hard' }]);
    expect(effectsOf({ ...labelled, toEmail: null })).toMatchObject({
      stops: [],
      told: { cause: 'hard_bounce', isSure: false },
      needsPerson: false,
    });
  });

  it('stops a writer whom a person tied to a lead alone, when a person says so', () => {
    const tied = { ...UNSUB, toEmail: null, senderIsRecipient: false, matchConfidence: 1 };

    expect(effectsOf(tied)).toMatchObject({ stops: [], needsPerson: true });
    expect(effectsOf({ ...tied, isLabelled: true }).stops).toEqual([{ kind: 'unsubscribe' }]);
  });
});
