import type { Gate } from '../../sequences/gate-policy.js';
import {
  type Allowlist,
  findSequenceStop,
  findStops,
  type Recipient,
  type Stop,
} from './recipient-policy.js';

/** What decides whether a due mail may go, but for the places of the day and the provider. */
export interface ClaimFacts {
  readonly recipient: Recipient;
  /** When she last wrote herself. */
  readonly lastRepliedAt: Date | null;
  readonly campaignIsActive: boolean;
  /** Of the step that the mail is; null: it is none. */
  readonly gate: Gate | null;
  /** The mail follows another one. */
  readonly followUp: boolean;
  readonly queuedAt: Date;
  /** An earlier attempt may have been accepted. */
  readonly maybeSent: boolean;
}

/** What keeps a mail from going. stopped: it ends. paused, closed: it waits. */
export type Hindrance =
  | { readonly kind: 'stopped'; readonly stop: Stop }
  | { readonly kind: 'paused' }
  | { readonly kind: 'closed'; readonly gate: Extract<Gate, { kind: 'closed' }> };

/**
 * Everything that keeps a due mail from going. The claim acts on the first one; who explains names them all.
 *
 * @param allowlist null: everybody may get mail
 */
export function hindrancesOf(facts: ClaimFacts, allowlist: Allowlist | null): Hindrance[] {
  const { gate } = facts;
  const sequenceStop = findSequenceStop(facts);
  const stops = [...findStops(facts.recipient, allowlist), ...(sequenceStop === null ? [] : [sequenceStop])];
  const hindrances: Hindrance[] = stops.map((stop) => ({ kind: 'stopped', stop }));
  if (!facts.campaignIsActive) hindrances.push({ kind: 'paused' });
  // What may have been accepted is repeated while the provider knows its key, whatever the hour.
  if (gate?.kind === 'closed' && !facts.maybeSent) hindrances.push({ kind: 'closed', gate });
  return hindrances;
}
