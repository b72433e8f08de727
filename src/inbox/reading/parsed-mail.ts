/** One header field, its name in lower case, its value unfolded and with encoded words (RFC 2047) decoded. */
export interface MailHeader {
  readonly name: string;
  readonly value: string;
}

export interface MailAddress {
  /** Empty when the mail gives none. */
  readonly name: string;
  /** Lower case; as the mail has it, so not necessarily an address. */
  readonly address: string;
}

/** A MIME part that is neither the mail's text nor its HTML: a report, a returned mail, an attached file. */
export interface MailPart {
  /** Lower case, without parameters: `message/delivery-status`. */
  readonly contentType: string;
  /** Of textual and message parts, cut at {@link MAX_TEXT}; empty for any other. */
  readonly text: string;
}

/** No rule sees more characters of a text than these. */
export const MAX_TEXT = 64 * 1024;

/** Of an HTML text, which may begin with tens of thousands of characters of style sheet. */
export const MAX_HTML = 256 * 1024;

/** Parts beyond these are left out. */
export const MAX_PARTS = 50;

/** What the rules know of a mail. Plain data: it crosses the border of a thread. */
export interface ParsedMail {
  /** In the mail's order, repeated fields included; at most 1,000, of 16 kB each. */
  readonly headers: readonly MailHeader[];
  /** Lower case, without parameters; `text/plain` when the mail does not say. */
  readonly contentType: string;
  readonly from: MailAddress | null;
  readonly subject: string;
  /** RFC 3339; null when there is none that can be read. */
  readonly date: string | null;
  /** With angle brackets, as all ids here. */
  readonly messageId: string | null;
  /** At most 100, as references and recipients. */
  readonly inReplyTo: readonly string[];
  /** Oldest first; the newest when there are too many. */
  readonly references: readonly string[];
  /** Addresses that the mail was sent to or delivered for, in lower case: envelope headers first, then To and Cc. */
  readonly recipients: readonly string[];
  /** The text/plain parts, cut at {@link MAX_TEXT}; null: none. Line ends are `\n`. */
  readonly text: string | null;
  /** The HTML parts, cut at {@link MAX_HTML}; null: none. */
  readonly html: string | null;
  /** At most {@link MAX_PARTS}. */
  readonly parts: readonly MailPart[];
}
