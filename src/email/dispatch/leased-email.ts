import type { WireEmail } from '../provider/email-provider.js';
import type { Lease } from './lease.js';
import type { AttemptHistory } from './settlement.js';

/** The moment at which a request may leave, reserved for one mail out of the fleet's pace. */
export interface Moment {
  /** On the process's monotonic clock, in milliseconds. */
  readonly leavesAtMs: number;
  /** The provider's gate was shut or has seen failures: a good answer is worth reporting. */
  readonly recovering: boolean;
}

/** A leased mail with all that its one attempt needs. */
export interface LeasedEmail {
  readonly lease: Lease;
  readonly sendKey: string;
  readonly wire: WireEmail;
  readonly history: AttemptHistory;
  /** null: none was reserved when it was leased. */
  readonly moment: Moment | null;
}
