import { describe, expect, it } from '@jest/globals';
import { hasSafeLink } from './link-policy.js';

describe('hasSafeLink', () => {
  it.each(['https://a.example/x?y=1', 'http://a.example', 'mailto:ada@a.example', '', null, undefined])(
    'takes %p',
    (link) => {
      expect(hasSafeLink(link)).toBe(true);
    },
  );

  it.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'data:text/html,x',
    '/relative',
    'a.example',
    7,
    true,
  ])('refuses %p', (link) => {
    expect(hasSafeLink(link)).toBe(false);
  });
});
