import { assertNever } from '../../common/assert-never.js';
import type { OutboundEmail } from '../entities/outbound-email.entity.js';

/** What came to light of a mail after its provider had accepted it. A `detail` has at most 500 characters. */
export type DeliveryFact =
  | { readonly kind: 'delivered' | 'opened' | 'clicked'; readonly occurredAt: Date }
  | { readonly kind: 'complained'; readonly occurredAt: Date }
  /** Returned for good by the recipient's server; `detail` is what that said. */
  | { readonly kind: 'bounced'; readonly occurredAt: Date; readonly detail: string | null }
  /** Kept back by the provider, which has the address on a list of its own. */
  | { readonly kind: 'suppressed'; readonly occurredAt: Date; readonly detail: string | null }
  /** Given up by the provider before it spoke to the recipient's server. */
  | { readonly kind: 'failed'; readonly occurredAt: Date; readonly detail: string | null };

/** The part of an accepted mail that facts move. */
export type DeliveryState = Pick<
  OutboundEmail,
  | 'status'
  | 'error_code'
  | 'error_message'
  | 'bounced_at'
  | 'delivered_at'
  | 'opened_at'
  | 'clicked_at'
  | 'complained_at'
>;

/** `error_code` of mail that ended after it was accepted, the weakest first: a later one takes the place of an earlier. */
const DELIVERY_ENDS = ['PROVIDER_FAILED', 'PROVIDER_SUPPRESSED', 'HARD_BOUNCE'] as const;
type DeliveryEnd = (typeof DELIVERY_ENDS)[number];

/**
 * Adds a fact to a mail that was accepted (SENT, BOUNCED, or FAILED after it was sent). What comes out depends on the
 * set of facts alone, never on their order or repetition: of instants the earliest stays, of ends the strongest, and
 * of an end's details the first in the order of their letters.
 */
export function withFact(state: DeliveryState, fact: DeliveryFact): DeliveryState {
  switch (fact.kind) {
    case 'delivered':
      return { ...state, delivered_at: earlier(state.delivered_at, fact.occurredAt) };
    case 'opened':
      return { ...state, opened_at: earlier(state.opened_at, fact.occurredAt) };
    case 'clicked':
      return { ...state, clicked_at: earlier(state.clicked_at, fact.occurredAt) };
    case 'complained':
      return { ...state, complained_at: earlier(state.complained_at, fact.occurredAt) };
    case 'failed':
      return ended(state, 'PROVIDER_FAILED', fact.detail);
    case 'suppressed':
      return bounced(ended(state, 'PROVIDER_SUPPRESSED', fact.detail), fact.occurredAt);
    case 'bounced':
      return bounced(ended(state, 'HARD_BOUNCE', fact.detail), fact.occurredAt);
    default:
      return assertNever(fact);
  }
}

function bounced(state: DeliveryState, at: Date): DeliveryState {
  return { ...state, status: 'BOUNCED', bounced_at: earlier(state.bounced_at, at) };
}

function ended(state: DeliveryState, end: DeliveryEnd, detail: string | null): DeliveryState {
  const rank = DELIVERY_ENDS.indexOf(end);
  const present = DELIVERY_ENDS.findIndex((code) => code === state.error_code);
  if (present > rank) return state;
  return {
    ...state,
    status: end === 'PROVIDER_FAILED' ? 'FAILED' : 'BOUNCED',
    error_code: end,
    error_message: present === rank ? firstOf(state.error_message, detail) : detail,
  };
}

function earlier(present: Date | null, told: Date): Date {
  return present === null || told < present ? told : present;
}

function firstOf(present: string | null, told: string | null): string | null {
  if (present === null || told === null) return present ?? told;
  return told < present ? told : present;
}
