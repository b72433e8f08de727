import type { BounceKind } from '../classification.js';

/** A reason that servers give, and what it means for the address. */
export interface ServerReason {
  /** Id of the rule, such as `mailbox-full`. */
  readonly id: string;
  readonly kind: BounceKind;
  /** Tried on one line of lower-case text without addresses, links and host names. */
  readonly pattern: RegExp;
}

/** @param phrases regular expressions, any of which is enough; their gaps must be of a bounded length */
export function reason(id: string, kind: BounceKind, ...phrases: readonly string[]): ServerReason {
  return { id, kind, pattern: new RegExp(phrases.join('|'), 'u') };
}
