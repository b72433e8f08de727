import { describe, expect, it } from '@jest/globals';
import { createFooter } from './footer.js';
import { bodySha256, freezeEmail } from './frozen-email.js';

const input = {
  toEmail: 'ada@engines.example',
  fromEmail: 'Grace <grace@mail.ours.example>',
  fromDomain: 'mail.ours.example',
  replyAddress: 'replies@in.ours.example',
  thread: [],
  footer: createFooter(null, null),
  content: { subject: 'Hi', html: '<p>Hi</p>', text: 'Hi', textGenerated: true },
};

describe('freezeEmail', () => {
  it('gives every mail keys of its own and the same content the same hashes of content', () => {
    const [first, second] = [freezeEmail(input), freezeEmail(input)];

    expect(second.contentHash).toBe(first.contentHash);
    expect(second.sendKey).not.toBe(first.sendKey);
    expect(second.publicToken).not.toBe(first.publicToken);
    expect(second.messageIdHeader).not.toBe(first.messageIdHeader);
  });

  it('makes tokens of 128 random bits that survive lower-casing', () => {
    const tokens = Array.from({ length: 1_000 }, () => freezeEmail(input).publicToken);

    expect(new Set(tokens).size).toBe(1_000);
    expect(tokens.every((token) => /^[a-z2-7]{26}$/.test(token))).toBe(true);
  });

  it('puts the token into Reply-To and the Message-ID', () => {
    const { publicToken, replyTo, messageIdHeader, headers } = freezeEmail(input);

    expect(replyTo).toBe(`replies+${publicToken}@in.ours.example`);
    expect(messageIdHeader).toBe(`<cam.${publicToken}@mail.ours.example>`);
    expect(headers).toEqual({ 'Message-ID': messageIdHeader, References: messageIdHeader });
  });

  it('ends the mail with the footer, which makes no other content of it', () => {
    const footer = createFooter('https://mail.ours.example', 'Ours Ltd, 1 Main Street');
    const { publicToken, html, text, headers, contentHash } = freezeEmail({ ...input, footer });

    expect(html).toContain(`https://mail.ours.example/u/${publicToken}`);
    expect(text).toContain(`https://mail.ours.example/u/${publicToken}`);
    expect(headers['List-Unsubscribe']).toBe(`<https://mail.ours.example/u/${publicToken}>`);
    expect(contentHash).toBe(freezeEmail(input).contentHash);
  });

  it('sets no Reply-To without a reply address', () => {
    expect(freezeEmail({ ...input, replyAddress: null }).replyTo).toBeNull();
  });

  it('tells a generated text from a written one, but not one version of the generator from the next', () => {
    const written = freezeEmail({ ...input, content: { ...input.content, textGenerated: false } });
    const regenerated = freezeEmail({ ...input, content: { ...input.content, text: 'Hi there' } });

    expect(written.contentHash).not.toBe(freezeEmail(input).contentHash);
    expect(regenerated.contentHash).toBe(freezeEmail(input).contentHash);
  });
});

describe('bodySha256', () => {
  it('is of the bytes of the wire, whatever order the database keeps their header fields in', () => {
    const frozen = freezeEmail(input);
    const { References: references = '', 'Message-ID': messageId = '' } = frozen.headers;
    const reordered = { References: references, 'Message-ID': messageId };

    expect(bodySha256({ ...frozen, headers: reordered })).toBe(frozen.bodySha256);
    expect(bodySha256({ ...frozen, headers: { ...reordered, References: '<a@b>' } })).not.toBe(
      frozen.bodySha256,
    );
    expect(bodySha256({ ...frozen, subject: 'Ho' })).not.toBe(frozen.bodySha256);
  });
});
