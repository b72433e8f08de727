import { Database, type Transaction } from '../../src/database/database.js';
import {
  ResendEmailProvider,
  type ResendSettings,
} from '../../src/email/provider/resend/resend-email-provider.js';
import type { SendOutcome, WireEmail } from '../../src/email/provider/email-provider.js';
import { type DueSteps, type StepOutcome, StepSending } from '../../src/email/steps/step-sending.service.js';
import { LONGEST_RETRY_AFTER_MS } from './timing.js';

/**
 * Where a process can be told to die by kill -9, or to fall asleep. `before-step`: enrolments are leased and decided on,
 * none of their mail is stored. `…-accept-…`: mail that somebody asked for is stored. `…-steps-…`: mail of steps is, of
 * one campaign; that of others may follow.
 */
export type KillPoint =
  | 'before-accept-commit'
  | 'after-accept-commit'
  | 'before-send'
  | 'after-send'
  | 'before-step'
  | 'before-steps-commit'
  | 'after-steps-commit';

/** What happens at a point. */
export interface KillOrder {
  readonly point: KillPoint;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
}

/** Armed from outside, once: the next to pass the point takes the process down. */
export class KillPoints {
  private armed: KillOrder | null = null;

  arm(order: KillOrder): void {
    this.armed = order;
  }

  async pass(point: KillPoint): Promise<void> {
    if (this.armed?.point !== point) return;
    const { signal } = this.armed;
    this.armed = null;
    process.kill(process.pid, signal);
    if (signal === 'SIGKILL') await new Promise(() => undefined);
  }
}

/** The database of a process that may die around the commit of accepted mail. */
export class MortalDatabase extends Database {
  constructor(
    dataSource: ConstructorParameters<typeof Database>[0],
    private readonly killPoints: KillPoints,
  ) {
    super(dataSource);
  }

  override async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const statements: string[] = [];
    const has = (words: string): boolean => statements.some((sql) => sql.includes(words));
    const pass = async (when: 'before' | 'after'): Promise<void> => {
      if (!has('INSERT INTO cam_outbound_emails')) return;
      const kind = has('UPDATE cam_enrolments') ? 'steps' : 'accept';
      await this.killPoints.pass(`${when}-${kind}-commit`);
    };
    const result = await super.transaction(async (tx) => {
      const query = tx.query.bind(tx);
      tx.query = (sql, parameters) => {
        statements.push(sql);
        return query(sql, parameters);
      };
      const done = await work(tx);
      await pass('before');
      return done;
    });
    await pass('after');
    return result;
  }
}

/** Follow-ups of a process that may die, or fall asleep, with the lease in hand. */
export class MortalStepSending extends StepSending {
  constructor(
    private readonly killPoints: KillPoints,
    ...parts: ConstructorParameters<typeof StepSending>
  ) {
    super(...parts);
  }

  override async send(due: DueSteps): Promise<StepOutcome[]> {
    await this.killPoints.pass('before-step');
    return super.send(due);
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
