/** Injection token of the provider's {@link SentMailArchive}; null where there is none that could be asked. */
export const SENT_MAIL_ARCHIVE = Symbol('SENT_MAIL_ARCHIVE');

/** A mail that the provider has accepted at some time, ours or not: as much as its list tells. */
export interface ArchivedMail {
  /** The provider's own name for it. */
  readonly messageId: string;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly acceptedAt: Date;
}

export interface ArchivePage {
  /** Newest first. */
  readonly mails: readonly ArchivedMail[];
  /** Asks for the page of older mails; null: there are none. */
  readonly older: string | null;
}

/** What came of asking. `forbidden`: our key may send and not read. `failed`: anything else; later it may be told. */
export type ArchiveAnswer<Value> =
  | { readonly kind: 'told'; readonly value: Value }
  | { readonly kind: 'forbidden'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/**
 * What a provider remembers of the mail that it accepted, for what its answer did not tell or never came. Each call is one request at
 * the provider's pace, changes nothing there, never throws and takes no longer than `timeoutMs`.
 */
export interface SentMailArchive {
  /** Milliseconds for which the provider keeps a mail in its list. */
  readonly memoryMs: number;

  /** @param cursor {@link ArchivePage.older} of a page; null: the newest mails */
  list(cursor: string | null, timeoutMs: number): Promise<ArchiveAnswer<ArchivePage>>;

  /** The send key that stands in the mail's tag; null when it has none. */
  findSendKey(messageId: string, timeoutMs: number): Promise<ArchiveAnswer<string | null>>;

  /** The Message-ID, in angle brackets, that the mail's recipient sees; null when the provider does not tell it. */
  findMessageIdHeader(messageId: string, timeoutMs: number): Promise<ArchiveAnswer<string | null>>;
}
