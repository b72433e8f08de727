import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { assertNever } from '../common/assert-never.js';
import {
  type DueStep,
  type MailOfStep,
  StepSending,
  type StepOutcome,
} from '../email/steps/step-sending.service.js';
import { type DueEnrolment, EnrolmentSchedule, type Hold } from '../sequences/enrolment-schedule.service.js';
import type { HoldCode } from '../sequences/enrolment-states.js';
import type { Move } from '../sequences/step-policy.js';
import { holdCode } from './hold-code.js';
import { threadOf } from './thread-of.js';

type Send = Extract<Move, { kind: 'send' }>;
type Mails = ReadonlyMap<number, MailOfStep>;

/** An enrolment whose next step is to be mailed now. */
interface Sending {
  readonly due: DueEnrolment;
  readonly move: Send;
  readonly mails: Mails;
}

/** What an enrolment becomes, and the mail that tells why. */
type Result = readonly [due: DueEnrolment, move: Move | Hold, mail: MailOfStep | null];

/** Enrolments looked at together. */
const BATCH = 500;

/**
 * Carries enrolments on: makes mail of the steps that are due, and writes down what became of earlier ones. Every
 * replica may do it at any time; each enrolment is leased to one of them, and whatever a crash cuts short is done again.
 */
@Injectable()
export class FollowUps implements BeforeApplicationShutdown {
  private readonly logger = new Logger(FollowUps.name);
  private running: Promise<void> = Promise.resolve();
  private stopping = false;

  constructor(
    private readonly schedule: EnrolmentSchedule,
    private readonly steps: StepSending,
  ) {}

  /** Looks at all that is due, once. Rejects when the database does; what was leased then is due again a minute later. */
  async runOnce(): Promise<void> {
    const run = this.runToEnd();
    this.running = run.catch(() => undefined);
    await run;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.running;
  }

  private async runToEnd(): Promise<void> {
    const due = await this.lease();
    const lanes = [this.carryOn(due)];
    // When there are many, one batch is made into mail while the database stores the other.
    if (due.length === BATCH) lanes.push(this.lease().then((more) => this.carryOn(more)));
    await Promise.allSettled(lanes);
    await Promise.all(lanes);
  }

  private async lease(): Promise<DueEnrolment[]> {
    return this.schedule.lease(this.steps.simulated, BATCH);
  }

  /** Advances these, and as many more as are due. */
  private async carryOn(first: readonly DueEnrolment[]): Promise<void> {
    for (let due = first; due.length > 0; due = await this.lease()) {
      await this.advance(due);
      if (this.stopping || due.length < BATCH) return;
    }
  }

  private async advance(due: readonly DueEnrolment[]): Promise<void> {
    const mails = await this.steps.findMails(
      due.map(({ id: enrolmentId, campaignId, leadId, step: fromStep }) => ({
        enrolmentId,
        campaignId,
        leadId,
        fromStep,
      })),
    );

    const moved: Result[] = [];
    const sendings: Sending[] = [];
    for (const enrolment of due) {
      const own: Mails = mails.get(enrolment.id) ?? new Map();
      const move = this.schedule.decide(enrolment, own);
      // One that a mail's failure had stopped is live again first, and then looked at like any other.
      if (move.kind !== 'send' || enrolment.row.status === 'STOPPED') {
        moved.push([enrolment, move, move.kind === 'stop' ? (own.get(move.step) ?? null) : null]);
      } else if (enrolment.row.campaign_paused) {
        moved.push([enrolment, hold(move, 'PAUSED'), null]);
      } else {
        sendings.push({ due: enrolment, move, mails: own });
      }
    }
    await this.schedule.record(moved);
    await this.sendAll(alike(sendings));
    this.logger.log({ event: 'follow_ups.advanced', looked_at: due.length, due: sendings.length });
  }

  /** A group that fails is due again a minute later, and must not keep the others from their mail. */
  private async sendAll(groups: readonly (readonly Sending[])[]): Promise<void> {
    const campaignIds = new Set<number>();
    let cause: unknown;
    for (const group of groups) {
      try {
        await this.schedule.record(await this.send(group));
      } catch (error) {
        for (const { due } of group) campaignIds.add(due.campaignId);
        cause ??= error;
      }
    }
    if (campaignIds.size > 0) {
      throw new Error(`No mail could be made of steps of campaigns ${[...campaignIds].join(', ')}`, {
        cause,
      });
    }
  }

  /** @returns what is left to write down of steps that got no mail */
  private async send(group: readonly Sending[]): Promise<Result[]> {
    const [first] = group;
    const templateType = first?.due.plan.steps[first.move.step - 1]?.templateType;
    if (first === undefined || templateType === undefined) {
      throw new Error('A step is due that is not planned');
    }
    const outcomes = await this.steps.send({
      campaignId: first.due.campaignId,
      campaignSequenceId: first.due.plan.id,
      templateType,
      steps: group.map(dueStep),
    });
    return group.flatMap(({ due, move }, index): Result[] => {
      const outcome = outcomes[index];
      if (outcome === undefined) throw new Error('A step was offered and not answered for');
      const after = afterOutcome(move, outcome, due.row.now);
      return after === null ? [] : [[due, after, null]];
    });
  }
}

function dueStep({ due, move, mails }: Sending): DueStep {
  return {
    leadId: due.leadId,
    step: move.step,
    enrolment: { id: due.id, version: due.version },
    thread: threadOf(due.plan.steps, move.step, mails),
  };
}

/** Of one campaign and template: they are made together. */
function alike(sendings: readonly Sending[]): Sending[][] {
  const groups = new Map<string, Sending[]>();
  for (const sending of sendings) {
    const { due, move } = sending;
    const key = `${due.campaignId}/${due.plan.steps[move.step - 1]?.templateType}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sending]);
    else group.push(sending);
  }
  return [...groups.values()];
}

/** Null: the transaction that stored its mail has moved it. */
function afterOutcome(move: Send, outcome: StepOutcome, now: Date): Move | Hold | null {
  switch (outcome.kind) {
    case 'stored':
      return null;
    case 'overtaken':
      return { kind: 'wait', step: move.step, dueAt: now };
    case 'duplicate':
      return { kind: 'stop', step: move.step, reason: 'DUPLICATE' };
    case 'paused':
      return hold(move, 'PAUSED');
    case 'refused':
      return hold(move, holdCode(outcome.refusal));
    default:
      return assertNever(outcome);
  }
}

function hold({ step, dueAt }: Send, code: HoldCode): Hold {
  return { kind: 'hold', step, dueAt, code };
}
