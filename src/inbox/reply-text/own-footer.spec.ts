import { describe, expect, it } from '@jest/globals';
import { endOfOwnFooter, withoutOwnFooters } from './own-footer.js';
import { toReplyLines } from './reply-line.js';

const LINK = `https://mail.example.com/u/${'abcdefghijklmnopqrstuvwxyz234567'.slice(0, 26)}`;
const left = (text: string): string =>
  withoutOwnFooters(toReplyLines(text))
    .map(({ written }) => written)
    .join('\n');

describe('withoutOwnFooters', () => {
  it.each([
    `Unsubscribe: ${LINK}`,
    `Unsubscribe <${LINK}>`,
    `Unsubscribe<${LINK}>`,
    `[Unsubscribe](${LINK})`,
    `Unsubscribe\n<${LINK}>`,
    `UNSUBSCRIBE: ${LINK.toUpperCase()}`,
  ])('drops our link and the address above it: %s', (link) => {
    expect(left(`No, thanks.\n\nExample Ltd, 1 Example Street\n${link}\n\nJane`)).toBe(
      'No, thanks.\n\n\nJane',
    );
  });

  it('drops nothing above a blank line', () => {
    expect(left(`No, thanks.\n\nUnsubscribe: ${LINK}`)).toBe('No, thanks.\n');
  });

  it.each([
    `Please take me off your list: ${LINK}`,
    `Please take me off:\n${LINK}`,
    'Unsubscribe: https://example.com/u/jane',
    'Unsubscribe: https://example.com/u/abcdefghijklmnopqrstuvwxyz234567',
  ])('leaves her own words: %s', (text) => {
    expect(left(text)).toBe(text);
  });
});

describe('endOfOwnFooter', () => {
  it('is behind the last of them', () => {
    expect(endOfOwnFooter(toReplyLines(`a\nUnsubscribe: ${LINK}\nb\nUnsubscribe: ${LINK}\nc`))).toBe(4);
    expect(endOfOwnFooter(toReplyLines('a\nb'))).toBe(0);
  });
});
