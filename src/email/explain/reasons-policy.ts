import { assertNever } from '../../common/assert-never.js';
import type { Gate } from '../../sequences/gate-policy.js';
import type { CapScope } from '../caps/day-places.js';
import type { Hindrance } from '../dispatch/claim-policy.js';
import type { Stop } from '../dispatch/recipient-policy.js';
import { endReason, type Reason, waitReason } from './reason.js';

/** Of a name in `paused_by` that is no person's. */
const RULE_PREFIX = 'rule:';

/** What is stored of a reason, beyond what decides. */
export interface Background {
  readonly campaignId: number;
  readonly pause: Pause;
  /** The suppressions of the mail's address that are in force. */
  readonly suppressions: readonly KnownSuppression[];
}

/** Who paused a campaign, and why; of one that sends, nobody. */
export interface Pause {
  /** The name of a person's API key, or `rule:HARD_BOUNCE`; empty, null: nobody knows. */
  readonly paused_by: string | null;
  readonly pause_reason: string | null;
}

export interface KnownSuppression {
  readonly id: number;
  readonly cause: string;
  readonly evidence: string;
  readonly expires_at: Date | null;
}

/** What the provider of this process lets through. */
export interface ProviderState {
  /** Milliseconds until a request may leave; 0: now. */
  readonly freeInMs: number;
  /** Why it is shut, or has not answered well since it was; null: it is well. */
  readonly shutReason: string | null;
  /** Requests that may leave within this time are as good as free. */
  readonly aheadMs: number;
}

/** Hindrances in words, with their evidence. */
export function reasonsOf(hindrances: readonly Hindrance[], background: Background): Reason[] {
  return hindrances.flatMap((hindrance): Reason[] => {
    switch (hindrance.kind) {
      case 'stopped':
        return stopReasons(hindrance.stop, background);
      case 'paused':
        return [pauseReason(background)];
      case 'closed':
        return [closedReason(hindrance.gate)];
      default:
        return assertNever(hindrance);
    }
  });
}

export function pauseReason({ campaignId, pause }: Omit<Background, 'suppressions'>): Reason {
  const { paused_by: actor, pause_reason: why } = pause;
  const who = `The campaign is paused${actor === null || actor === '' ? '' : ` by ${whoIs(actor)}`}`;
  return waitReason('PAUSED', why === null ? `${who}.` : `${who}: ${why}`, {
    evidence: `campaign:${campaignId}`,
  });
}

function whoIs(actor: string): string {
  return actor.startsWith(RULE_PREFIX)
    ? `the decision loop's rule ${actor.slice(RULE_PREFIX.length)}`
    : actor;
}

export function closedReason({ why, until }: Extract<Gate, { kind: 'closed' }>): Reason {
  return why === 'window'
    ? waitReason('OUTSIDE_WINDOW', 'It is outside the hours in which mail may leave.', { until })
    : waitReason('POSTPONED', 'The lead is away.', { until });
}

/** @param dayEndsAt when the day's places are given out anew */
export function capReasons(full: readonly CapScope[], campaignId: number, dayEndsAt: Date): Reason[] {
  return full.map((scope) =>
    scope === 'global'
      ? waitReason('CAP_DAY', "Today's mails over all campaigns are used up.", {
          until: dayEndsAt,
          evidence: 'global',
        })
      : waitReason('CAP_DAY', "Today's mails of the campaign are used up.", {
          until: dayEndsAt,
          evidence: `campaign:${campaignId}`,
        }),
  );
}

/** @param now the database's time */
export function providerReasons({ freeInMs, shutReason, aheadMs }: ProviderState, now: Date): Reason[] {
  const until = new Date(now.getTime() + freeInMs);
  if (shutReason !== null && freeInMs > 0) return [waitReason('PROVIDER_SHUT', shutReason, { until })];
  return freeInMs > aheadMs
    ? [waitReason('PROVIDER_BUSY', 'The provider is busy at its pace.', { until })]
    : [];
}

/** A suppression is told by its causes, each with what caused it; all else in the words of whoever stops. */
function stopReasons({ code, message }: Stop, { suppressions }: Background): Reason[] {
  if (code !== 'SUPPRESSED' || suppressions.length === 0) return [endReason(code, `${message}.`)];
  return suppressions.map(({ id, cause, evidence, expires_at: until }) =>
    endReason(code, `${message}: ${cause}${evidence === cause ? '' : ` (${evidence})`}.`, {
      until,
      evidence: `suppression:${id}`,
    }),
  );
}
