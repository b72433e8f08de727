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
