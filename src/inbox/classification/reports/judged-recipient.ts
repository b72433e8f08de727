import type { ReportedRecipient } from '../classification.js';

/** A recipient, and the id of the rule that told its kind. */
export interface JudgedRecipient {
  readonly recipient: ReportedRecipient;
  readonly rule: string;
}

const MAX_DIAGNOSTIC = 500;

/** Each address once, as it was first judged. */
export function distinct(judged: readonly JudgedRecipient[]): JudgedRecipient[] {
  return [...new Map(judged.toReversed().map((one) => [one.recipient.address, one])).values()].toReversed();
}

/** Rules of a report: its form, and what told of its recipients. */
export function rulesOf(form: string, judged: readonly JudgedRecipient[]): string[] {
  return [form, ...new Set(judged.map(({ rule }) => rule))];
}

/** What the server said, on one line; null: nothing. */
export function diagnosticOf(said: string): string | null {
  const line = said.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? null : line.slice(0, MAX_DIAGNOSTIC);
}

/** A server that still tries does not hold the address for dead. */
export function waiting(recipient: ReportedRecipient): ReportedRecipient {
  return recipient.kind === 'hard' ? { ...recipient, kind: 'soft' } : recipient;
}
