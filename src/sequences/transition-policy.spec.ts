import { describe, expect, it } from '@jest/globals';
import { TRANSITION_CAUSES } from '../leads/transitions/lead-transition.entity.js';
import { type MailCause, transitionOf } from './transition-policy.js';

type Row = readonly [
  cause: MailCause,
  isSure: boolean,
  lead: string | null,
  enrolments: string,
  reason: string | null,
  asksPerson: boolean,
];

const TABLE: readonly Row[] = [
  ['positive_reply', true, 'QUALIFIED', 'answered_with_interest', null, false],
  ['negative_reply', true, 'SUPPRESSED', 'stop', 'REPLIED', false],
  ['neutral_reply', true, null, 'stop', 'REPLIED', true],
  ['out_of_office', true, null, 'postpone', null, false],
  ['unsubscribe', true, 'UNSUBSCRIBED', 'stop', 'UNSUBSCRIBED', false],
  ['complaint', true, 'UNSUBSCRIBED', 'stop', 'COMPLAINED', false],
  ['hard_bounce', true, 'BOUNCED', 'stop', 'BOUNCED', false],
  ['soft_bounce', true, null, 'none', null, false],

  ['positive_reply', false, null, 'stop', 'REPLIED', true],
  ['negative_reply', false, null, 'stop', 'REPLIED', true],
  ['neutral_reply', false, null, 'stop', 'REPLIED', true],
  ['out_of_office', false, null, 'postpone', null, false],
  ['unsubscribe', false, null, 'stop', 'REPLIED', true],
  ['complaint', false, null, 'stop', 'COMPLAINED', true],
  ['hard_bounce', false, null, 'stop', 'BOUNCED', true],
  ['soft_bounce', false, null, 'none', null, true],
];

describe('transitionOf', () => {
  it.each(TABLE)('%s, sure: %s -> lead %s, enrolments %s %s, asks a person: %s', (...row) => {
    const [cause, isSure, lead, kind, reason, asksPerson] = row;

    expect(transitionOf(cause, isSure)).toEqual({
      lead,
      enrolments: reason === null ? { kind } : { kind, reason },
      asksPerson,
    });
  });

  it('is told of every cause but a person, sure and unsure', () => {
    const causes = TRANSITION_CAUSES.filter((cause) => cause !== 'person');

    expect(TABLE.map(([cause, isSure]) => `${cause} ${isSure}`).toSorted()).toEqual(
      causes.flatMap((cause) => [`${cause} false`, `${cause} true`]).toSorted(),
    );
  });

  it('moves no lead by what anybody may have written', () => {
    const unsure = TABLE.filter(([, isSure]) => !isSure);

    for (const [cause] of unsure) expect(transitionOf(cause, false).lead).toBeNull();
  });
});
