import type { InboundProvider } from '../entities/inbound-email.entity.js';

/** A mail as a source found it. */
export interface IncomingMail {
  readonly provider: InboundProvider;
  /** Names it within its source for good: the same mail asked for again has the same. */
  readonly uid: string;
  /** When it reached the mailbox, as the source says; null: just now. */
  readonly receivedAt: Date | null;
  /** RFC 5322 bytes; of a mail over the size limit only its beginning. */
  readonly raw: Uint8Array;
  /** Bytes of the whole mail when it was over the size limit; null: `raw` is all of it. */
  readonly oversize: number | null;
}
