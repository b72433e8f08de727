import type { Transaction } from '../database/database.js';

/** What operators are told of; the `type` of the webhook's body. */
export const ALERT_KINDS = ['reply.positive', 'campaign.paused', 'provider.shut', 'emails.unknown'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** Ids, names of campaigns, reason codes. No addresses, and nothing of a mail: it leaves the house. */
export type AlertData = Readonly<
  Record<string, string | number | boolean | null | readonly (string | number)[]>
>;

export interface NewAlert {
  readonly kind: AlertKind;
  /** Names what happened, for ever: of all alerts with the same key the first one is told, e.g. `reply.positive:17`. */
  readonly dedupeKey: string;
  readonly data: AlertData;
}

/**
 * Through which every feature raises alerts, its repositories too: they may not name a service. AlertsModule provides
 * {@link AlertsService} for it.
 */
export abstract class Alerts {
  /** Stores an alert in the transaction of what it tells of: a rollback takes both along. */
  abstract raise(tx: Transaction, alert: NewAlert): Promise<void>;
}
