import { performance } from 'node:perf_hooks';
import { Inject, Injectable } from '@nestjs/common';
import { Coalescer } from '../../common/coalescer.js';
import { Database, type Transaction } from '../../database/database.js';
import { classifyDatabaseError } from '../../database/database-error.js';
import type { CapScope } from '../caps/day-places.js';
import { QuotaRepository } from '../caps/quota.repository.js';
import { DISPATCH_TIMING, type DispatchTiming, type Lease } from '../dispatch/lease.js';
import { findStop, type Stop } from '../dispatch/recipient-policy.js';
import type { StoppedEmail } from '../dispatch/settlement.repository.js';
import { StopsRepository } from '../dispatch/stops.repository.js';
import { StepsRepository } from '../steps/steps.repository.js';
import { type AcceptContext, identity, isFollowUp, type NewEmail } from './new-email.js';
import { NewEmailsRepository, type QueuedEmail } from './new-emails.repository.js';

export type Accepted =
  | {
      readonly kind: 'created';
      readonly id: number;
      readonly lease: Lease | null;
      /** Why it is kept in; null: it goes. */
      readonly drop: Stop | null;
    }
  | { readonly kind: 'existing'; readonly id: number }
  | { readonly kind: 'over_cap'; readonly scope: CapScope; readonly resetsInMs: number }
  /** Its enrolment was stopped or has moved on since the step was decided, or the step has another mail. Not stored. */
  | { readonly kind: 'overtaken' };

export type AcceptResult =
  | { readonly kind: 'accepted'; readonly emails: readonly Accepted[] }
  /** Nothing was stored. */
  | { readonly kind: 'campaign_paused' };

interface AcceptCall {
  readonly context: AcceptContext;
  readonly emails: readonly NewEmail[];
}

/** Ends the accepting transaction without a trace. */
class CampaignPaused extends Error {}

/** Mails stored by one transaction, unless a single call brings more. */
const MOST_TOGETHER = 500;

/**
 * Stores new mail: the row, its places, its queue entry and its lease in one transaction. Calls for one campaign that
 * come at the same time share a transaction, because each would wait for the counters' locks of the one before.
 */
@Injectable()
export class AcceptRepository {
  private readonly calls = new Coalescer<AcceptCall, AcceptResult>((calls) => this.acceptTogether(calls), {
    heaviest: MOST_TOGETHER,
    weightOf: ({ emails }) => emails.length,
    isShared: (error) => classifyDatabaseError(error) === 'unavailable',
  });

  constructor(
    private readonly database: Database,
    private readonly rows: NewEmailsRepository,
    private readonly quota: QuotaRepository,
    private readonly stops: StopsRepository,
    private readonly steps: StepsRepository,
    @Inject(DISPATCH_TIMING) private readonly timing: DispatchTiming,
  ) {}

  /**
   * One answer for each mail, in the order given. Repeating the call is safe: the same content for the same lead and
   * sequence number is one row, whoever inserts it first; the others wait for that transaction and get its id.
   */
  async accept(context: AcceptContext, emails: readonly NewEmail[]): Promise<AcceptResult> {
    const { campaignId, provider, simulated, maxRetries, placing, accountFingerprint } = context;
    const lane = [campaignId, provider, simulated, maxRetries, placing, accountFingerprint].join('/');
    try {
      return await this.calls.ask({ context, emails }, lane);
    } catch (error) {
      if (error instanceof CampaignPaused) return { kind: 'campaign_paused' };
      throw error;
    }
  }

  /** All or nothing: a pause refuses calls with new mail, so each call is then asked for on its own. */
  private async acceptTogether(calls: readonly AcceptCall[]): Promise<AcceptResult[]> {
    const [first] = calls;
    if (first === undefined) return [];
    const answers = await this.store(
      first.context,
      calls.flatMap(({ emails }) => emails),
    );
    let taken = 0;
    return calls.map(({ emails }) => {
      const from = taken;
      taken += emails.length;
      return { kind: 'accepted', emails: answers.slice(from, taken) };
    });
  }

  private async store(context: AcceptContext, emails: readonly NewEmail[]): Promise<Accepted[]> {
    const startedAtMs = performance.now();
    return this.database.transaction(async (tx) => {
      const inserted = await this.rows.insert(tx, context, emails);
      const existing = await this.rows.find(tx, context, emails, inserted);
      if (inserted.size === 0) return emails.map((email) => existingEmail(existing, email));

      const created = new Map<number, NewEmail>();
      for (const email of emails) {
        const id = inserted.get(identity(email));
        if (id !== undefined && !created.has(id)) created.set(id, email);
      }
      const answers = await this.decide(tx, context, created, startedAtMs);

      const answered = new Set<number>();
      return emails.map((email): Accepted => {
        const id = inserted.get(identity(email));
        if (id === undefined) return existingEmail(existing, email);
        const answer = answers.get(id);
        if (answer === undefined) throw new Error(`Mail ${id} was stored and not answered for`);
        // The second mail of a pair within one transaction is a duplicate of the first, if that one was stored.
        if (answer.kind === 'created' && answered.has(id)) return { kind: 'existing', id };
        answered.add(id);
        return answer;
      });
    });
  }

  /** What becomes of the rows just inserted, in their order. */
  private async decide(
    tx: Transaction,
    context: AcceptContext,
    created: ReadonlyMap<number, NewEmail>,
    startedAtMs: number,
  ): Promise<Map<number, Accepted>> {
    const { campaigns, leads, suppressed } = await this.stops.lock(
      tx,
      [context.campaignId],
      [...new Set([...created.values()].map(({ leadId }) => leadId))],
      [...new Set([...created.values()].map(({ toEmail }) => toEmail))],
    );
    const campaign = campaigns.get(context.campaignId);
    if (campaign?.status !== 'ACTIVE') throw new CampaignPaused();

    const answers = new Map<number, Accepted>();
    const stopped: StoppedEmail[] = [];
    const owed: QueuedEmail[] = [];
    for (const [id, email] of created) {
      const lead = leads.get(email.leadId);
      if (lead === undefined) throw new Error(`Mail ${id} has no lead`);
      // The allowlist was asked when the mail was made, and cannot have changed since.
      const recipient = {
        address: email.toEmail,
        leadStatus: lead.status,
        suppressed: suppressed.has(email.toEmail),
      };
      const stop = email.drop === null ? findStop(recipient, null) : null;
      if (stop !== null) stopped.push({ id, ...stop });
      const drop = email.drop ?? stop;
      if (drop === null) owed.push({ id, followUp: isFollowUp(email) });
      answers.set(id, { kind: 'created', id, lease: null, drop });
    }
    const overtaken = await this.beginSteps(tx, created, answers);
    for (const id of overtaken) answers.set(id, { kind: 'overtaken' });
    await this.rows.drop(tx, stopped);
    const due = owed.filter(({ id }) => !overtaken.has(id));
    if (context.placing === 'defer') await this.rows.enqueue(tx, context, due, null);
    else await this.place(tx, context, campaign.cap, due, answers, startedAtMs);
    return answers;
  }

  /**
   * Moves the enrolments of the mails that are steps, under the locks that their stops need too. A step that somebody
   * else has mailed, or whose enrolment is not what it was, takes its mail back.
   */
  private async beginSteps(
    tx: Transaction,
    created: ReadonlyMap<number, NewEmail>,
    answers: ReadonlyMap<number, Accepted>,
  ): Promise<Set<number>> {
    const steps = [...created].flatMap(([id, { enrolment, sequenceNumber }]) => {
      const answer = answers.get(id);
      const dropped = answer?.kind === 'created' && answer.drop !== null;
      return enrolment === null ? [] : [{ id, enrolment, step: sequenceNumber, dropped }];
    });
    if (steps.length === 0) return new Set();
    const mailed = await this.steps.findMailed(
      tx,
      steps.map(({ id }) => id),
    );
    const begun = await this.steps.begin(
      tx,
      steps
        .filter(({ id }) => !mailed.has(id))
        .map(({ enrolment, step, dropped }) => ({
          enrolmentId: enrolment.id,
          version: enrolment.version,
          step,
          dropped,
        })),
    );
    const overtaken = steps.filter(({ enrolment }) => !begun.has(enrolment.id)).map(({ id }) => id);
    await this.rows.remove(tx, overtaken);
    return new Set(overtaken);
  }

  private async place(
    tx: Transaction,
    context: AcceptContext,
    cap: number | null,
    owed: readonly QueuedEmail[],
    answers: Map<number, Accepted>,
    startedAtMs: number,
  ): Promise<void> {
    if (owed.length === 0) return;
    const { campaignId, simulated, placing } = context;
    const places = await this.quota.lockToday(tx, simulated, [{ campaignId, cap }]);
    const placed: QueuedEmail[] = [];
    const overCap: number[] = [];
    for (const email of owed) {
      const taken = places.take(campaignId);
      if (taken === 'taken') {
        placed.push(email);
      } else {
        overCap.push(email.id);
        answers.set(email.id, { kind: 'over_cap', scope: taken, resetsInMs: places.endsInMs });
      }
    }
    await this.quota.saveTaken(tx, simulated, places);
    await this.rows.remove(tx, overCap);
    const tokens = await this.rows.enqueue(tx, context, placed, places.day);
    if (placing !== 'lease') return;
    const endsAtMs = startedAtMs + this.timing.leaseMs;
    for (const [id, token] of tokens) {
      const lease = { emailId: id, token, attempt: 1, endsAtMs };
      answers.set(id, { kind: 'created', id, lease, drop: null });
    }
  }
}

function existingEmail(existing: ReadonlyMap<string, number>, email: NewEmail): Accepted {
  const id = existing.get(identity(email));
  if (id !== undefined) return { kind: 'existing', id };
  // Another process has made a mail with other words for the same step.
  if (email.enrolment !== null) return { kind: 'overtaken' };
  throw new Error('A mail that could not be inserted does not exist either');
}
