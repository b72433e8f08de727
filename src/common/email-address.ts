import { domainToASCII, domainToUnicode } from 'node:url';

/** Outcome of reading one address; `detail` is a sentence that does not repeat the text. */
export type EmailAddressResult =
  | { readonly kind: 'valid'; readonly address: string }
  | { readonly kind: 'invalid'; readonly detail: string };

export type SenderResult =
  | {
      readonly kind: 'valid';
      /** Null for a bare address. */
      readonly name: string | null;
      readonly address: string;
      /** Both as a From header wants them, not yet encoded for ASCII-only transport. */
      readonly header: string;
    }
  | { readonly kind: 'invalid'; readonly detail: string };

/** Lengths of RFC 5321, 4.5.3.1; the whole is bounded by a path of 256 octets with its brackets. */
const MAX_LOCAL_PART = 64;
const MAX_ADDRESS = 254;

const DOT_ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * The one form in which an address is stored and compared: lower case throughout, the domain in ASCII (punycode).
 * Takes fewer addresses than RFC 5321 allows: those that people and providers use.
 */
export function normalizeEmailAddress(text: string): EmailAddressResult {
  if (/[\s\p{C}\p{Z}]/u.test(text)) return invalid('Must not hold blanks, control or invisible characters.');
  if (/[<>,;]/.test(text)) return invalid('Must be one bare address, without a name.');

  const [local = '', domain, ...rest] = text.split('@');
  if (domain === undefined || rest.length > 0) return invalid('Must have exactly one @.');
  if (local.length > MAX_LOCAL_PART) {
    return invalid(`Must have at most ${MAX_LOCAL_PART} characters before the @.`);
  }
  if (!DOT_ATOM.test(local)) {
    return invalid('Must have unquoted ASCII letters, digits and single dots before the @.');
  }
  if (domain.length > MAX_ADDRESS) return invalid(`Must have at most ${MAX_ADDRESS} characters.`);

  const asciiDomain = toAsciiDomain(domain);
  if (asciiDomain === undefined) {
    return invalid('Must have a full domain name after the @, not an IP address.');
  }

  const address = `${local.toLowerCase()}@${asciiDomain}`;
  return address.length > MAX_ADDRESS
    ? invalid(`Must have at most ${MAX_ADDRESS} characters.`)
    : { kind: 'valid', address };
}

/** Reads `Name <address>`, `"Name, quoted" <address>` or a bare address. */
export function parseSender(text: string): SenderResult {
  const [, display, bracketed] = /^\s*([^<>]*?)\s*<([^<>]*)>\s*$/.exec(text) ?? [];
  const result = normalizeEmailAddress(bracketed ?? text);
  if (result.kind === 'invalid') return result;
  if (display === undefined || display === '') {
    return { kind: 'valid', name: null, address: result.address, header: result.address };
  }

  const name = toPlainName(display);
  if (name === undefined) {
    return invalid('Must have a name on one line, in quotes if it holds more than words.');
  }
  return { kind: 'valid', name, address: result.address, header: `${quoteName(name)} <${result.address}>` };
}

/** At least two labels, and a last one that no IP address has. */
function toAsciiDomain(domain: string): string | undefined {
  // `domainToASCII` also undoes percent-encoding and reads 0x7f.1 as an address: letters only may reach it.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(domain)) return undefined;

  const ascii = domainToASCII(domain);
  // Node 24 hands punycode that is none through: it does not decode.
  if (/(?:^|\.)xn--/.test(domainToUnicode(ascii))) return undefined;
  const labels = ascii.split('.');
  const isFullName = labels.length >= 2 && labels.every((label) => LABEL.test(label));
  return isFullName && /^(?:[a-z]{2,}|xn--.+)$/.test(labels.at(-1) ?? '') ? labels.join('.') : undefined;
}

/** The name without its quotes; undefined when it is not one (RFC 5322, 3.4), with dots and UTF-8 allowed. */
function toPlainName(display: string): string | undefined {
  if (/[\p{C}\u2028\u2029]/u.test(display)) return undefined;

  const [, quoted] = /^"((?:[^"\\]|\\.)*)"$/.exec(display) ?? [];
  if (quoted !== undefined) {
    const name = quoted.replaceAll(/\\(.)/g, '$1').trim();
    return name === '' ? undefined : name;
  }
  return /["(),:;@[\\\]]/.test(display) ? undefined : display;
}

function quoteName(name: string): string {
  const isPhrase = /^[A-Za-z0-9'_-]+(?: [A-Za-z0-9'_-]+)*$/.test(name);
  return isPhrase ? name : `"${name.replaceAll(/["\\]/g, '\\$&')}"`;
}

function invalid(detail: string): { readonly kind: 'invalid'; readonly detail: string } {
  return { kind: 'invalid', detail };
}
