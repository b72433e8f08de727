import { describe, expect, it } from '@jest/globals';
import { Liquid, TypeGuards } from 'liquidjs';
import { tokenize } from './placeholder-syntax.js';

const { options } = new Liquid();

/** Each token as its kind and its text: `text`, `output` or `tag`. */
function parts(source: string): [kind: string, text: string][] {
  return tokenize(source, options).map((token) => {
    const kind = TypeGuards.isHTMLToken(token) ? 'text' : TypeGuards.isTagToken(token) ? 'tag' : 'output';
    return [kind, token.getText()];
  });
}

describe('tokenize', () => {
  it.each([
    ['{name}', [['output', '{name}']]],
    ['Hi {first_name}!', [['text', 'Hi '], ['output', '{first_name}'], ['text', '!']]], // prettier-ignore
    ['{a}{b}', [['output', '{a}'], ['output', '{b}']]], // prettier-ignore
    ['{_x1}', [['output', '{_x1}']]],
    ['{ name }', [['text', '{ name }']]],
    ['{user.name}', [['text', '{user.name}']]],
    ['{0}', [['text', '{0}']]],
    ['{}', [['text', '{}']]],
    ['{first-name}', [['text', '{first-name}']]],
    ['p{color:red}', [['text', 'p{color:red}']]],
    ['{"a":1}', [['text', '{"a":1}']]],
    ['{naïve}', [['text', '{naïve}']]],
    ['{{ name }}', [['output', '{{ name }}']]],
    ['{{ "{name}" }}', [['output', '{{ "{name}" }}']]],
    ['{% if "{name}" %}', [['tag', '{% if "{name}" %}']]],
    ['{a{b}', [['text', '{a'], ['output', '{b}']]], // prettier-ignore
    ['{ {{ x }} }', [['text', '{ '], ['output', '{{ x }}'], ['text', ' }']]], // prettier-ignore
    [
      '{% raw %}{a}{{ b }}{% endraw %}{c}',
      [['tag', '{% raw %}'], ['text', '{a}{{ b }}'], ['tag', '{% endraw %}'], ['output', '{c}']],
    ], // prettier-ignore
    ['{%- raw -%}{a}{% endraw %}', [['tag', '{%- raw -%}'], ['text', '{a}'], ['tag', '{% endraw %}']]], // prettier-ignore
  ])('reads %s', (source, expected) => {
    expect(parts(source)).toEqual(expected);
  });

  it('reads only the name between the braces as the variable', () => {
    const [output] = tokenize('Hi {first_name}'.slice(3), options);

    expect(TypeGuards.isOutputToken(output) && output.content).toBe('first_name');
  });

  it('keeps positions true to the source', () => {
    const [, , , last] = tokenize('{a} and\n{b}', options).concat(tokenize('{a}\n {b}', options));
    const second = tokenize('{a}\n {b}', options)[2];

    expect(last?.getPosition()).toEqual([1, 1]);
    expect(second?.getPosition()).toEqual([2, 2]);
  });

  it('leaves out what white space control trims around a placeholder', () => {
    expect(parts('{% if a -%}  {b}  {%- endif %}')).toEqual([
      ['tag', '{% if a -%}'],
      ['output', '{b}'],
      ['tag', '{%- endif %}'],
    ]);
  });

  it.each([
    ['opening braces', '{ '.repeat(128_000)],
    ['an endless name', `{${'a'.repeat(256_000)}`],
    ['openings of names', '{a'.repeat(128_000)],
    ['closing braces', '}'.repeat(256_000)],
  ])('reads 256 kB of %s as one text', (_name, source) => {
    expect(parts(source)).toEqual([['text', source]]);
  });

  it('refuses 256 kB of output openings', () => {
    expect(() => tokenize('{'.repeat(256_000), options)).toThrow('not closed');
  });
});
