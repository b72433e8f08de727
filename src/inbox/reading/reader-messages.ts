import type { ReadFormat, ReadMail } from './read-mail.js';

/** What {@link MailReader} asks of its worker, one at a time. */
export interface ReadRequest {
  readonly raw: Uint8Array;
  readonly format: ReadFormat;
}

/** What the worker says: `ready` once, when its code is loaded, then one answer a request. */
export type ReaderMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'read'; readonly read: ReadMail }
  | { readonly kind: 'malformed' };

/** Why a mail was not read: its parser rejects it, it took too long or too much memory, or the rules failed on it. */
export type UnreadableReason = 'timeout' | 'memory' | 'malformed' | 'crashed';
