/**
 * ACTIVE: a next step is planned or on its way. POSTPONED: likewise, not before she is back. STOPPED: no further step,
 * the stop reason says why. EXHAUSTED: all steps were sent.
 */
export const ENROLMENT_STATUSES = ['ACTIVE', 'POSTPONED', 'STOPPED', 'EXHAUSTED'] as const;
export type EnrolmentStatus = (typeof ENROLMENT_STATUSES)[number];

/** What the lead, her server or a person said: such an enrolment never starts again. */
export const FINAL_STOPS = [
  'REPLIED',
  'UNSUBSCRIBED',
  'COMPLAINED',
  'BOUNCED',
  'SUPPRESSED',
  'OUT_OF_OFFICE',
  'NOT_ON_ALLOWLIST',
  'DUPLICATE',
] as const;
export type FinalStop = (typeof FINAL_STOPS)[number];

/** What became of a step's mail: it goes on when the mail does, by a person's retry or a provider's late word. */
export const MAIL_STOPS = ['FAILED', 'DROPPED', 'UNKNOWN'] as const;
export type MailStop = (typeof MAIL_STOPS)[number];

export type StopReason = FinalStop | MailStop;

/** Why the step that is due is not made into a mail yet; it is looked at again. */
export type HoldCode = 'PAUSED' | 'TEMPLATE_NOT_FOUND' | 'MISSING_VARIABLE' | 'TEMPLATE_INVALID';

/** What a positive answer does to the enrolment of its campaign: it ends, or its next step goes at once. */
export const ON_POSITIVE = ['stop', 'next_step'] as const;
export type OnPositive = (typeof ON_POSITIVE)[number];

/** `same`: an answer to the thread so far, under its subject. `new`: a subject of its own. */
export const STEP_THREADS = ['same', 'new'] as const;
export type StepThread = (typeof STEP_THREADS)[number];
