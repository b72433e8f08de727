import { type Field, fieldsOf, valueOf } from './fields.js';
import { addressesIn } from './mail-address.js';

/** The fields of a complaint (RFC 5965, 3). */
export interface Feedback {
  /** `abuse`, `opt-out` …, lower case. */
  readonly type: string;
  /** Lower case; redacted ones left out. */
  readonly recipients: readonly string[];
}

const RECIPIENT_FIELDS = [
  'original-rcpt-to',
  'removal-recipient',
  'original-recipient',
  'x-hmxmroriginalrecipient',
];

/** Reads a `message/feedback-report` part. */
export function readFeedback(text: string): Feedback {
  const fields = fieldsOf(text.split('\n'));
  return {
    type: (valueOf(fields, 'feedback-type') ?? 'abuse').toLowerCase().split(/[\s;(]/, 1)[0] ?? 'abuse',
    recipients: complainants(fields),
  };
}

/** Who complained, as far as fields of a report or of the mail's own header tell. */
export function complainants(fields: readonly Field[]): string[] {
  const found = RECIPIENT_FIELDS.flatMap((name) =>
    fields.filter((field) => field.name === name).flatMap(({ value }) => addressesIn(value)),
  );
  return [...new Set(found.map(({ address }) => address).filter((address) => !isRedacted(address)))];
}

function isRedacted(address: string): boolean {
  return /^(?:redacted|xxx+|\*+|anonymous)/.test(address);
}
