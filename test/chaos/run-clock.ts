import { DatabaseError } from 'pg';
import type { Provider } from './provider.js';
import { holdsWithin } from './until.js';

type Query = <Row>(sql: string) => Promise<Row[]>;

const MOVE_DEADLINE_MS = 45_000;
const DEADLOCK = '40P01';

/** The clock of a run, which leaps for its database and its provider together. */
export class RunClock {
  private offsetMs = 0;
  private moving: Promise<void> = Promise.resolve();

  constructor(
    private readonly query: Query,
    private readonly provider: Provider,
  ) {}

  /** It is this time of today in the zone. */
  async set(time: string, timeZone: string): Promise<void> {
    await this.move(
      `(((now() AT TIME ZONE '${timeZone}')::date + time '${time}') AT TIME ZONE '${timeZone}') - now()`,
    );
  }

  async leap(minutes: number): Promise<void> {
    await this.move(`clock_offset + make_interval(mins => ${minutes})`);
  }

  /** Not sooner than the moment of the call, in whole milliseconds since 1970. */
  async now(): Promise<number> {
    const calledAtMs = Date.now() + 1;
    await this.moving;
    return calledAtMs + this.offsetMs;
  }

  private async move(offset: string): Promise<void> {
    this.moving = this.betweenTransactions(`UPDATE cam_clock SET clock_offset = ${offset}`).then(async () => {
      const [row] = await this.query<{ offset_ms: number }>(
        'SELECT (EXTRACT(EPOCH FROM clock_offset) * 1000)::float8 AS offset_ms FROM cam_clock',
      );
      this.offsetMs = Math.round(row?.offset_ms ?? 0);
      await this.provider.setClockOffset(this.offsetMs);
    });
    await this.moving;
  }

  /** A real clock stands still for a transaction; the offset must not change in the middle of one either. */
  private async betweenTransactions(statement: string): Promise<void> {
    const changed = await holdsWithin(MOVE_DEADLINE_MS, async () => {
      try {
        await this.query(
          `DO $$ BEGIN
             LOCK TABLE cam_outbound_emails, cam_dispatch_queue, cam_enrolments IN EXCLUSIVE MODE;
             ${statement};
           END $$`,
        );
        return true;
      } catch (error) {
        // Claims lock the queue first. Whoever loses tries again.
        if (error instanceof DatabaseError && error.code === DEADLOCK) return false;
        throw error;
      }
    });
    if (!changed) throw new Error('The clock could not be moved');
  }
}
