import { describe, expect, it } from '@jest/globals';
import { normalizeEmailAddress, parseSender } from './email-address.js';

/** 189 characters: with 64 and the @ they are 254. */
const longDomain = `${'a'.repeat(62)}.${'b'.repeat(61)}.${'c'.repeat(61)}.de`;

describe('normalizeEmailAddress', () => {
  it.each([
    ['ada@example.org', 'ada@example.org'],
    ['Ada.Lovelace+News@Example.ORG', 'ada.lovelace+news@example.org'],
    ["o'brien_1!#$%&*/=?^`{|}~-@example.co.uk", "o'brien_1!#$%&*/=?^`{|}~-@example.co.uk"],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@xn--bcher-kva.example', 'ada@xn--bcher-kva.example'],
    ['ada@BÜCHER.example', 'ada@xn--bcher-kva.example'],
    ['ada@пример.рф', 'ada@xn--e1afmkfd.xn--p1ai'],
    ['ada@exаmple.org', 'ada@xn--exmple-4nf.org'],
    [`${'a'.repeat(64)}@example.org`, `${'a'.repeat(64)}@example.org`],
    [`${'a'.repeat(64)}@${longDomain}`, `${'a'.repeat(64)}@${longDomain}`],
    ['ada@1.example.org', 'ada@1.example.org'],
  ])('makes %s into %s, which stays as it is', (text, address) => {
    expect(normalizeEmailAddress(text)).toEqual({ kind: 'valid', address });
    expect(normalizeEmailAddress(address)).toEqual({ kind: 'valid', address });
  });

  it.each([
    ['nothing', ''],
    ['no @', 'ada'],
    ['no local part', '@example.org'],
    ['no domain', 'ada@'],
    ['two addresses', 'a@b.co,c@d.co'],
    ['two addresses with a semicolon', 'a@b.co;c@d.co'],
    ['two @', 'a@b@example.org'],
    ['a display name', 'Ada <ada@example.org>'],
    ['angle brackets', '<ada@example.org>'],
    ['a domain of one label', 'ada@localhost'],
    ['a line end', 'ada@example.org\n'],
    ['a header', 'ada@example.org\r\nBcc: b@example.org'],
    ['a NUL', 'ada\0@example.org'],
    ['a leading blank', ' ada@example.org'],
    ['a zero-width space', 'a\u200bda@example.org'],
    ['a zero-width joiner in the domain', 'ada@exam\u200dple.org'],
    ['a soft hyphen', 'ada@exam\u00adple.org'],
    ['a right-to-left override', 'ada\u202e@example.org'],
    ['half a surrogate pair', 'ada@\ud800.org'],
    ['a quoted local part', '"ada lovelace"@example.org'],
    ['quotes for nothing', '"ada"@example.org'],
    ['a non-ASCII local part', 'zoë@example.org'],
    ['a Cyrillic a in the local part', 'аda@example.org'],
    ['a comment', 'ada(x)@example.org'],
    ['two dots', 'a..b@example.org'],
    ['a leading dot', '.ada@example.org'],
    ['a trailing dot', 'ada.@example.org'],
    ['an IPv4 literal', 'ada@[127.0.0.1]'],
    ['an IPv6 literal', 'ada@[IPv6:::1]'],
    ['a bare IPv4 address', 'ada@127.0.0.1'],
    ['a hexadecimal IPv4 address', 'ada@0x7f.1'],
    ['a percent-encoded domain', 'ada@ex%61mple.org'],
    ['an ideographic full stop', 'ada@example。org'],
    ['a port', 'ada@example.org:25'],
    ['an underscore in the domain', 'ada@ex_ample.org'],
    ['an empty label', 'ada@example..org'],
    ['a dot at the end', 'ada@example.org.'],
    ['a label with a leading dash', 'ada@-example.org'],
    ['a label with a trailing dash', 'ada@example-.org'],
    ['a label of 64 characters', `ada@${'a'.repeat(64)}.org`],
    ['punycode that is none', 'ada@xn--a.org'],
    ['a top level of one letter', 'ada@example.o'],
    ['a top level of digits', 'ada@example.123'],
    ['65 characters before the @', `${'a'.repeat(65)}@example.org`],
    ['255 characters in all', `${'a'.repeat(64)}@a${longDomain}`],
    ['ten megabytes', `a@${'a'.repeat(10_000_000)}`],
  ])('refuses %s without repeating it', (_what, text) => {
    expect(normalizeEmailAddress(text)).toEqual({
      kind: 'invalid',
      detail: expect.stringMatching(/^Must [^\r\n]+\.$/),
    });
  });
});

describe('parseSender', () => {
  it.each([
    ['Ada@Example.org', null, 'ada@example.org'],
    ['<ada@example.org>', null, 'ada@example.org'],
    ['Ada Lovelace <ada@example.org>', 'Ada Lovelace', 'Ada Lovelace <ada@example.org>'],
    ['  Ada   <ada@example.org> ', 'Ada', 'Ada <ada@example.org>'],
    ['"Lovelace, Ada" <ada@example.org>', 'Lovelace, Ada', '"Lovelace, Ada" <ada@example.org>'],
    ['"Ada \\"A\\" \\\\" <ada@example.org>', 'Ada "A" \\', '"Ada \\"A\\" \\\\" <ada@example.org>'],
    ['Acme Inc. <ada@example.org>', 'Acme Inc.', '"Acme Inc." <ada@example.org>'],
    ['Zoë <ada@example.org>', 'Zoë', '"Zoë" <ada@example.org>'],
    ['=?utf-8?q?x?= <ada@example.org>', '=?utf-8?q?x?=', '"=?utf-8?q?x?=" <ada@example.org>'],
    ['"ada@example.org" <ada@example.org>', 'ada@example.org', '"ada@example.org" <ada@example.org>'],
  ])('reads %s', (text, name, header) => {
    const sender = parseSender(text);

    expect(sender).toEqual({ kind: 'valid', name, address: 'ada@example.org', header });
    expect(parseSender(header)).toEqual(sender);
  });

  it.each([
    ['two senders', 'Ada <a@b.co>, Bob <c@d.co>'],
    ['an unquoted comma', 'Lovelace, Ada <ada@example.org>'],
    ['an address as its unquoted name', 'boss@example.org <ada@example.org>'],
    ['an open quote', '"Ada <ada@example.org>'],
    ['a quote within', '"Ada" "B" <ada@example.org>'],
    ['an empty name in quotes', '"" <ada@example.org>'],
    ['a line end in the name', 'Ada\r\nBcc: b@example.org <ada@example.org>'],
    ['a right-to-left override', 'Ada\u202e <ada@example.org>'],
    ['no address', 'Ada'],
    ['a bad address', 'Ada <ada>'],
    ['something after it', 'Ada <ada@example.org> x'],
  ])('refuses %s', (_what, text) => {
    expect(parseSender(text).kind).toBe('invalid');
  });
});
