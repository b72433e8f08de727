import type { Answer } from './correspondent.js';

export const SENDER = 'support@sender.test';
export const DOMAINS = ['sender.test', 'lead.test'];

/** Somebody who gets the campaign's mail, and what the service must make of what comes back. */
export interface Person {
  readonly address: string;
  /** `person`: answers by hand. `machine`: her server answers. `missing`: there is no such mailbox. */
  readonly kind: 'person' | 'machine' | 'missing';
  readonly answer?: Omit<Answer, 'from'>;
  readonly sieve?: string;
  readonly classification: string;
  readonly matchMethod: string;
  readonly leadStatus: string;
  readonly suppressed: boolean;
}

/**
 * Sieve's vacation keeps silent towards mail with List-Unsubscribe (RFC 5230, 4.6), which other responders do not look
 * at: this one does not either.
 */
const VACATION = `require ["vacation", "editheader"];
deleteheader "List-Unsubscribe";
deleteheader "List-Unsubscribe-Post";
vacation :days 1 :subject "Out of office"
  "I am on holiday and will be back on 7 December 2026. In urgent matters please write to my colleague Ann.";
`;

export const PEOPLE: readonly Person[] = [
  {
    address: 'jane@lead.test',
    kind: 'person',
    answer: {
      manner: 'reply',
      text: 'Yes, that sounds interesting. Could you call me on Thursday?\n\nJane',
    },
    classification: 'POSITIVE',
    matchMethod: 'token',
    leadStatus: 'QUALIFIED',
    suppressed: false,
  },
  {
    address: 'on-holiday@lead.test',
    kind: 'machine',
    sieve: VACATION,
    classification: 'OOO',
    matchMethod: 'references',
    leadStatus: 'CONTACTED',
    suppressed: false,
  },
  {
    address: 'nobody@lead.test',
    kind: 'missing',
    classification: 'BOUNCE',
    matchMethod: 'report',
    leadStatus: 'BOUNCED',
    suppressed: true,
  },
  {
    address: 'joe@lead.test',
    kind: 'person',
    answer: { manner: 'reply', text: 'Thank you, but we are not interested.' },
    classification: 'NEGATIVE',
    matchMethod: 'token',
    leadStatus: 'SUPPRESSED',
    suppressed: false,
  },
  {
    address: 'sue@lead.test',
    kind: 'person',
    answer: { manner: 'reply', text: 'Please remove me from your mailing list.' },
    classification: 'UNSUB',
    matchMethod: 'token',
    leadStatus: 'UNSUBSCRIBED',
    suppressed: true,
  },
  {
    address: 'kim@lead.test',
    kind: 'person',
    answer: { manner: 'afresh', text: 'Which of you wrote to me last week?' },
    classification: 'NEUTRAL',
    matchMethod: 'sender',
    leadStatus: 'CONTACTED',
    suppressed: false,
  },
];

/** One mailbox for a crowd of leads: `crowd+1@lead.test`, `crowd+2@lead.test`, … */
export const CROWD = 'crowd@lead.test';

export function crowdOf(size: number): string[] {
  return Array.from({ length: size }, (_, index) => `crowd+${index + 1}@lead.test`);
}
