/** A mail as the fake server keeps it. */
export interface StoredMail {
  readonly uid: number;
  readonly raw: Buffer;
  readonly receivedAt: Date;
  readonly marks: Set<string>;
}

/** A mailbox of the fake server: numbering, search and marks as RFC 3501 has them. */
export class StoredMailbox {
  uidValidity = 1_000;
  readonly mails: StoredMail[] = [];
  private nextUid = 1;

  constructor(readonly attributes = '') {}

  get uidNext(): number {
    return this.nextUid;
  }

  add(raw: string | Uint8Array, receivedAt: Date): void {
    this.mails.push({ uid: this.nextUid, raw: Buffer.from(raw), receivedAt, marks: new Set(['\\Recent']) });
    this.nextUid += 1;
  }

  remove(uid: number): void {
    this.mails.splice(0, Infinity, ...this.mails.filter((mail) => mail.uid !== uid));
  }

  /** Gives all mail new UIDs, in their order. */
  renumber(): void {
    this.uidValidity += 1;
    this.nextUid = 1;
    const mails = this.mails.splice(0);
    for (const { raw, receivedAt } of mails) this.add(raw, receivedAt);
  }

  /** @param keys what follows `UID SEARCH`: `ALL`, `UID <set>` or `SINCE <date>` */
  search(keys: string): readonly number[] {
    const [, set] = /^UID (\S+)$/.exec(keys) ?? [];
    if (set !== undefined) return this.select(set).map(({ uid }) => uid);
    const [, date] = /^SINCE (\S+)$/.exec(keys) ?? [];
    const since = date === undefined ? -Infinity : Date.parse(`${date} UTC`);
    return this.mails.filter(({ receivedAt }) => receivedAt.getTime() >= since).map(({ uid }) => uid);
  }

  /** The mails of a sequence set; `n:*` always has the newest, whatever its UID. */
  select(set: string): readonly StoredMail[] {
    const newest = this.mails.at(-1)?.uid ?? 0;
    const ranges = set.split(',').map((part) => {
      const [first = 0, last = first] = part.split(':').map((end) => (end === '*' ? newest : Number(end)));
      return { from: Math.min(first, last), to: Math.max(first, last) };
    });
    return this.mails.filter(({ uid }) => ranges.some(({ from, to }) => uid >= from && uid <= to));
  }
}
