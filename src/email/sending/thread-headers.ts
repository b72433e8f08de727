/** A mail of a thread, by its Message-IDs. */
export interface ThreadMail {
  /** The one that we set. */
  readonly messageIdHeader: string;
  /** The one that its recipient sees, where it is known: providers may replace ours. */
  readonly providerMessageIdHeader: string | null;
}

/** The fields that put a mail into a thread. */
export interface ThreadHeaders {
  readonly References: string;
  readonly 'In-Reply-To'?: string;
}

/** Of the mails before it, a mail names the first one and at most so many of the last. */
const MOST_RECENT = 20;

/**
 * Printable ASCII: the longest value that the API of Amazon SES takes for a header field, and short enough for one
 * line, which takes 998 characters (RFC 5322, 2.1.1), whether or not the provider folds it.
 */
const LONGEST_VALUE = 870;

/** A longer id is none: three of them fit into a value. */
const LONGEST_ID = 255;

/** An id of RFC 5322, 3.6.4, in angle brackets and in ASCII, without the quoted forms that nobody writes. */
const MESSAGE_ID = /^<[!-;=?A-~]+@[!-;=?A-~]+>$/;

/**
 * The fields of a mail that goes on with a thread (RFC 5322, 3.6.4): it answers the last mail and refers to the first
 * and the last ones, each by the id that its recipient sees, where we know it. What is no id is left out.
 *
 * @param chain the thread's mails, oldest first, the one that is gone on with last; empty: the mail begins a thread
 * @param own the mail's own Message-ID as we set it: it ends `References`, which survives where a provider replaces it
 */
export function threadHeaders(chain: readonly ThreadMail[], own: string): ThreadHeaders {
  const parent = chain.at(-1);
  const parentId = parent === undefined ? null : idOf(parent);
  const ids = chain.map(idOf).filter((id) => id !== null);
  if (parentId === null) return { References: referencesTo(ids, own) };
  const earlier = ids.filter((id) => id !== parentId);
  return { 'In-Reply-To': parentId, References: referencesTo([...earlier, parentId], own) };
}

/** The first id, as many of the last ones as there is room for, and the mail's own. */
function referencesTo(ids: readonly string[], own: string): string {
  const [first, ...others] = new Set(ids);
  if (first === undefined) return own;
  const recent = others.slice(-MOST_RECENT);
  const value = (): string => [first, ...recent, own].join(' ');
  while (recent.length > 1 && value().length > LONGEST_VALUE) recent.shift();
  return value();
}

function idOf({ providerMessageIdHeader, messageIdHeader }: ThreadMail): string | null {
  return [providerMessageIdHeader, messageIdHeader].find((id) => id !== null && isMessageId(id)) ?? null;
}

function isMessageId(id: string): boolean {
  return id.length <= LONGEST_ID && MESSAGE_ID.test(id);
}
