import { describe, expect, it } from '@jest/globals';
import { suppressionTargets } from './suppression-targets.js';

describe('suppressionTargets', () => {
  it('names the address, its domain and the domains above', () => {
    expect(suppressionTargets('jane@mail.lead.test')).toEqual([
      'jane@mail.lead.test',
      'mail.lead.test',
      'lead.test',
    ]);
  });

  it('names the person behind a tag', () => {
    expect(suppressionTargets('jane+offers@lead.test')).toEqual([
      'jane+offers@lead.test',
      'jane@lead.test',
      'lead.test',
    ]);
  });

  it('finds no person behind a tag that is all there is', () => {
    expect(suppressionTargets('+offers@lead.test')).toEqual(['+offers@lead.test', 'lead.test']);
  });
});
