import { Injectable } from '@nestjs/common';
import { assertNever } from '../common/assert-never.js';
import { SendingConfig } from '../config/sending.config.js';
import {
  type DueRow,
  EnrolmentScheduleRepository,
  type LookedAtRow,
  type NewState,
} from './enrolment-schedule.repository.js';
import type { HoldCode } from './enrolment-states.js';
import type { SequencePlan } from './sequence-plan.js';
import { SequencesRepository } from './sequences.repository.js';
import { LOOK_AGAIN_MS, type Move, nextMove, type StepFacts, type StepMail } from './step-policy.js';
import { timeZoneOf } from './timing/resolve-time-zone.js';

/** An enrolment that is leased to this process, which decides what comes next. */
export interface DueEnrolment {
  readonly id: number;
  readonly campaignId: number;
  readonly leadId: number;
  /** The step that it has come to. */
  readonly step: number;
  readonly version: number;
  readonly plan: SequencePlan;
  readonly row: DueRow;
}

/** An enrolment that somebody asks about: it is not leased. */
export interface KnownEnrolment extends DueEnrolment {
  readonly row: LookedAtRow;
}

/** The mail of a step, with its id for the record. */
export interface RecordedStepMail extends StepMail {
  readonly id: number;
}

/** When a step that cannot be made into a mail is tried again. */
const HOLD_MS = 3_600_000;

/**
 * Which enrolments to look at, and what comes next for them. It decides nothing itself: `nextMove` does, for it and for
 * whoever explains.
 */
@Injectable()
export class EnrolmentSchedule {
  constructor(
    private readonly schedule: EnrolmentScheduleRepository,
    private readonly sequences: SequencesRepository,
    private readonly sending: SendingConfig,
  ) {}

  /** Up to `limit` enrolments that are due to be looked at; a process that dies leaves them to others a minute later. */
  async lease(simulated: boolean, limit: number): Promise<DueEnrolment[]> {
    for (const campaignId of await this.sequences.findToReplan()) await this.sequences.replanSome(campaignId);
    await this.schedule.releasePaused(simulated);
    return this.withPlans(await this.schedule.lease(simulated, limit));
  }

  private async withPlans<Row extends DueRow>(
    rows: readonly Row[],
  ): Promise<(DueEnrolment & { readonly row: Row })[]> {
    const plans = await this.sequences.find([...new Set(rows.map((row) => row.campaign_id))]);
    const byCampaign = new Map(plans.map((plan) => [plan.campaignId, plan]));
    return rows.map((row) => {
      const plan = byCampaign.get(row.campaign_id);
      if (plan === undefined) throw new Error(`Campaign ${row.campaign_id} has enrolments and no sequence`);
      const { id, campaign_id: campaignId, lead_id: leadId, version } = row;
      const step = row.next_step ?? plan.steps.length + 1;
      return { id, campaignId, leadId, step, version, plan, row };
    });
  }

  /** The enrolments of a lead, with all that decides what comes next for them; nothing is leased. */
  async findOfLead(leadId: number, simulated: boolean): Promise<KnownEnrolment[]> {
    return this.withPlans(await this.schedule.findOfLead(leadId, simulated));
  }

  decide(due: DueEnrolment, mails: ReadonlyMap<number, StepMail>): Move {
    return nextMove(this.factsOf(due, mails));
  }

  factsOf({ id, step, plan, row }: DueEnrolment, mails: ReadonlyMap<number, StepMail>): StepFacts {
    return {
      enrolmentId: id,
      enrolledAt: row.created_at,
      step,
      postponedUntil: row.postponed_until,
      hurriedAt: row.hurried_at,
      steps: plan.steps,
      window: plan.window,
      timeZone: timeZoneOf(row.lead_time_zone, row.campaign_time_zone, this.sending.timeZone),
      mails,
      now: row.now,
    };
  }

  /** Writes down what was decided. A stop that came meanwhile stays. */
  async record(
    moves: readonly (readonly [DueEnrolment, Move | Hold, RecordedStepMail | null])[],
  ): Promise<void> {
    await this.schedule.save(moves.map(([due, move, mail]) => stateAfter(due.row, move, mail)));
  }
}

/** A step that is due and has no mail yet, and why. */
export interface Hold {
  readonly kind: 'hold';
  readonly step: number;
  readonly dueAt: Date;
  readonly code: HoldCode;
}

function stateAfter(row: DueRow, move: Move | Hold, mail: RecordedStepMail | null): NewState {
  const { id, version, now } = row;
  const isAway = row.postponed_until !== null && row.postponed_until > now;
  const live = {
    id,
    version,
    status: isAway ? 'POSTPONED' : 'ACTIVE',
    stop_reason: null,
    stop_evidence: null,
    hold_code: null,
  } as const;
  switch (move.kind) {
    case 'send':
      return { ...live, next_step: move.step, next_run_at: move.dueAt, look_at: now };
    case 'wait':
      return { ...live, next_step: move.step, next_run_at: move.dueAt, look_at: move.dueAt };
    case 'await':
      return {
        ...live,
        next_step: move.step,
        next_run_at: row.next_run_at ?? now,
        look_at: later(now, LOOK_AGAIN_MS),
      };
    case 'hold':
      return {
        ...live,
        next_step: move.step,
        next_run_at: move.dueAt,
        look_at: move.code === 'PAUSED' ? 'infinity' : later(now, HOLD_MS),
        hold_code: move.code,
      };
    case 'stop':
      return {
        ...live,
        status: 'STOPPED',
        stop_reason: move.reason,
        stop_evidence: mail === null ? null : `outbound:${mail.id}`,
        next_step: move.step,
        next_run_at: null,
        look_at: null,
      };
    case 'exhausted':
      return { ...live, status: 'EXHAUSTED', next_step: null, next_run_at: null, look_at: null };
    default:
      return assertNever(move);
  }
}

function later(at: Date, ms: number): Date {
  return new Date(at.getTime() + ms);
}
