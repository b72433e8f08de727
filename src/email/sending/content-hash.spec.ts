import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { contentHash } from './content-hash.js';

const content = { toEmail: 'ada@example.org', subject: 'Hello', html: '<p>Hi</p>', text: null };

describe('contentHash', () => {
  it('is the SHA-256 of the versioned JSON array', () => {
    const expected = createHash('sha256')
      .update('["v1","ada@example.org","Hello","<p>Hi</p>",""]')
      .digest('hex');

    expect(contentHash(content)).toBe(expected);
  });

  it('ignores the case of the address', () => {
    expect(contentHash({ ...content, toEmail: 'Ada@Example.org' })).toBe(contentHash(content));
  });

  it.each([
    ['recipient', { toEmail: 'bob@example.org' }],
    ['subject', { subject: 'Hello!' }],
    ['html', { html: '<p>Hi!</p>' }],
    ['text', { text: 'Hi' }],
  ])('changes with the %s', (_part, change) => {
    expect(contentHash({ ...content, ...change })).not.toBe(contentHash(content));
  });

  it('keeps the parts apart', () => {
    expect(contentHash({ ...content, subject: 'Hello<p>', html: 'Hi</p>' })).not.toBe(contentHash(content));
  });
});
