import { describe, expect, it } from '@jest/globals';
import { type EffectiveMail, effectsOf } from './effect-policy.js';

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
const BOUNCE: EffectiveMail = {
  ...SURE,
  classification: 'BOUNCE',
  automatic: true,
  reportedRecipients: [hard],
};

describe('effectsOf', () => {
  it.each(['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'OOO'])('stops nobody for %s', (classification) => {
    expect(effectsOf({ ...SURE, classification })).toEqual({ isReply: true, stops: [], needsPerson: false });
  });

  it('takes for a reply what a person wrote to somebody we know', () => {
    expect(effectsOf(SURE).isReply).toBe(true);
    expect(effectsOf({ ...SURE, automatic: true }).isReply).toBe(false);
    expect(effectsOf({ ...SURE, isMatched: false, toEmail: null }).isReply).toBe(false);
  });

  it.each([
    ['an unsubscribe', { ...SURE, classification: 'UNSUB' }, { kind: 'unsubscribe' }],
    [
      'a complaint',
      { ...SURE, classification: 'UNSUB', automatic: true, isComplaint: true },
      { kind: 'complaint' },
    ],
    ['a bounce', BOUNCE, { kind: 'bounce', bounce: 'hard', status: '5.1.1', diagnostic: 'no' }],
  ])(
    'acts on %s only when it is strong and from the recipient, or when a person said so',
    (_name, mail, stop) => {
      const stops = (fields: Partial<EffectiveMail>): unknown => {
        const { stops: found, needsPerson } = effectsOf({ ...mail, ...fields });
        return { found, needsPerson };
      };
      const acts = { found: [stop], needsPerson: false };
      const asks = { found: [], needsPerson: true };

      expect(stops({})).toEqual(acts);
      expect(stops({ matchConfidence: 0.6 })).toEqual(asks);
      expect(stops({ senderIsRecipient: false })).toEqual(asks);
      expect(stops({ isMatched: false, toEmail: null, matchConfidence: null })).toEqual(asks);
      expect(stops({ senderIsRecipient: false, matchConfidence: 0.5, isLabelled: true })).toEqual(acts);
    },
  );

  it("does not take another recipient's bounce for hers, nor one that says nothing", () => {
    const other = { ...hard, address: 'eve@evil.test' };
    const silent = { ...hard, kind: null };

    expect(effectsOf({ ...BOUNCE, reportedRecipients: [other] })).toMatchObject({
      stops: [],
      needsPerson: true,
    });
    expect(effectsOf({ ...BOUNCE, reportedRecipients: [silent] })).toMatchObject({
      stops: [],
      needsPerson: true,
    });
    expect(effectsOf({ ...BOUNCE, reportedRecipients: [other, hard] }).stops).toHaveLength(1);
  });

  it('takes a bounce for hard when only a person calls it one', () => {
    const labelled = { ...BOUNCE, reportedRecipients: [], isLabelled: true };

    expect(effectsOf(labelled).stops).toMatchObject([{ kind: 'bounce', bounce: 'hard' }]);
    expect(effectsOf({ ...labelled, toEmail: null }).stops).toEqual([]);
  });

  it('stops a writer whom a person tied to a lead alone, when a person says so', () => {
    const tied = {
      ...SURE,
      classification: 'UNSUB',
      toEmail: null,
      senderIsRecipient: false,
      matchConfidence: 1,
    };

    expect(effectsOf(tied)).toMatchObject({ stops: [], needsPerson: true });
    expect(effectsOf({ ...tied, isLabelled: true }).stops).toEqual([{ kind: 'unsubscribe' }]);
  });
});
