import { describe, expect, it } from '@jest/globals';
import type { Clues } from './clues.js';
import {
  type Candidate,
  isAbout,
  isOurOwn,
  isStrong,
  matchByAddress,
  matchByName,
  namesIn,
} from './match-policy.js';

const tokenOf = (letter: string): string => letter.repeat(26);
const mailOf = (id: number, letter: string, fields: Partial<Candidate> = {}): Candidate => ({
  id,
  toEmail: 'jane@lead.test',
  publicToken: tokenOf(letter),
  messageIds: [`<cam.${tokenOf(letter)}@sender.test>`],
  ...fields,
});

const NOTHING: Clues = {
  messageId: '<answer@lead.test>',
  replyTokens: [],
  otherTokens: [],
  answeredIds: [],
  reportedId: null,
  reportedTokens: [],
  people: ['jane@lead.test'],
  isReport: false,
};

describe('matchByName', () => {
  const [a, b, c, d, e] = [mailOf(1, 'a'), mailOf(2, 'b'), mailOf(3, 'c'), mailOf(4, 'd'), mailOf(5, 'e')];
  const all = [e, d, c, b, a];
  const clues: Clues = {
    ...NOTHING,
    replyTokens: [tokenOf('x'), tokenOf('a')],
    otherTokens: [tokenOf('b')],
    answeredIds: [
      '<unknown@x.test>',
      `<cam.${tokenOf('c')}@sender.test>`,
      `<cam.${tokenOf('e')}@sender.test>`,
    ],
    reportedId: `<cam.${tokenOf('d')}@sender.test>`,
    reportedTokens: [tokenOf('e')],
  };

  it('prefers our reply address, then other tokens, then answers, then reports', () => {
    const without = (...names: (keyof Clues)[]): Clues => ({
      ...clues,
      ...Object.fromEntries(names.map((name) => [name, name === 'reportedId' ? null : []])),
    });

    expect(
      [
        clues,
        without('replyTokens'),
        without('replyTokens', 'otherTokens'),
        without('replyTokens', 'otherTokens', 'answeredIds'),
        without('replyTokens', 'otherTokens', 'answeredIds', 'reportedId'),
      ].map((each) => {
        const match = matchByName(each, all);
        return [match?.mail.id, match?.method, match?.confidence];
      }),
    ).toEqual([
      [1, 'token', 1],
      [2, 'token', 0.95],
      [3, 'references', 0.95],
      [4, 'report', 0.9],
      [5, 'report', 0.9],
    ]);
    expect(matchByName(NOTHING, all)).toBeNull();
  });

  it('looks for all names at once, ids also by the token in them', () => {
    expect(namesIn(clues)).toEqual({
      publicTokens: ['x', 'a', 'b', 'e', 'c', 'd'].map(tokenOf),
      messageIds: [NOTHING.messageId, ...clues.answeredIds, clues.reportedId],
    });
  });
});

describe('isStrong', () => {
  it('is what names an id or a token of ours, and nothing that an address alone tells', () => {
    const byAddress = [NOTHING, { ...NOTHING, isReport: true }].map((clues) =>
      matchByAddress(clues, mailOf(1, 'a')),
    );

    expect([0.9, 0.95, 1].map(isStrong)).toEqual([true, true, true]);
    expect(byAddress.map(({ confidence }) => isStrong(confidence))).toEqual([false, false]);
    expect(isStrong(null)).toBe(false);
  });
});

describe('isAbout', () => {
  it.each([
    ['jane@lead.test', 'jane@lead.test', true],
    ['jane+work@lead.test', 'jane@lead.test', true],
    ['jane@lead.test', 'jane+cam@lead.test', true],
    ['jane@mail.lead.test', 'jane@lead.test', false],
    ['+jane@lead.test', '+john@lead.test', false],
  ])('%s, of a mail to %s: %s', (writer, toEmail, isSame) => {
    expect(isAbout({ people: [writer] }, { toEmail })).toBe(isSame);
  });
});

describe('isOurOwn', () => {
  it('knows our mail by its Message-ID', () => {
    const mail = mailOf(1, 'a');

    expect(isOurOwn({ ...NOTHING, messageId: mail.messageIds[0] ?? null }, [mail])).toBe(true);
    expect(isOurOwn(NOTHING, [mail])).toBe(false);
  });
});
