import { Database, type Transaction } from '../../../src/database/database.js';

/** What a process that has died answers; nobody takes it for an outage. */
export class Died extends Error {}

/** The database of a process that may die between any two moments: afterwards it asks and writes nothing more. */
export class MortalDatabase extends Database {
  isDead = false;
  private momentsLeft = Infinity;
  private stall: { callsLeft: number; readonly reached: () => void; readonly over: Promise<void> } | null =
    null;

  /** It dies after so many moments: one is before each statement, one after it, before its answer is known. */
  dieAfter(moments: number): void {
    this.momentsLeft = moments;
  }

  /** Whatever has not happened by now does not kill it any more. */
  survive(): void {
    this.momentsLeft = Infinity;
  }

  /**
   * Its call of this number, from 0, waits outside any transaction.
   *
   * @returns when it has come to it, and how to let it go on
   */
  stallAt(call: number): { readonly reached: Promise<void>; goOn(): void } {
    let goOn = (): void => undefined;
    const over = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const reached = new Promise<void>((resolve) => {
      this.stall = { callsLeft: call, reached: resolve, over };
    });
    return { reached, goOn };
  }

  die(): never {
    this.isDead = true;
    throw new Died('The process has ended');
  }

  live(): void {
    this.momentsLeft -= 1;
    if (this.isDead || this.momentsLeft < 0) this.die();
  }

  override async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    await this.comeTo();
    this.live();
    const rows = await super.query<Row>(sql, parameters);
    this.live();
    return rows;
  }

  override async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    await this.comeTo();
    this.live();
    const result = await super.transaction((tx) => work(this.mortal(tx)));
    // Committed, and nobody was told.
    this.live();
    return result;
  }

  private async comeTo(): Promise<void> {
    if (this.stall === null) return;
    if (this.stall.callsLeft > 0) {
      this.stall.callsLeft -= 1;
      return;
    }
    const { reached, over } = this.stall;
    this.stall = null;
    reached();
    await over;
  }

  private mortal(tx: Transaction): Transaction {
    const mortal = Object.create(tx) as Transaction;
    mortal.query = async <Row>(sql: string, parameters?: readonly unknown[]) => {
      this.live();
      const rows = await tx.query<Row>(sql, parameters);
      this.live();
      return rows;
    };
    return mortal;
  }
}
