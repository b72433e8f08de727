import { createHash, randomFillSync, randomUUID } from 'node:crypto';
import { contentHash } from './content-hash.js';
import type { Footer } from './footer.js';
import { type ThreadMail, threadHeaders } from './thread-headers.js';

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const TOKEN_LENGTH = 26;

/** Random bytes for many tokens, each used once: asking the system for each of them costs more than the rest of it. */
const entropy = new Uint8Array(TOKEN_LENGTH * 128);
let entropyLeft = 0;

/** What the mail says, rendered. */
export interface RenderedContent {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly textGenerated: boolean;
}

/** A mail's identity and its bytes, fixed once for all attempts. */
export interface FrozenEmail {
  readonly toEmail: string;
  readonly fromEmail: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly replyTo: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodySha256: string;
  readonly contentHash: string;
  readonly sendKey: string;
  readonly publicToken: string;
  readonly messageIdHeader: string;
}

/** Everything a mail is made of. */
export interface FreezeInput {
  readonly toEmail: string;
  /** Header form, `Name <addr>` or bare. */
  readonly fromEmail: string;
  /** Domain of the sender's address: the right-hand side of our Message-ID. */
  readonly fromDomain: string;
  /** `replies@in.example.com` becomes `replies+<token>@in.example.com`; null: no Reply-To. */
  readonly replyAddress: string | null;
  /** Added after the content hash is taken: a new address in it makes no new mail. */
  readonly footer: Footer;
  /** The mails that it goes on with, oldest first; empty: it begins a thread. */
  readonly thread: readonly ThreadMail[];
  readonly content: RenderedContent;
}

/** What a mail is on the wire: all that a retry must repeat. */
export type FrozenWire = Pick<
  FrozenEmail,
  'fromEmail' | 'toEmail' | 'subject' | 'html' | 'text' | 'replyTo' | 'headers'
>;

/** Lower-case hex SHA-256 of the UTF-8 JSON of what goes on the wire; the order of the header fields does not matter. */
export function bodySha256(wire: FrozenWire): string {
  const { fromEmail, toEmail, subject, html, text, replyTo } = wire;
  const headers = Object.entries(wire.headers).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const canonical = {
    fromEmail,
    toEmail,
    subject,
    html,
    text,
    replyTo,
    headers: Object.fromEntries(headers),
  };
  return createHash('sha256').update(JSON.stringify(canonical), 'utf8').digest('hex');
}

/** Gives a rendered mail its keys and freezes what goes on the wire. */
export function freezeEmail(input: FreezeInput): FrozenEmail {
  const { content } = input;
  const publicToken = randomToken();
  const messageIdHeader = `<cam.${publicToken}@${input.fromDomain}>`;
  const wire = {
    fromEmail: input.fromEmail,
    toEmail: input.toEmail,
    subject: content.subject,
    ...input.footer.appendTo(content, publicToken),
    replyTo: input.replyAddress === null ? null : withToken(input.replyAddress, publicToken),
    // Providers may replace Message-ID (SES does); References survives, so a reply can still be traced to this mail.
    headers: {
      'Message-ID': messageIdHeader,
      ...threadHeaders(input.thread, messageIdHeader),
      ...input.footer.headers(publicToken),
    },
  };
  return {
    ...wire,
    bodySha256: bodySha256(wire),
    contentHash: contentHash({
      toEmail: input.toEmail,
      subject: content.subject,
      html: content.html,
      text: content.textGenerated ? null : content.text,
    }),
    sendKey: randomUUID(),
    publicToken,
    messageIdHeader,
  };
}

/** 130 random bits in lower-case base32 (RFC 4648 alphabet, no padding): safe in a local part that gets lower-cased. */
function randomToken(): string {
  if (entropyLeft < TOKEN_LENGTH) entropyLeft = randomFillSync(entropy).length;
  const bytes = entropy.subarray(entropyLeft - TOKEN_LENGTH, entropyLeft);
  entropyLeft -= TOKEN_LENGTH;
  return Array.from(bytes, (byte) => BASE32.charAt(byte % BASE32.length)).join('');
}

function withToken(address: string, token: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}+${token}${address.slice(at)}`;
}
