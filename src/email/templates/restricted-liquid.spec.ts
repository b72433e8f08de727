import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Liquid } from 'liquidjs';
import { createRestrictedLiquid } from './restricted-liquid.js';

describe('createRestrictedLiquid', () => {
  const secretFile = `.restricted-liquid-${process.pid}.secret`;

  beforeAll(() => {
    writeFileSync(secretFile, 'TOP SECRET');
  });
  afterAll(() => {
    rmSync(secretFile);
  });

  it('has no file system, even for code that asks for a file', () => {
    expect(new Liquid().renderFileSync(secretFile)).toBe('TOP SECRET');
    expect(() => void createRestrictedLiquid().renderFileSync(secretFile)).toThrow('ENOENT');
  });

  it('knows these tags and filters and no others', () => {
    const { tags, filters } = createRestrictedLiquid('escape');

    expect(Object.keys(tags).sort().join(' ')).toBe(
      '# assign break case comment continue cycle echo for if raw unless',
    );
    expect(Object.keys(filters).sort()).toEqual([
      ...['abs', 'append', 'at_least', 'at_most', 'capitalize', 'ceil', 'compact', 'date', 'default'],
      ...[
        'divided_by',
        'downcase',
        'escape',
        'escape_once',
        'first',
        'floor',
        'join',
        'last',
        'lstrip',
        'minus',
      ],
      ...['modulo', 'plus', 'prepend', 'remove', 'remove_first', 'remove_last', 'replace', 'replace_first'],
      ...['replace_last', 'reverse', 'round', 'rstrip', 'size', 'slice', 'sort', 'split', 'squish', 'strip'],
      ...[
        'strip_html',
        'strip_newlines',
        'times',
        'truncate',
        'truncatewords',
        'uniq',
        'upcase',
        'url_encode',
      ],
    ]);
  });

  it.each([
    ['{{ v | url_encode }}', 'a b&é/', 'a+b%26%C3%A9%2F'],
    ['{{ v | escape }}', '<', '&lt;'],
    ['{{ v | escape_once }}', '&lt;<', '&lt;&lt;'],
  ])('gives HTML once-escaped output: %s', (template, v, expected) => {
    expect(createRestrictedLiquid('escape').parseAndRenderSync(template, { v })).toBe(expected);
  });
});
