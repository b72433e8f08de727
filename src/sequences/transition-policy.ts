/** What mail tells of a lead. */
export type MailCause =
  | 'positive_reply'
  | 'negative_reply'
  | 'neutral_reply'
  | 'out_of_office'
  | 'unsubscribe'
  | 'complaint'
  | 'hard_bounce'
  | 'soft_bounce';

/** What it does to the enrolments of the lead, in whatever campaign. */
export type EnrolmentChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'stop'; readonly reason: 'REPLIED' | 'UNSUBSCRIBED' | 'COMPLAINED' | 'BOUNCED' }
  /** The one of the campaign that she answered to may go on with its next step; all others stop as REPLIED. */
  | { readonly kind: 'answered_with_interest' }
  /** They wait until she is back; at the third absence they stop. */
  | { readonly kind: 'postpone' };

export interface Transition {
  /** The status that the lead is asked to have; a stronger one stays. Null: hers stays. */
  readonly lead: 'QUALIFIED' | 'SUPPRESSED' | 'UNSUBSCRIBED' | 'BOUNCED' | null;
  readonly enrolments: EnrolmentChange;
  /** A person must look at the mail. */
  readonly asksPerson: boolean;
}

const NOTHING = { lead: null, enrolments: { kind: 'none' }, asksPerson: false } as const satisfies Transition;
const REPLIED = { kind: 'stop', reason: 'REPLIED' } as const;

/** One of our ids or tokens names the lead and she, or her server, tells it; or a person has read it. */
const SURE: Readonly<Record<MailCause, Transition>> = {
  positive_reply: { lead: 'QUALIFIED', enrolments: { kind: 'answered_with_interest' }, asksPerson: false },
  negative_reply: { lead: 'SUPPRESSED', enrolments: REPLIED, asksPerson: false },
  neutral_reply: { lead: null, enrolments: REPLIED, asksPerson: true },
  out_of_office: { ...NOTHING, enrolments: { kind: 'postpone' } },
  unsubscribe: {
    lead: 'UNSUBSCRIBED',
    enrolments: { kind: 'stop', reason: 'UNSUBSCRIBED' },
    asksPerson: false,
  },
  complaint: { lead: 'UNSUBSCRIBED', enrolments: { kind: 'stop', reason: 'COMPLAINED' }, asksPerson: false },
  hard_bounce: { lead: 'BOUNCED', enrolments: { kind: 'stop', reason: 'BOUNCED' }, asksPerson: false },
  soft_bounce: NOTHING,
};

/** Anybody may have written it: it ends or delays the follow-ups, which harms nobody, and a person decides the rest. */
const UNSURE: Readonly<Record<MailCause, Transition>> = {
  positive_reply: { lead: null, enrolments: REPLIED, asksPerson: true },
  negative_reply: { lead: null, enrolments: REPLIED, asksPerson: true },
  neutral_reply: { lead: null, enrolments: REPLIED, asksPerson: true },
  out_of_office: { ...NOTHING, enrolments: { kind: 'postpone' } },
  unsubscribe: { lead: null, enrolments: REPLIED, asksPerson: true },
  complaint: { lead: null, enrolments: { kind: 'stop', reason: 'COMPLAINED' }, asksPerson: true },
  hard_bounce: { lead: null, enrolments: { kind: 'stop', reason: 'BOUNCED' }, asksPerson: true },
  soft_bounce: { ...NOTHING, asksPerson: true },
};

/** What an event brings about: the one table of it. */
export function transitionOf(cause: MailCause, isSure: boolean): Transition {
  return (isSure ? SURE : UNSURE)[cause];
}
