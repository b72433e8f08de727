import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  TemplateRenderer,
  type RenderResult,
  type TemplateField,
  type TemplateSource,
  type VariableValue,
} from './template-renderer.js';

const renderer = new TemplateRenderer();

type Variables = Record<string, VariableValue>;

/** Renders a template whose other fields are fine. */
function render(source: Partial<TemplateSource>, variables: Variables = {}): RenderResult {
  return renderer.render({ subject: 'Subject', body: '<p>Body</p>', text: 'Text', ...source }, variables);
}

function rendered(source: Partial<TemplateSource>, variables: Variables = {}) {
  const result = render(source, variables);
  if (result.kind !== 'rendered') throw new Error(`not rendered: ${JSON.stringify(result)}`);
  return result;
}

/** `[field, code]` of each problem; empty when there is none. */
function problems(result: RenderResult): [TemplateField, string][] {
  return result.kind === 'invalid' ? result.problems.map(({ field, code }) => [field, code]) : [];
}

function checkProblems(source: Partial<TemplateSource>): [TemplateField, string][] {
  return renderer
    .check({ subject: 'Subject', body: '<p>Body</p>', ...source })
    .map(({ field, code }) => [field, code]);
}

describe('rendering', () => {
  it('fills all three fields, with both kinds of placeholder', () => {
    const source = {
      subject: 'A question for {company}',
      body: '<p style="color:{{ colour }}">Hi {first_name}</p><style>p{color:red}</style>',
      text: 'Hi {{ first_name }}, {n} {flag}',
    };

    const result = render(source, { first_name: 'Ada', company: 'Acme', colour: 'red', n: 0, flag: false });

    expect(result).toEqual({
      kind: 'rendered',
      subject: 'A question for Acme',
      html: '<p style="color:red">Hi Ada</p><style>p{color:red}</style>',
      text: 'Hi Ada, 0 false',
      textGenerated: false,
    });
  });

  it('keeps names of any script, and combining marks and emoji whole', () => {
    const name = 'Zoë Олена 山田 e\u0301 👩🏽‍🚀 שלום';

    const { subject, html, text } = rendered({ subject: '{n}', body: '{n}', text: '{n}' }, { n: name });

    expect([subject, html, text]).toEqual([name, name, name]);
  });

  it('never reads a value as template', () => {
    const value = '{other} {{ other }} {% if other %}x{% endif %} {{ "{% raw %}" }}';
    const source = { subject: '{v}', text: '{{ v }}', body: '{v}' };

    const { subject, text, html } = rendered(source, { v: value, other: 'REPLACED' });

    expect(subject).toBe(value);
    expect(text).toBe(value);
    expect(html).not.toContain('REPLACED');
  });

  it('leaves the variables it is given alone', () => {
    const variables = Object.freeze({ n: 'Ada' });

    rendered({ subject: '{% assign n = "Eve" %}{n}', text: '{n}' }, variables);

    expect(variables).toEqual({ n: 'Ada' });
  });

  it('renders a template that was rendered before as if for the first time', () => {
    const source = {
      subject: '{% cycle "a", "b" %}{% cycle "a", "b" %}',
      body:
        '{% for n in (1..4) limit: 2 %}{{ n }}{% endfor %}{% for n in (1..4) offset: continue %}{{ n }}{% endfor %}' +
        '{% assign greeting = first_name | append: "!" %}{{ greeting }}{% if company %} of {{ company }}{% endif %}',
    };

    expect(render(source).kind).toBe('missing_variables');
    expect(rendered(source, { first_name: 'Ada', company: 'Engines' }).html).toBe('1234Ada! of Engines');
    expect(rendered(source, { first_name: 'Grace' })).toMatchObject({ subject: 'ab', html: '1234Grace!' });
    expect(rendered(source, { first_name: 'Ada' })).toMatchObject({ subject: 'ab', html: '1234Ada!' });
  });

  it('does not carry an assignment from one field into another', () => {
    expect(render({ subject: '{% assign n = "Eve" %}{n}', text: '{n}' })).toEqual({
      kind: 'missing_variables',
      names: ['n'],
    });
  });

  it('keeps what stands in a raw block', () => {
    expect(rendered({ text: '{% raw %}{first_name} {{ x }}{% endraw %}' }).text).toBe('{first_name} {{ x }}');
  });

  it('renders dates in UTC and English wherever it runs', () => {
    expect(rendered({ text: '{{ "2026-03-01T23:30:00Z" | date: "%d %B %H:%M" }}' }).text).toBe(
      '01 March 23:30',
    );
  });
});

describe('escaping', () => {
  const value = `<b onclick="x('y')">AT&T</b>`;

  it('escapes values in HTML, in text and in attribute position', () => {
    expect(rendered({ body: '<a title="{v}">{{ v }}</a>' }, { v: `"><script>'&` }).html).toBe(
      '<a title="&#34;&gt;&lt;script&gt;&#39;&amp;">&#34;&gt;&lt;script&gt;&#39;&amp;</a>',
    );
  });

  it.each([
    '{v}',
    '{{ v }}',
    '{% echo v %}',
    '{% cycle v %}',
    '{{ v | upcase }}',
    '{{ v | split: "" | join: "" }}',
  ])('leaves no markup of a value in HTML: %s', (body) => {
    expect(rendered({ body }, { v: value }).html).not.toMatch(/[<>"']/);
  });

  it('does not escape subject and text', () => {
    const { subject, text } = rendered({ subject: '{v}', text: '{v}' }, { v: value });

    expect([subject, text]).toEqual([value, value]);
  });

  it.each(['{{ v | escape }}', '{{ v | escape_once }}'])(
    'escapes once where the template escapes: %s',
    (body) => {
      expect(rendered({ body }, { v: 'AT&T' }).html).toBe('AT&amp;T');
    },
  );

  it('offers no way around escaping', () => {
    expect(checkProblems({ body: '{{ "x" | raw }}' })).toEqual([['body', 'unknown_filter']]);
  });
});

describe('missing variables', () => {
  function missing(source: Partial<TemplateSource>, variables: Variables = {}): readonly string[] {
    const result = render(source, variables);
    return result.kind === 'missing_variables' ? result.names : [];
  }

  it('are all reported at once, over all fields, sorted, each once', () => {
    const source = {
      subject: '{zeta} {alpha}',
      body: '{beta}{% if 1 %}{% for i in (1..2) %}{gamma}{% endfor %}{delta}{% endif %}',
      text: '{alpha}',
    };

    expect(missing(source)).toEqual(['alpha', 'beta', 'delta', 'gamma', 'zeta']);
  });

  it.each([
    ['absent', {}],
    ['undefined', { n: undefined }],
    ['null', { n: null }],
    ['empty', { n: '' }],
    ['white space', { n: ' \t\n\u00A0' }],
  ])('include one that is %s', (_name, variables: Variables) => {
    expect(missing({ subject: 'Hi {n}' }, variables)).toEqual(['n']);
    expect(rendered({ subject: 'Hi {{ n | default: "there" }}' }, variables).subject).toBe('Hi there');
    expect(rendered({ subject: '{% if n %}Hi {n}{% else %}Hello{% endif %}' }, variables).subject).toBe(
      'Hello',
    );
    expect(rendered({ subject: '{% unless n %}Hello{% endunless %}' }, variables).subject).toBe('Hello');
  });

  it.each([
    ['a property of an absent variable', '{{ user.name.first }}', 'user.name.first'],
    ['a property of a present one', '{{ n.nick }}', 'n.nick'],
    ['a property of a literal', '{{ "x".foo }}', '"x".foo'],
    ['a quoted name', '{{ ["Company Name"] }}', 'Company Name'],
    ['a name in a tag', '{% for x in list %}{% endfor %}', 'list'],
    ['a filter argument', '{{ n | append: last_name }}', 'last_name'],
    ['a value that is assigned', '{% assign hello = absent | append: "!" %}{{ hello }}', 'absent'],
    ['a name that every object has', '{{ constructor }}', 'constructor'],
    ['a prototype', '{{ __proto__ }}', '__proto__'],
    ['a method of a text', '{{ n.constructor }}', 'n.constructor'],
  ])('name %s in full', (_name, text, expected) => {
    expect(missing({ text }, { n: 'Ada' })).toEqual([expected]);
  });

  it('do not include a name that an untaken branch prints', () => {
    expect(rendered({ text: '{% if false %}{absent}{% endif %}ok' }).text).toBe('ok');
  });

  it('yield to faults that no variable can mend', () => {
    expect(
      problems(render({ subject: '{absent}', text: '{% for i in (1..100000000) %}{% endfor %}' })),
    ).toEqual([['text', 'limit_exceeded']]);
  });
});

describe('text part', () => {
  it.each([undefined, null, '', ' \n', '{% if false %}x{% endif %}'])(
    'is made of the HTML when it is %j',
    (text) => {
      const source = {
        subject: 's',
        body: '<p>Hi {n}</p><p><a href="https://x.example">Go</a></p>',
        text: text ?? null,
      };

      expect(renderer.render(source, { n: 'Ada & Bob' })).toMatchObject({
        text: 'Hi Ada & Bob\n\nGo [https://x.example]',
        textGenerated: true,
      });
    },
  );

  it('is asked for when the HTML is too tangled to read', () => {
    const body = '<b>'.repeat(30_000);

    expect(problems(render({ body, text: null }))).toEqual([['text', 'limit_exceeded']]);
    expect(problems(render({ body, text: 'Text' }))).toEqual([]);
  });

  it('is checked for the characters that HTML can spell out', () => {
    expect(problems(render({ body: '<p>a&#1;b</p>', text: null }))).toEqual([['body', 'control_characters']]);
  });
});

describe('checks after rendering', () => {
  it.each([
    ['a line end', 'a\r\nBcc: eve@x.example'],
    ['a tab', 'a\tb'],
    ['NUL', 'a\0b'],
    ['DEL', 'a\x7Fb'],
    ['a C1 control', 'a\x85b'],
    ['a line separator', 'a\u2028b'],
    ['a bidi override', 'a\u202Eb'],
    ['a bidi isolate', 'a\u2066b'],
    ['a lone surrogate', 'a\uD83Db'],
  ])('refuse %s in the subject, from a value or from the template', (_name, value) => {
    expect(problems(render({ subject: 'Hi {v}' }, { v: value }))).toEqual([
      ['subject', 'control_characters'],
    ]);
    expect(problems(render({ subject: value }))).toEqual([['subject', 'control_characters']]);
  });

  it.each(['body', 'text'] as const)('refuse controls but tabs and line ends in the %s', (field) => {
    expect(problems(render({ [field]: 'a {v}' }, { v: '\b' }))).toEqual([[field, 'control_characters']]);
    expect(problems(render({ [field]: 'a {v}' }, { v: '\uDE00' }))).toEqual([[field, 'control_characters']]);
    expect(problems(render({ [field]: 'a\t{v}\r\n' }, { v: 'b\n\u202Dc' }))).toEqual([]);
  });

  it.each([
    ['a blank subject', { subject: '{% if false %}x{% endif %} ' }, ['subject', 'empty']],
    ['a blank body', { body: ' \n{% comment %}x{% endcomment %}' }, ['body', 'empty']],
    ['a subject over 998 bytes', { subject: 'é'.repeat(500) }, ['subject', 'too_long']],
    [
      'a body over 512 KiB',
      { body: '{% for i in (1..3) %}' + 'x'.repeat(200_000) + '{% endfor %}' },
      ['body', 'too_long'],
    ],
    [
      'a body over 512 KiB in bytes only',
      { body: '{% for i in (1..2) %}' + 'é'.repeat(140_000) + '{% endfor %}' },
      ['body', 'too_long'],
    ],
    [
      'a text over 512 KiB',
      { text: '{% for i in (1..2) %}' + 'é'.repeat(140_000) + '{% endfor %}' },
      ['text', 'too_long'],
    ],
  ] as const)('refuse %s', (_name, source, expected) => {
    expect(problems(render(source))).toEqual([expected]);
  });

  it('allow a subject of 998 bytes and a body of 512 KiB', () => {
    const body = `{% for i in (1..2) %}${'x'.repeat(256 * 1024 - 50)}{% endfor %}${'x'.repeat(100)}`.slice(
      0,
      256 * 1024,
    );

    expect(problems(render({ subject: 'é'.repeat(499) }))).toEqual([]);
    expect(problems(render({ body }))).toEqual([]);
  });

  it('report the problems of all fields', () => {
    expect(problems(render({ subject: '\n', body: ' ', text: '\0' }))).toEqual([
      ['subject', 'empty'],
      ['subject', 'control_characters'],
      ['body', 'empty'],
      ['text', 'control_characters'],
    ]);
  });
});

describe('checking a source', () => {
  it('finds nothing wrong with a good template, whatever its variables', () => {
    const source = {
      subject: '{a}',
      body: '{{ b | default: "c" | upcase }}',
      text: '{% if d %}{d}{% endif %}',
    };

    expect(renderer.check(source)).toEqual([]);
  });

  it.each([
    ['an unclosed block', '{% if a %}x', 'syntax_error'],
    ['an unclosed output', 'Hi {{ a', 'syntax_error'],
    ['an unclosed tag', 'Hi {% if a', 'syntax_error'],
    ['an unclosed raw block', '{% raw %}x', 'syntax_error'],
    ['blocks closed in the wrong order', '{% if a %}{% for b in c %}{% endif %}{% endfor %}', 'syntax_error'],
    ['an end without a beginning', 'x{% endif %}', 'syntax_error'],
    ['an else without an if', '{% else %}', 'syntax_error'],
    ['a triple brace', '{{{ a }}}', 'syntax_error'],
    ['an assignment without a value', '{% assign a = %}', 'syntax_error'],
    ['an assignment without a sign', '{% assign a b %}', 'syntax_error'],
    ['an unknown filter', '{{ a | shout }}', 'unknown_filter'],
    ['an unknown filter in a condition', '{% if a %}{% assign b = a | shout %}{% endif %}', 'unknown_filter'],
    ['an unknown tag', '{% shout %}', 'unknown_tag'],
    ['an unknown tag named like a filter fault', '{% shout "undefined filter: x" %}', 'unknown_tag'],
    ['include', '{% include "a" %}', 'unknown_tag'],
    ['layout', '{% layout "a" %}', 'unknown_tag'],
    ['render', '{% render "a" %}', 'unknown_tag'],
    ['capture', '{% capture a %}x{% endcapture %}', 'unknown_tag'],
    ['chance', '{{ a | sample }}', 'unknown_filter'],
    ['growing lists', '{{ a | push: a }}', 'unknown_filter'],
    ['a source of more than 256 kB', 'x'.repeat(256 * 1024 + 1), 'limit_exceeded'],
    ['more than 20,000 pieces', '{a}'.repeat(20_001), 'limit_exceeded'],
    ['a nesting without end', '{% if a %}'.repeat(19_000), 'limit_exceeded'],
    ['blocks nested too deep', `${'{% if a %}'.repeat(51)}x${'{% endif %}'.repeat(51)}`, 'limit_exceeded'],
    ['brackets without end', `{{ ${'a['.repeat(100_000)} }}`, 'limit_exceeded'],
    ['ranges without end', `{% for x in ${'('.repeat(100_000)} %}{% endfor %}`, 'limit_exceeded'],
    ['several tags in one', '{% liquid echo a %}', 'unknown_tag'],
  ])('finds %s', (_name, source, code) => {
    for (const field of ['subject', 'body', 'text']) {
      expect(checkProblems({ [field]: source })[0]).toEqual([field, code]);
    }
    expect(problems(render({ body: source }))[0]).toEqual(['body', code]);
  });

  it('takes blocks that nest deep, one after the other and within reason', () => {
    const nested = `${'{% if a %}'.repeat(50)}x${'{% endif %}'.repeat(50)}`;

    expect(checkProblems({ body: nested.repeat(3) })).toEqual([]);
  });

  it('reports the problems of all fields, and several of one', () => {
    const source = { subject: '{{ a | nope }}', body: '{% nope %} {{ a | nope }}', text: '{% if a %}' };

    expect(checkProblems(source)).toEqual([
      ['subject', 'unknown_filter'],
      ['body', 'unknown_tag'],
      ['body', 'unknown_filter'],
      ['text', 'syntax_error'],
    ]);
  });

  it('stops at twenty problems of one field', () => {
    expect(checkProblems({ body: '{% nope %}'.repeat(10_000) })).toHaveLength(20);
  });

  it('says where the problem is, placeholders before it notwithstanding', () => {
    expect(renderer.check({ subject: 's', body: 'Hi\n{first_name} {x} {{ y | shout }}' })).toEqual([
      { field: 'body', code: 'unknown_filter', detail: 'undefined filter: shout (line 2, column 18)' },
    ]);
  });

  it('abridges what it quotes', () => {
    const [problem] = renderer.check({ subject: 's', body: `{% if ${'a'.repeat(10_000)} %}` });

    expect(problem?.detail.length).toBeLessThan(300);
    expect(problem?.detail).toMatch(/… \(line 1, column 1\)$/);
  });
});

describe('a template from a stranger', () => {
  const secretFile = `.template-renderer-${process.pid}.secret`;

  beforeAll(() => {
    writeFileSync(secretFile, 'TOP SECRET');
  });
  afterAll(() => {
    rmSync(secretFile);
  });

  it.each(['render', 'include', 'layout'])('reads no file by %s', (tag) => {
    const result = render({ body: `{% ${tag} "${secretFile}" %}`, text: `{% ${tag} "./${secretFile}" %}` });

    expect(problems(result)).toEqual([
      ['body', 'unknown_tag'],
      ['text', 'unknown_tag'],
    ]);
    expect(JSON.stringify(result)).not.toContain('TOP SECRET');
  });

  it.each([
    ['a huge range', '{% for i in (1..100000000) %}x{% endfor %}'],
    ['an infinite range', '{% assign n = "1e308" | times: 10 %}{% for i in (1..n) %}x{% endfor %}'],
    [
      'a text that doubles',
      '{% assign s = "x" %}{% for i in (1..60) %}{% assign s = s | append: s %}{% endfor %}',
    ],
    [
      'a text that multiplies',
      '{% assign s = "aaaaaaaaaa" %}{% for i in (1..60) %}{% assign s = s | replace: "a", s %}{% endfor %}',
    ],
    ['an encoding of an encoding', `{{ "${'é'.repeat(50_000)}" ${'| url_encode '.repeat(50)}}}`],
    [
      'loops without memory',
      '{% assign a = (1..1000) %}{% for i in a %}{% for j in a %}{% for k in a %}{% endfor %}{% endfor %}{% endfor %}',
    ],
    [
      'one long comparison, with nothing after it',
      `{% assign a = (1..200000) %}{% assign b = (1..200000) %}x{{ a == b ${'and a == b '.repeat(300)}}}`,
    ],
  ])('is stopped: %s', (_name, source) => {
    for (const field of ['body', 'text']) {
      expect(problems(render({ [field]: source }))[0]).toEqual([field, 'limit_exceeded']);
    }
  });

  it('keeps no more output than a mail may have', () => {
    // More than the longest string that V8 makes, in few enough turns to be done within the time that a template gets.
    const source = `{% for i in (1..6000) %}${'x'.repeat(100_000)}{% endfor %}`;

    expect(problems(render({ body: source }))).toEqual([['body', 'too_long']]);
  });

  it.each([
    ['a time zone that is none', '{{ "2026-01-01" | date: "%d", v }}'],
    ['a filter without its argument', '{{ v | append }}'],
  ])('gets no value in an error: %s', (_name, text) => {
    const result = render({ text: `one\n  ${text}` }, { v: 'PRIVATE' });

    expect(result).toEqual({
      kind: 'invalid',
      problems: [
        {
          field: 'text',
          code: 'render_failed',
          detail: 'cannot be rendered with these variables (line 2, column 3)',
        },
      ],
    });
  });
});
