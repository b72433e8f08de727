import { Database, type Transaction } from '../../src/database/database.js';
import {
  ResendEmailProvider,
  type ResendSettings,
} from '../../src/email/provider/resend/resend-email-provider.js';
import type { SendOutcome, WireEmail } from '../../src/email/provider/email-provider.js';
import { LONGEST_RETRY_AFTER_MS } from './timing.js';

/** Where a process can be told to die by kill -9. */
export type KillPoint = 'before-accept-commit' | 'after-accept-commit' | 'before-send' | 'after-send';

/** Armed from outside, once: the next to pass the point takes the process down. */
export class KillPoints {
  private armed: KillPoint | null = null;

  arm(point: KillPoint): void {
    this.armed = point;
  }

  async pass(point: KillPoint): Promise<void> {
    if (this.armed !== point) return;
    process.kill(process.pid, 'SIGKILL');
    await new Promise(() => undefined);
  }
}

/** The database of a process that may die around the commit of an accepted mail. */
export class MortalDatabase extends Database {
  constructor(
    dataSource: ConstructorParameters<typeof Database>[0],
    private readonly killPoints: KillPoints,
  ) {
    super(dataSource);
  }

  override async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const statements: string[] = [];
    const accepts = (): boolean => statements.some((sql) => sql.includes('INSERT INTO cam_outbound_emails'));
    const result = await super.transaction(async (tx) => {
      const query = tx.query.bind(tx);
      tx.query = (sql, parameters) => {
        statements.push(sql);
        return query(sql, parameters);
      };
      const done = await work(tx);
      if (accepts()) await this.killPoints.pass('before-accept-commit');
      return done;
    });
    if (accepts()) await this.killPoints.pass('after-accept-commit');
    return result;
  }
}

/** Resend in a process that may die before a mail leaves, or with the answer in hand. */
export class MortalResendProvider extends ResendEmailProvider {
  constructor(
    settings: ResendSettings,
    private readonly killPoints: KillPoints,
  ) {
    super(settings);
  }

  override async send(email: WireEmail, sendKey: string, timeoutMs: number): Promise<SendOutcome> {
    await this.killPoints.pass('before-send');
    const outcome = await super.send(email, sendKey, timeoutMs);
    await this.killPoints.pass('after-send');
    return withShortWait(outcome);
  }
}

function withShortWait(outcome: SendOutcome): SendOutcome {
  return 'retryAfterMs' in outcome
    ? { ...outcome, retryAfterMs: Math.min(outcome.retryAfterMs, LONGEST_RETRY_AFTER_MS) }
    : outcome;
}
