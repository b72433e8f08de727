import type { MailRecord, RequestRecord } from '../support/fake-resend/fake-resend.mjs';
import type { ClientRecord } from './load.js';
import type { SequenceRecord } from './sequence-load.js';
import type { Snapshot } from './snapshot.js';

/** Independent records of one run, taken after all faults have ended and the service has come to rest. */
export interface Evidence {
  readonly client: readonly ClientRecord[];
  /** What was asked of sequences, and of whom no more was wanted. */
  readonly sequences: readonly SequenceRecord[];
  readonly provider: { readonly requests: readonly RequestRecord[]; readonly mails: readonly MailRecord[] };
  readonly database: Snapshot;
  readonly limits: {
    /** Mails per local day; null: no cap. */
    readonly globalCap: number | null;
    readonly campaignCaps: ReadonlyMap<number, number | null>;
    readonly leaseMs: number;
    readonly dedupeWindowMs: number;
    /** Most requests to the provider for one mail. */
    readonly mostSends: number;
  };
}
