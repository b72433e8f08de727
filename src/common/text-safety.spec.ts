import { describe, expect, it } from '@jest/globals';
import { hasControlCharacters, hasControlCharactersInBody } from './text-safety.js';

const FORBIDDEN_EVERYWHERE: [name: string, character: string][] = [
  ['NUL', '\u0000'],
  ['backspace', '\b'],
  ['vertical tab', '\v'],
  ['form feed', '\f'],
  ['escape', '\u001B'],
  ['unit separator', '\u001F'],
  ['DEL', '\u007F'],
  ['padding character, the first C1 control', '\u0080'],
  ['NEL', '\u0085'],
  ['application program command, the last C1 control', '\u009F'],
  ['a lone high surrogate', '\uD83D'],
  ['a lone low surrogate', '\uDE00'],
];

const FORBIDDEN_IN_A_LINE: [name: string, character: string][] = [
  ['tab', '\t'],
  ['line feed', '\n'],
  ['carriage return', '\r'],
  ['line separator', '\u2028'],
  ['paragraph separator', '\u2029'],
  ['left-to-right embedding', '\u202A'],
  ['right-to-left override', '\u202E'],
  ['left-to-right isolate', '\u2066'],
  ['pop directional isolate', '\u2069'],
];

const ALLOWED: [name: string, text: string][] = [
  ['nothing', ''],
  ['space and tilde, the ends of printable ASCII', ' ~'],
  ['no-break space, right after the C1 controls', '\u00A0'],
  ['accents, Cyrillic and CJK', 'Zoë, Олена, 山田'],
  ['an emoji of several code points', '👩🏽‍🚀'],
  ['Hebrew with a right-to-left mark', 'שלום\u200F'],
  ['neighbours of the bidi ranges', '\u2027\u202F\u2065\u206A'],
];

describe('hasControlCharacters', () => {
  it.each([...FORBIDDEN_EVERYWHERE, ...FORBIDDEN_IN_A_LINE])('finds %s', (_name, character) => {
    expect(hasControlCharacters(`a${character}b`)).toBe(true);
  });

  it.each(ALLOWED)('allows %s', (_name, text) => {
    expect(hasControlCharacters(text)).toBe(false);
  });
});

describe('hasControlCharactersInBody', () => {
  it.each(FORBIDDEN_EVERYWHERE)('finds %s', (_name, character) => {
    expect(hasControlCharactersInBody(`a${character}b`)).toBe(true);
  });

  it.each([...FORBIDDEN_IN_A_LINE, ...ALLOWED])('allows %s', (_name, text) => {
    expect(hasControlCharactersInBody(`a${text}b`)).toBe(false);
  });
});
