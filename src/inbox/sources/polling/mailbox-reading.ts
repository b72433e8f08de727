import { performance } from 'node:perf_hooks';
import type { MailSink } from '../mail-sink.js';
import {
  type MailboxFailure,
  type MailboxPosition,
  type MailboxSession,
  type MailSize,
  MOST_MEASURED,
} from '../mailbox.js';
import { type MailboxPollsRepository, PollLeaseLostError } from './mailbox-polls.repository.js';
import type { PollLease } from './poll-lease.js';
import type { PollTrouble } from './poll-retry-policy.js';

/** Mails of a poll by what became of them. */
export interface Tally {
  stored: number;
  known: number;
}

export type ReadingEnd =
  | { readonly kind: 'complete' | 'bounded' | 'lost' }
  | { readonly kind: 'failed'; readonly trouble: PollTrouble };

export interface ReadingBounds {
  readonly leaseMs: number;
  /** On the process's monotonic clock. */
  readonly endsAtMs: number;
  readonly onMissing: (mailbox: string) => void;
}

/** One pass over all mailboxes of an account, in the hands of one lease. It ends between two mails when the session does. */
export class MailboxReading {
  constructor(
    private readonly session: MailboxSession,
    private readonly sink: MailSink,
    private readonly polls: MailboxPollsRepository,
    private readonly lease: PollLease,
    private readonly tally: Tally,
    private readonly bounds: ReadingBounds,
  ) {}

  /** @throws PollLeaseLostError, and what the sink and the database throw */
  async readAll(): Promise<ReadingEnd> {
    const mailboxes = await this.session.listMailboxes();
    if (mailboxes.kind !== 'told') return failed(mailboxes);

    let opened = 0;
    for (const mailbox of mailboxes.value) {
      const end = await this.readMailbox(mailbox);
      if (end === 'missing') continue;
      if (end !== null) return end;
      opened += 1;
    }
    return opened === 0
      ? { kind: 'failed', trouble: { kind: 'missing', code: 'no_mailbox' } }
      : { kind: 'complete' };
  }

  /** @returns null: it is read to its end */
  private async readMailbox(mailbox: string): Promise<ReadingEnd | 'missing' | null> {
    await this.renew();
    const position = await this.polls.findPosition(this.lease.account, mailbox);
    const opened = await this.session.open(mailbox, position, this.lease.firstLookSince);
    if (opened.kind !== 'told') return failed(opened);
    if (opened.value === null) {
      this.bounds.onMissing(mailbox);
      return 'missing';
    }

    const { uidValidity, newUids, knownUpTo } = opened.value;
    for (let start = 0; start < newUids.length; start += MOST_MEASURED) {
      const uids = newUids.slice(start, start + MOST_MEASURED);
      const end = await this.readBatch(mailbox, uidValidity, uids);
      if (end !== null) return end;
    }
    // What had gone, or was too old for a first look, is not looked at again.
    const lastUid = Math.max(knownUpTo, newUids.at(-1) ?? 0);
    if (isBehind(position, uidValidity, lastUid)) {
      await this.polls.move(this.lease, mailbox, { uidValidity, lastUid });
    }
    return null;
  }

  private async readBatch(
    mailbox: string,
    uidValidity: string,
    uids: readonly number[],
  ): Promise<ReadingEnd | null> {
    await this.renew();
    const mails = await this.session.measure(uids);
    if (mails.kind !== 'told') return failed(mails);
    for (const mail of mails.value) {
      if (performance.now() > this.bounds.endsAtMs) return { kind: 'bounded' };
      const failure = await this.readMail(mailbox, uidValidity, mail);
      if (failure !== null) return failed(failure);
    }
    return null;
  }

  private async readMail(
    mailbox: string,
    uidValidity: string,
    mail: MailSize,
  ): Promise<MailboxFailure | null> {
    await this.renew();
    const fetched = await this.session.fetch(mail);
    if (fetched.kind !== 'told') return fetched;
    if (fetched.value === null) return null;

    const { kind } = await this.sink.ingest(
      {
        provider: 'IMAP',
        uid: `${this.lease.account}/${uidValidity}/${mail.uid}/${mailbox}`,
        receivedAt: mail.receivedAt,
        ...fetched.value,
      },
      (transaction) => this.polls.move(this.lease, mailbox, { uidValidity, lastUid: mail.uid }, transaction),
    );
    this.tally[kind] += 1;
    return null;
  }

  /** Before each step, so that no step outlasts the lease. */
  private async renew(): Promise<void> {
    if (!(await this.polls.renew(this.lease, this.bounds.leaseMs))) throw new PollLeaseLostError();
  }
}

function failed(trouble: MailboxFailure): ReadingEnd {
  return { kind: 'failed', trouble };
}

function isBehind(position: MailboxPosition | null, uidValidity: string, lastUid: number): boolean {
  return position?.uidValidity !== uidValidity || position.lastUid < lastUid;
}
