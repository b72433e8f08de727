import type { FetchMessageObject, FetchQueryObject, ImapFlow, ListResponse, MailboxObject } from 'imapflow';
import { within } from '../../../common/within.js';
import type {
  MailboxAnswer,
  MailboxPosition,
  MailboxSession,
  MailSize,
  OpenedMailbox,
  RawMail,
} from '../mailbox.js';
import type { ConnectionWatch } from './connection-watch.js';
import { detailsOf } from './imap-failure.js';
import type { ImapLimits } from './imap-settings.js';

const POLITE_END_MS = 2_000;

/** A connection after its login. */
export class ImapSession implements MailboxSession {
  constructor(
    private readonly client: ImapFlow,
    private readonly watch: ConnectionWatch,
    private readonly configured: readonly string[],
    private readonly limits: ImapLimits,
  ) {}

  async listMailboxes(): Promise<MailboxAnswer<readonly string[]>> {
    if (this.configured.length > 0) return { kind: 'told', value: this.configured };
    return this.ask(async () => {
      const junk = (await this.client.list()).filter(isReadableJunk).map(({ path }) => path);
      return ['INBOX', ...junk];
    });
  }

  async open(
    mailbox: string,
    position: MailboxPosition | null,
    since: Date,
  ): Promise<MailboxAnswer<OpenedMailbox | null>> {
    return this.ask(async () => {
      const opened = await this.examine(mailbox);
      if (opened === null) return null;

      const uidValidity = String(opened.uidValidity);
      const isKnown = position?.uidValidity === uidValidity;
      const newUids = isKnown
        ? await this.findAfter(position.lastUid, opened)
        : await this.find(opened, { since });
      return { uidValidity, newUids, knownUpTo: opened.uidNext > 0 ? opened.uidNext - 1 : 0 };
    });
  }

  async measure(uids: readonly number[]): Promise<MailboxAnswer<readonly MailSize[]>> {
    return this.ask(async () => {
      const byUid = new Map<number, MailSize>();
      const query = { uid: true, size: true, internalDate: true };
      for (const { uid, size, internalDate } of await this.fetchAll(uids.join(','), query)) {
        // Told of a mark that somebody set, not asked for.
        if (size === undefined) continue;
        byUid.set(uid, { uid, bytes: size, receivedAt: dateOf(internalDate) });
      }
      return uids.map((uid) => byUid.get(uid)).filter((mail) => mail !== undefined);
    });
  }

  async fetch({ uid, bytes }: MailSize): Promise<MailboxAnswer<RawMail | null>> {
    const { mostBytes, beginningBytes } = this.limits;
    // Servers have been wrong about sizes: one byte more than allowed tells.
    const maxLength = bytes > mostBytes ? beginningBytes : mostBytes + 1;
    return this.ask(async () => {
      const answers = await this.fetchAll(String(uid), { uid: true, source: { maxLength } });
      // An answer nobody asked for, say of a mark that somebody set, may come in between.
      const source = answers.find((mail) => mail.uid === uid && mail.source !== undefined)?.source;
      if (source === undefined) return null;

      const whole = Math.max(bytes, source.length);
      return whole > mostBytes
        ? { raw: source.subarray(0, beginningBytes), oversize: whole }
        : { raw: source, oversize: null };
    });
  }

  async close(): Promise<void> {
    if (this.client.usable) await within(POLITE_END_MS, this.client.logout());
    this.watch.end({ kind: 'unreachable', code: 'closed' });
  }

  /** EXAMINE: SELECT would take the mark "recent" from every mail. */
  private async examine(mailbox: string): Promise<MailboxObject | null> {
    try {
      const opened = await this.client.mailboxOpen(mailbox, { readOnly: true });
      if (typeof opened.uidValidity !== 'bigint') throw new UnusableAnswer('no_uidvalidity');
      return opened;
    } catch (error) {
      if (detailsOf(error).mailboxMissing === true) return null;
      throw error;
    }
  }

  /** `n:*` names the newest mail even when its UID is below n (RFC 9051, 6.4.9). */
  private async findAfter(lastUid: number, opened: MailboxObject): Promise<readonly number[]> {
    const uids = await this.find(opened, { uid: `${lastUid + 1}:*` });
    return uids.filter((uid) => uid > lastUid);
  }

  private async find(
    { exists }: MailboxObject,
    query: { uid: string } | { since: Date },
  ): Promise<readonly number[]> {
    // Some servers call `*` of an empty mailbox an error.
    if (exists === 0) return [];
    const uids = await this.client.search(query, { uid: true });
    if (!Array.isArray(uids)) throw new NoAnswer();
    return uids.toSorted((a, b) => a - b);
  }

  /** BODY.PEEK is all that the library ever asks for: reading sets no mark. */
  private fetchAll(range: string, query: FetchQueryObject): Promise<FetchMessageObject[]> {
    return this.client.fetchAll(range, query, { uid: true });
  }

  private async ask<Value>(work: () => Promise<Value>): Promise<MailboxAnswer<Value>> {
    if (this.watch.failure !== null) return this.watch.failure;

    const limit = setTimeout(
      () => this.watch.end({ kind: 'unreachable', code: 'no_answer_in_time' }),
      this.limits.callWithinMs,
    );
    try {
      const value = await this.watch.untilEnd(work());
      // Of a connection that has ended, the library answers that there is nothing: no mail may pass for gone by that.
      if (!this.client.usable) throw new NoAnswer();
      return { kind: 'told', value };
    } catch (error) {
      const failure =
        error instanceof UnusableAnswer
          ? ({ kind: 'broken', code: error.message } as const)
          : this.watch.causeOf(error instanceof NoAnswer ? undefined : error);
      this.watch.end(failure);
      return failure;
    } finally {
      clearTimeout(limit);
    }
  }
}

/** The library answered with nothing; why, it told only its logger. */
class NoAnswer extends Error {}

/** The message is the failure's code. */
class UnusableAnswer extends Error {}

function dateOf(internalDate: Date | string | undefined): Date | null {
  const date = new Date(internalDate ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

function isReadableJunk({ specialUse, flags }: ListResponse): boolean {
  return specialUse === '\\Junk' && !flags.has('\\Noselect') && !flags.has('\\NonExistent');
}
