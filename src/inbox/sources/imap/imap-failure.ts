import type { ImapFlowError } from 'imapflow';
import type { MailboxFailure } from '../mailbox.js';

/** Response codes of RFC 5530 and of large providers that say: it is us, not you; come back later. */
const BUSY_CODES = new Set(['UNAVAILABLE', 'INUSE', 'SERVERBUG', 'CONTACTADMIN']);
const REST_CODES = new Set(['LIMIT', 'THROTTLED', 'OVERQUOTA']);

/** Codes of OpenSSL as Node hands them on, for certificates that prove nothing. */
const CERTIFICATE =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|EPROTO$|INVALID_CA|CRL_)/;

/** The library's codes for answers that are no IMAP, or larger than we take. */
const NOT_IMAP =
  /^(ParserError|MAX_IMAP_|LineTooLarge|LiteralTooLarge|ResponseTooLarge|UnexpectedTag|InvalidResponse|ResponseProcessing)/;

/** Codes are words of capitals (RFC 5530); what else a server puts there may quote an address. */
const RESPONSE_CODE = /^[A-Z-]{2,30}$/;

/** Longest code that we hand on. */
const CODE_LENGTH = 60;

/** What an error of the library means for the account. Texts of the server stay behind: they may quote the address. */
export function mailboxFailureOf(error: unknown): MailboxFailure {
  const { code, authenticationFailed, responseStatus, tlsFailed, throttleReset } = detailsOf(error);
  if (code === 'ETHROTTLE') {
    return { kind: 'throttled', code: 'throttled', retryAfterMs: throttleReset ?? null };
  }
  // The library says of every failure during the login that it failed: only an answer refuses.
  if (responseStatus === 'NO' || responseStatus === 'BAD') {
    return failureOfAnswer(responseCodeOf(error), authenticationFailed === true, responseStatus);
  }
  if (code !== undefined && CERTIFICATE.test(code)) return { kind: 'insecure', code: shorten(code) };
  if (tlsFailed === true) return { kind: 'insecure', code: shorten(code ?? 'tls') };
  if (code !== undefined && NOT_IMAP.test(code)) return { kind: 'broken', code: shorten(code) };
  return { kind: 'unreachable', code: shorten(code ?? 'no_connection') };
}

function failureOfAnswer(serverCode: string, isLogin: boolean, status: string): MailboxFailure {
  const serverSays = serverCode.toUpperCase();
  if (REST_CODES.has(serverSays)) {
    return { kind: 'throttled', code: shorten(serverSays), retryAfterMs: null };
  }
  if (BUSY_CODES.has(serverSays)) return { kind: 'unreachable', code: shorten(serverSays) };
  const code = shorten(RESPONSE_CODE.test(serverSays) ? serverSays : status);
  return { kind: isLogin ? 'refused' : 'broken', code };
}

/** The word in brackets at the head of the server's answer (RFC 9051, 7.1); the library names it for some commands only. */
function responseCodeOf(error: unknown): string {
  const { serverResponseCode, response } = detailsOf(error);
  if (serverResponseCode !== undefined) return serverResponseCode;
  if (typeof response !== 'object') return '';
  const [head] = response.attributes ?? [];
  const section = head === null || head === undefined || Array.isArray(head) ? undefined : head.section;
  const [word] = section ?? [];
  const code = word === null || word === undefined || Array.isArray(word) ? undefined : word.value;
  return typeof code === 'string' ? code : '';
}

/** A code from outside, as a word that a log line and a row can hold. */
function shorten(code: string): string {
  const word = code.toLowerCase().replaceAll(/[^a-z\d]+/g, '_');
  return word.slice(0, CODE_LENGTH);
}

/** What an error says besides its message; whatever made it, and in whichever realm. */
export function detailsOf(error: unknown): Partial<ImapFlowError> {
  return typeof error === 'object' && error !== null ? error : {};
}
