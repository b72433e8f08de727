import { type RawField, readHeaderFields } from './header-fields.js';
import type { ParsedMail } from './parsed-mail.js';
import { withoutPreface } from './without-preface.js';

const MAX_HEADER_BYTES = 64 * 1024;
const MAX_VALUE = 8 * 1024;

/** What a mail is stored and matched by. */
const WANTED = new Set(['from', 'to', 'subject', 'message-id', 'in-reply-to', 'references', 'date']);

/**
 * What can be told of a mail that no parser reads: the fields that store and match it, from its first 64 kB. Each field
 * is taken once, so that no hostile header costs time. Never throws.
 */
export function salvageHeaders(raw: Uint8Array): ParsedMail {
  const fields = new Map<string, RawField>();
  for (const { name, value } of fieldsOf(raw)) {
    if (WANTED.has(name) && !fields.has(name)) fields.set(name, { name, value: value.slice(0, MAX_VALUE) });
  }
  return { ...readHeaderFields([...fields.values()]), text: null, html: null, parts: [] };
}

function fieldsOf(raw: Uint8Array): RawField[] {
  const start = new TextDecoder().decode(withoutPreface(raw.subarray(0, MAX_HEADER_BYTES)));
  const [header = ''] = start.split(/\r?\n\r?\n/, 1);
  const unfolded = header.replaceAll(/\r?\n[ \t]/g, ' ');
  return unfolded.split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) return [];
    return [{ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() }];
  });
}
