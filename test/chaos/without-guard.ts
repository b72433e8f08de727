import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestingModuleBuilder } from '@nestjs/testing';
import { EmailProviderConfig } from '../../src/config/email-provider.config.js';
import { SendingConfig } from '../../src/config/sending.config.js';
import { Database, type Transaction } from '../../src/database/database.js';
import { Alerts } from '../../src/alerts/alert.js';
import { QuotaRepository } from '../../src/email/caps/quota.repository.js';
import { AcceptanceRepository } from '../../src/email/dispatch/acceptance.repository.js';
import type { Lease } from '../../src/email/dispatch/lease.js';
import { type AttemptReport, SettlementRepository } from '../../src/email/dispatch/settlement.repository.js';
import type { Settlement } from '../../src/email/dispatch/settlement.js';
import { EMAIL_PROVIDER, type SendOutcome, type WireEmail } from '../../src/email/provider/email-provider.js';
import { ResendEmailProvider } from '../../src/email/provider/resend/resend-email-provider.js';
import { type StepOfMail, StepsRepository } from '../../src/email/steps/steps.repository.js';
import { EnrolmentScheduleRepository } from '../../src/sequences/enrolment-schedule.repository.js';
import type { Gate } from '../../src/sequences/gate-policy.js';

/** What a replica of a negative control lacks. */
export type Guard = 'key' | 'cap-lock' | 'fence' | 'version' | 'gate';

/** Takes one guard away, so that the run can show that it would notice. */
export function removeGuard(testing: TestingModuleBuilder, guard: Guard): void {
  switch (guard) {
    case 'key':
      testing.overrideProvider(EMAIL_PROVIDER).useFactory({
        factory: ({ resendApiKey, resendBaseUrl, fromEmail }: EmailProviderConfig) =>
          new ForgetfulProvider({ apiKey: resendApiKey ?? '', baseUrl: resendBaseUrl ?? '', fromEmail }),
        inject: [EmailProviderConfig],
      });
      return;
    case 'cap-lock':
      testing.overrideProvider(QuotaRepository).useFactory({
        factory: (config: SendingConfig) => new CountThenSend(config),
        inject: [SendingConfig],
      });
      return;
    case 'fence':
      testing.overrideProvider(SettlementRepository).useFactory({
        factory: (...dependencies: ConstructorParameters<typeof SettlementRepository>) =>
          new UnfencedSettlements(...dependencies),
        inject: [Database, QuotaRepository, Alerts, AcceptanceRepository],
      });
      return;
    case 'version':
      testing.overrideProvider(EnrolmentScheduleRepository).useFactory({
        factory: (database: Database) => new EnrolmentScheduleRepository(withoutVersions(database)),
        inject: [Database],
      });
      return;
    case 'gate':
      testing.overrideProvider(StepsRepository).useFactory({
        factory: (config: SendingConfig) => new OpenGates(config),
        inject: [SendingConfig],
      });
      return;
  }
}

/** Takes a new key for every attempt. */
class ForgetfulProvider extends ResendEmailProvider {
  override async send(email: WireEmail, _sendKey: string, timeoutMs: number): Promise<SendOutcome> {
    return super.send(email, randomUUID(), timeoutMs);
  }
}

/** Reads the counters, thinks for a moment, and sends while they are below the caps: nobody is kept from doing the same. */
class CountThenSend extends QuotaRepository {
  override async lockToday(
    ...[tx, ...others]: Parameters<QuotaRepository['lockToday']>
  ): ReturnType<QuotaRepository['lockToday']> {
    const unlocking = Object.create(tx) as Transaction;
    unlocking.query = async (sql, parameters) =>
      tx.query(sql.replace(/FOR (NO KEY )?UPDATE/, ''), parameters);
    const places = await super.lockToday(unlocking, ...others);
    await sleep(200);
    return places;
  }
}

/** Comes so late with a failure that another attempt is under way, and carries it out all the same. */
class UnfencedSettlements extends SettlementRepository {
  constructor(
    private readonly queue: Database,
    quota: QuotaRepository,
    alerts: Alerts,
    acceptances: AcceptanceRepository,
  ) {
    super(queue, quota, alerts, acceptances);
  }

  override async settle(lease: Lease, settlement: Settlement, report: AttemptReport): Promise<boolean> {
    if (settlement.kind === 'sent') return super.settle(lease, settlement, report);
    for (;;) {
      const [held] = await this.queue.query<{ lease_token: string | null }>(
        'SELECT lease_token FROM cam_dispatch_queue WHERE outbound_email_id = $1',
        [lease.emailId],
      );
      if (held === undefined) return false;
      if (held.lease_token !== null && held.lease_token !== lease.token) {
        return super.settle({ ...lease, token: held.lease_token }, settlement, report);
      }
      await sleep(20);
    }
  }
}

/** What was decided on an enrolment that has moved on since is written down all the same. */
function withoutVersions(database: Database): Database {
  const careless = Object.create(database) as Database;
  careless.transaction = async (work) =>
    database.transaction(async (tx) => {
      const unversioned = Object.create(tx) as Transaction;
      unversioned.query = async (sql, parameters) =>
        tx.query(sql.replace('AND e.version = s.version', ''), parameters);
      return work(unversioned);
    });
  return careless;
}

/** The mail of a step goes once it is made, whatever its lead has said since. */
class OpenGates extends StepsRepository {
  override async findGates(_tx: Transaction, steps: readonly StepOfMail[]): Promise<Map<number, Gate>> {
    return Promise.resolve(new Map(steps.map(({ emailId }) => [emailId, { kind: 'open' }])));
  }
}
