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

/** The mail that a follow-up goes on with, as it was known when the follow-up was leased. */
export interface LeasedThread {
  /** The follow-up's own Message-ID, as we set it. */
  readonly messageIdHeader: string;
  readonly parentId: number;
  /** This provider's name for it; null: none is known. */
  readonly parentMessageId: string | null;
  /** The Message-ID that its recipient sees; null: not known. */
  readonly parentMessageIdHeader: string | null;
}

/** A leased mail with all that its one attempt needs. */
export interface LeasedEmail {
  readonly lease: Lease;
  readonly sendKey: string;
  readonly wire: WireEmail;
  readonly history: AttemptHistory;
  /** null: none was reserved when it was leased. */
  readonly moment: Moment | null;
  /** null: it begins a thread, or an attempt came before this one, whose bytes have to be repeated. */
  readonly thread: LeasedThread | null;
}
