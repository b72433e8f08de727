import type { WaitsFor } from '../entities/dispatch-queue-row.entity.js';
import type { StoredStatus } from '../entities/outbound-email.entity.js';
import { endReason, type Reason, waitReason } from './reason.js';

/** What the queue says of an open mail. */
export interface QueueFacts {
  /** The provider and mode of this process. */
  readonly ours: boolean;
  /** False: it must not be sent again, and is closed out as UNKNOWN. */
  readonly repeatable: boolean;
  readonly leased: boolean;
  readonly waitsFor: WaitsFor | null;
  /** Null: not before something changes. */
  readonly dueAt: Date | null;
  readonly now: Date;
}

/** What releases a mail that waits. */
export interface Releases {
  readonly campaignIsActive: boolean;
  /** There are places of today. */
  readonly hasPlaces: boolean;
  readonly dayEndsAt: Date;
}

/** A mail that only another process may carry on. */
export function otherProviderReason(): Reason {
  return waitReason('OTHER_PROVIDER', 'It belongs to another provider or mode than this process has.');
}

/** A mail that this process may neither send nor leave alone; null: it may go its way. */
export function strandedReason({ ours, repeatable }: QueueFacts): Reason | null {
  if (!ours) return otherProviderReason();
  return repeatable
    ? null
    : endReason('UNKNOWN_OUTCOME', 'An earlier attempt may have been accepted; it is closed out as UNKNOWN.');
}

/** True while an attempt is under way: nothing stops it any more. */
export function isOnItsWay({ leased, dueAt, now }: QueueFacts): boolean {
  return leased && dueAt !== null && dueAt > now;
}

export function onItsWayReason(): Reason {
  return waitReason('SENDING', 'An attempt is under way; what comes of it decides.');
}

/** Why a mail that is not under way is not due; null: it is, or will be at the next look. */
export function notDueReason({ waitsFor, dueAt, now }: QueueFacts, releases: Releases): Reason | null {
  if (dueAt !== null && dueAt <= now) return null;
  if (waitsFor === 'pause' && releases.campaignIsActive) return null;
  // What waits out the jitter after a midnight is left to its time.
  const isReleased = releases.campaignIsActive && releases.hasPlaces && (dueAt ?? now) >= releases.dayEndsAt;
  if (waitsFor === 'cap' && isReleased) return null;
  return queueReason(waitsFor, dueAt);
}

/** In words. */
export function queueReason(waitsFor: WaitsFor | null, until: Date | null): Reason {
  switch (waitsFor) {
    case 'cap':
      return waitReason('CAP_DAY', 'It waits for places of a new day.', { until });
    case 'pause':
      return waitReason('PAUSED', 'The campaign is paused.', { until });
    case 'provider':
      return waitReason('PROVIDER_BUSY', 'The provider let nothing through when its turn came.', { until });
    case 'retry':
      return waitReason('RETRY', 'The outcome of the last attempt is not known; it is tried again.', {
        until,
      });
    case 'window':
      return waitReason('OUTSIDE_WINDOW', 'It is outside the hours in which mail may leave.', { until });
    case 'postponed':
      return waitReason('POSTPONED', 'The lead is away.', { until });
    case null:
      return waitReason('NOT_DUE', 'Its time has not come.', { until });
  }
}

/** Why a mail that is not open goes no more. */
export function endedReason(status: Exclude<StoredStatus, 'QUEUED'>, errorCode: string | null): Reason {
  switch (status) {
    case 'SENT':
      return endReason('SENT', 'The provider has accepted it.');
    case 'BOUNCED':
      return endReason('BOUNCED', 'It was returned.');
    case 'UNKNOWN':
      return endReason('UNKNOWN_OUTCOME', 'It may have been accepted; a late word or a person settles it.');
    case 'FAILED':
      return endReason(errorCode ?? status, 'It failed for good.');
    case 'DROPPED':
      return endReason(errorCode ?? status, 'It was kept in by a rule of ours.');
  }
}
