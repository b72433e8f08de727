import { describe, expect, it } from '@jest/globals';
import { threadHeaders, type ThreadMail } from './thread-headers.js';

const OWN = '<cam.own@ours.example>';

const ours = (name: string): ThreadMail => ({
  messageIdHeader: `<cam.${name}@ours.example>`,
  providerMessageIdHeader: null,
});
const real = (name: string): ThreadMail => ({
  ...ours(name),
  providerMessageIdHeader: `<${name}@provider.test>`,
});

describe('threadHeaders', () => {
  it('begins a thread with the mail itself', () => {
    expect(threadHeaders([], OWN)).toEqual({ References: OWN });
  });

  it('answers the last mail, and names all of them by the ids that recipients see, where they are known', () => {
    expect(threadHeaders([real('a'), ours('b'), real('c')], OWN)).toEqual({
      'In-Reply-To': '<c@provider.test>',
      References: `<a@provider.test> <cam.b@ours.example> <c@provider.test> ${OWN}`,
    });
  });

  it('answers a mail by our id while the real one is not known', () => {
    expect(threadHeaders([real('a'), ours('b')], OWN)).toEqual({
      'In-Reply-To': '<cam.b@ours.example>',
      References: `<a@provider.test> <cam.b@ours.example> ${OWN}`,
    });
  });

  it('keeps the first mail of a long thread and the last twenty', () => {
    const short = (n: number): ThreadMail => ({
      messageIdHeader: `<${n}@x.y>`,
      providerMessageIdHeader: null,
    });
    const chain = Array.from({ length: 40 }, (_, index) => short(index));

    const names = threadHeaders(chain, OWN).References.split(' ');

    expect(names).toEqual(['<0@x.y>', ...chain.slice(-20).map((mail) => mail.messageIdHeader), OWN]);
  });

  it('names as many mails as the value of a field has room for', () => {
    const chain = Array.from({ length: 30 }, (_, index) => real(`${index}-${'x'.repeat(60)}`));
    const idOf = (index: number): string | undefined => chain.at(index)?.providerMessageIdHeader ?? undefined;

    const { References: value, 'In-Reply-To': parent } = threadHeaders(chain, OWN);
    const names = value.split(' ');

    expect(value.length).toBeLessThanOrEqual(870);
    expect(`${value} ${idOf(-names.length + 1)}`.length).toBeGreaterThan(870);
    expect(names).toEqual([
      idOf(0),
      ...Array.from(names.slice(1, -1), (_, n) => idOf(n + 2 - names.length)),
      OWN,
    ]);
    expect(parent).toBe(idOf(-1));
  });

  it('names each mail once, its parent last', () => {
    const { References: value } = threadHeaders([real('b'), real('a'), real('a'), real('b')], OWN);

    expect(value).toBe(`<a@provider.test> <b@provider.test> ${OWN}`);
  });

  it.each([
    ['a second field', '<a@b>\r\nBcc: <eve@evil.test>'],
    ['a line of its own', '<a\n@b>'],
    ['two ids', '<a@b> <c@d>'],
    ['two ids without a space', '<a@b><c@d>'],
    ['a space', '<a b@c>'],
    ['a tab', '<a\t@c>'],
    ['no brackets', 'a@b'],
    ['half of the brackets', '<a@b'],
    ['no domain', '<a>'],
    ['nothing before the domain', '<@b>'],
    ['nothing', ''],
    ['letters beyond ASCII', '<grüße@b>'],
    ['NUL', '<a\0@b>'],
    ['a word too long', `<${'a'.repeat(300)}@b>`],
  ])('takes %s for no id', (_, id) => {
    const hostile: ThreadMail = { messageIdHeader: id, providerMessageIdHeader: id };

    expect(threadHeaders([hostile, real('b')], OWN)).toEqual({
      'In-Reply-To': '<b@provider.test>',
      References: `<b@provider.test> ${OWN}`,
    });
    expect(threadHeaders([real('a'), { ...ours('b'), providerMessageIdHeader: id }], OWN)).toEqual({
      'In-Reply-To': '<cam.b@ours.example>',
      References: `<a@provider.test> <cam.b@ours.example> ${OWN}`,
    });
    expect(threadHeaders([real('a'), hostile], OWN)).toEqual({ References: `<a@provider.test> ${OWN}` });
  });
});
