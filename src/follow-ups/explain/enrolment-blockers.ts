import { type Reason, waitReason } from '../../email/explain/reason.js';
import { closedReason } from '../../email/explain/reasons-policy.js';
import { gateOf } from '../../sequences/gate-policy.js';
import { nextOpening, type SendWindow } from '../../sequences/timing/send-window.js';
import type { WaitingGroup } from './enrolment-groups.view.js';

/** What the hours of a campaign's mail depend on. */
export interface Hours {
  readonly window: SendWindow | null;
  /** The zone whose clocks count for a lead who has this one herself. */
  readonly zoneOf: (leadTimeZone: string | null) => string;
  readonly now: Date;
}

/** What keeps the next steps of enrolments that are alike, whoever their leads are. */
export function waitingReasons(group: WaitingGroup, hours: Hours): Reason[] {
  return [...timeReasons(group, hours), ...holdReasons(group)];
}

function timeReasons(group: WaitingGroup, { window, zoneOf, now }: Hours): Reason[] {
  const until = group.next_run_at;
  if (group.status === 'POSTPONED') return [waitReason('POSTPONED', 'The lead is away.', { until })];
  if (group.is_early) {
    return [
      waitReason('NOT_DUE', 'The delay before the step, or the night before its hours, is not over.', {
        until,
      }),
    ];
  }
  const timeZone = zoneOf(group.lead_time_zone);
  const gate = gateOf({
    enrolmentId: 0,
    step: 0,
    stopReason: null,
    postponedUntil: null,
    window,
    timeZone,
    now,
  });
  // Each of them goes a little after the opening, at a time of its own: here the opening counts.
  return gate.kind === 'closed' ? [closedReason({ ...gate, until: nextOpening(window, timeZone, now) })] : [];
}

/** A pause is told of for the whole campaign. */
function holdReasons({ hold_code: code, look_at: until }: WaitingGroup): Reason[] {
  return code === null || code === 'PAUSED'
    ? []
    : [
        waitReason(code, 'No mail can be made of the step; GET leads/:id/explain names what is missing.', {
          until,
        }),
      ];
}
