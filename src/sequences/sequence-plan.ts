import type { OnPositive, StepThread } from './enrolment-states.js';
import type { PlannedStep } from './step-policy.js';
import type { SendWindow } from './timing/send-window.js';

export interface SequenceStepPlan extends PlannedStep {
  readonly templateType: string;
  readonly thread: StepThread;
}

/** The sequence of a campaign as it is now. */
export interface SequencePlan {
  /** `campaign_sequence_id` of its mails. */
  readonly id: number;
  readonly campaignId: number;
  /** In their order; the first is step 1. */
  readonly steps: readonly SequenceStepPlan[];
  readonly window: SendWindow | null;
  readonly onPositive: OnPositive;
}

/** The window as its columns hold it: all of them or none. */
export interface WindowColumns {
  window_days: number[] | null;
  window_from: string | null;
  window_to: string | null;
}

/** @returns null: mail leaves at any time */
export function windowOf({
  window_days: days,
  window_from: from,
  window_to: to,
}: WindowColumns): SendWindow | null {
  return days === null || from === null || to === null ? null : { days, from, to };
}
