import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { parseApiKeys } from './api-keys.js';

const digestOf = (key: string) => createHash('sha256').update(key).digest('hex');
const A = digestOf('key a');
const B = digestOf('key b');

describe('parseApiKeys', () => {
  it('reads names, digests and scopes', () => {
    const { keys, problems } = parseApiKeys(`ci:${A}:read+send, ops.team-1:${B.toUpperCase()}`);

    expect(problems).toEqual([]);
    expect(keys).toEqual([
      { name: 'ci', sha256: Buffer.from(A, 'hex'), scopes: new Set(['read', 'send']) },
      { name: 'ops.team-1', sha256: Buffer.from(B, 'hex'), scopes: new Set(['read', 'send', 'manage']) },
    ]);
  });

  it('finds no keys in an empty text', () => {
    expect(parseApiKeys('')).toEqual({ keys: [], problems: [] });
  });

  it.each([
    ['a digest without name', A, 'entry 1 has no name'],
    ['an empty name', `:${A}`, 'entry 1 has no name'],
    ['a name with a blank', `my key:${A}`, 'entry 1 has no name'],
    ['a name of 65 characters', `${'n'.repeat(65)}:${A}`, 'entry 1 has no name'],
    ['an empty entry', `ci:${A},`, 'entry 2 has no name'],
    ['a missing digest', 'ci:', 'entry 1 has no SHA-256 of 64 hex digits'],
    ['a short digest', `ci:${A.slice(1)}`, 'entry 1 has no SHA-256 of 64 hex digits'],
    ['a digest that is not hex', `ci:${'g'.repeat(64)}`, 'entry 1 has no SHA-256 of 64 hex digits'],
    ['the digest of an empty key', `ci:${digestOf('')}`, 'entry 1 has the SHA-256 of an empty key'],
    ['the same name twice', `ci:${A},ci:${B}`, 'entry 2 has the name of an earlier one'],
    ['the same key twice', `ci:${A}:read,ops:${A}`, 'entry 2 has the SHA-256 of an earlier one'],
    ['an unknown scope', `ci:${A}:read+write`, 'entry 1 has scopes other than read, send, manage'],
    ['no scope after the second colon', `ci:${A}:`, 'entry 1 has scopes other than'],
    ['a third colon', `ci:${A}:read:send`, 'entry 1 has scopes other than'],
  ])('refuses %s', (_case, text, problem) => {
    expect(parseApiKeys(text).problems).toEqual([expect.stringContaining(problem)]);
  });

  it('reports every bad entry and repeats nothing of them', () => {
    const { problems } = parseApiKeys('cam_live_a5f3, ci:cam_live_b7d1');

    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('cam_live');
  });
});
