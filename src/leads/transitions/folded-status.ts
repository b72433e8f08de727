import { LEAD_STOPS, type LeadStatus } from '../lead.entity.js';
import type { LeadTransition } from './lead-transition.entity.js';

/** An event, as far as it decides a status. */
export type StatusWish = Pick<LeadTransition, 'cause' | 'asked_status'>;

/**
 * The status after an event. A person sets what she likes. Of mail, a stop is only replaced by a stronger one
 * (LEAD_STOPS), and interest qualifies whom nothing has stopped.
 */
export function statusAfter(status: LeadStatus, { cause, asked_status: asked }: StatusWish): LeadStatus {
  if (asked === null) return status;
  if (cause === 'person') return asked;
  const isStronger = rankOf(asked) > rankOf(status);
  const qualifies = asked === 'QUALIFIED' && (status === 'NEW' || status === 'CONTACTED');
  return isStronger || qualifies ? asked : status;
}

/** The status after these events, in their order, of a lead who had `base` before the first of them. */
export function foldedStatus(base: LeadStatus, events: readonly StatusWish[]): LeadStatus {
  return events.reduce(statusAfter, base);
}

function rankOf(status: LeadStatus): number {
  return LEAD_STOPS.findIndex((stop) => stop === status);
}
