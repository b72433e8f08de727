import { describe, expect, it } from '@jest/globals';
import { phraseRules } from './phrase.js';
import { parsePhrase } from './phrase-syntax.js';
import { firesIn, hitsIn, toSentence } from './sentences.js';

const fires = (phrase: string, text: string): boolean =>
  firesIn(toSentence(text), phraseRules([['rule', { only: [phrase] }]]));

describe('a phrase', () => {
  it.each([
    ["i'm (very|so)? happy", 'Well, I’m very happy!', true],
    ["i'm (very|so)? happy", 'I am happy', true],
    ["i'm (very|so)? happy", 'I am not happy', false],
    ['gelös*', 'Das ist GELÖSCHT.', true],
    ['zurück', 'Ich bin zurueck', true],
    ['remove ~ list', 'remove my old address from the list', true],
    ['remove ~ list', 'remove one two three four five six list', false],
    ['from ~ away', 'from 3 to 8 2026 away', true],
    ['^stop$', 'Stop!', true],
    ['^stop$', 'please stop', false],
    ['^stop$', 'stop it', false],
    ['stop', 'non-stopping', false],
    ['(no|not any) more', 'not any more', true],
    ['休暇中', 'ただいま休暇中です', true],
    ['休暇 中', '休暇中', true],
  ])('%j in %j: %j', (phrase, text, expected) => {
    expect(fires(phrase, text)).toBe(expected);
  });

  it.each(['(a|b', 'a) b', 'a, b', 'a+'])('is refused when it reads %j', (phrase) => {
    expect(() => parsePhrase(phrase)).toThrow();
  });

  it.each(['~ list', '(please)?', 'please?'])('is refused when any word may begin it: %j', (phrase) => {
    expect(() => phraseRules([['rule', { only: [phrase] }]])).toThrow('any word');
  });

  it('tells each rule once, in the order of the words, and what stands before', () => {
    const rules = phraseRules([['rule', { late: ['supplier', 'supplier already'], early: ['we know'] }]]);
    const hits = hitsIn(toSentence('Sorry, we know a supplier already.'), rules);
    expect(hits.map(({ id }) => id)).toEqual(['rule.early', 'rule.late']);
    expect(hits[0]?.before).toBe(' sorry ');
    expect(hits[0]?.matched).toBe(' we know ');
  });
});
