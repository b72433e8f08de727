import { describe, expect, it } from '@jest/globals';
import { endOfOwnFooter, withoutOwnFooters } from './own-footer.js';
import { toReplyLines } from './reply-line.js';

const LINK = `https://mail.example.com/u/${'abcdefghijklmnopqrstuvwxyz234567'.slice(0, 26)}`;
const left = (text: string): string[] => withoutOwnFooters(toReplyLines(text)).map(({ written }) => written);

describe('withoutOwnFooters', () => {
  it('drops the paragraph that holds our link', () => {
    expect(left(`No, thanks.\n\nExample Ltd, 1 Example Street\nUnsubscribe: ${LINK}\n\nJane`)).toEqual([
      'No, thanks.',
      '',
      '',
      'Jane',
    ]);
  });

  it('drops no more than a footer has when no blank line ends it', () => {
    const story = Array.from({ length: 20 }, (_, line) => `line ${String(line)}`);
    expect(left([...story, LINK].join('\n'))).toEqual(story.slice(0, 12));
  });

  it('leaves links of others', () => {
    const text = 'See https://example.com/u/jane and https://example.com/u/abcdefghijklmnopqrstuvwxyz234567';
    expect(left(text)).toEqual([text]);
  });
});

describe('endOfOwnFooter', () => {
  it('is behind the last of them', () => {
    expect(endOfOwnFooter(toReplyLines(`a\n${LINK}\nb\n${LINK.toUpperCase()}\nc`))).toBe(4);
    expect(endOfOwnFooter(toReplyLines('a\nb'))).toBe(0);
  });
});
