import { enhancedStatusIn, isUnspecific } from './enhanced-status.js';
import { type Field, fieldsOf, valueOf } from './fields.js';
import { addressesIn, normalizedAddress } from './mail-address.js';

/** What became of one recipient (RFC 3464, 2.3.3). */
export type DeliveryAction = 'failed' | 'delayed' | 'delivered';

/** One group of per-recipient fields (RFC 3464, 2.3). */
export interface RecipientStatus {
  /** Lower case: who it was finally tried for; null: the report does not say. */
  readonly address: string | null;
  /** Other names of the same recipient, in lower case, the one that the sender used first. */
  readonly aliases: readonly string[];
  /** Null: the report has none that is known. */
  readonly action: DeliveryAction | null;
  readonly status: string | null;
  /** What stands beside the status code; empty: nothing. */
  readonly comment: string;
  /** Unfolded; empty: none. */
  readonly diagnostic: string;
}

const RECIPIENT_FIELDS = ['x-actual-recipient', 'final-recipient', 'original-recipient'];
const STATUS = /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\d)/;

/**
 * Reads a `message/delivery-status` part. Forgives what servers get wrong: missing or too many blank lines between
 * groups, missing address types, actions and statuses with comments, diagnostics that are not folded.
 */
export function recipientStatusesIn(text: string): RecipientStatus[] {
  return groupsOf(text)
    .filter((group) => group.some(({ name }) => RECIPIENT_FIELDS.includes(name)))
    .map(toRecipientStatus);
}

function groupsOf(text: string): Field[][] {
  const groups: Field[][] = [[]];
  let afterBlank = false;
  for (const chunk of chunksOf(text)) {
    const fields = fieldsOf(chunk);
    for (const field of fields) {
      const current = groups.at(-1) ?? [];
      const startsGroup =
        RECIPIENT_FIELDS.includes(field.name) &&
        (current.some(({ name }) => name === field.name) || (afterBlank && hasOutcome(current)));
      if (startsGroup || (afterBlank && !hasRecipient(current) && current.length > 0)) groups.push([field]);
      else current.push(field);
      afterBlank = false;
    }
    afterBlank = true;
  }
  return groups;
}

function chunksOf(text: string): string[][] {
  const chunks: string[][] = [[]];
  for (const line of text.split('\n')) {
    if (line.trim() === '') chunks.push([]);
    else chunks.at(-1)?.push(line);
  }
  return chunks;
}

function hasRecipient(group: readonly Field[]): boolean {
  return group.some(({ name }) => RECIPIENT_FIELDS.includes(name));
}

function hasOutcome(group: readonly Field[]): boolean {
  return hasRecipient(group) && group.some(({ name }) => name === 'action' || name === 'status');
}

function toRecipientStatus(group: readonly Field[]): RecipientStatus {
  const diagnostic = (valueOf(group, 'diagnostic-code') ?? '').replace(/^[\w-]{1,20}\s?;\s*/, '');
  const statusField = valueOf(group, 'status') ?? '';
  const declared = STATUS.exec(statusField)?.[1] ?? null;
  const actual = addressOf(valueOf(group, 'x-actual-recipient'));
  const final = addressOf(valueOf(group, 'final-recipient'));
  const original = addressOf(valueOf(group, 'original-recipient'));
  const names = [original, final, actual].filter((name) => name !== null);
  return {
    address: final ?? original ?? actual,
    aliases: [...new Set(names)],
    action: actionOf(valueOf(group, 'action')),
    status: bestStatus(declared, enhancedStatusIn(diagnostic)),
    comment: statusField.replace(STATUS, ''),
    diagnostic,
  };
}

/** A server's own code goes before the one that a relay made of it, unless it says no more than that it failed. */
function bestStatus(declared: string | null, said: string | null): string | null {
  if (declared === null || said === null) return declared ?? said;
  return isUnspecific(said) ? declared : said;
}

function addressOf(value: string | null): string | null {
  if (value === null) return null;
  const bare = value.replace(/^[\w-]{1,20}\s?;/, '');
  return addressesIn(bare)[0]?.address ?? normalizedAddress(bare);
}

function actionOf(value: string | null): DeliveryAction | null {
  if (value === null) return null;
  if (/^\W*(?:fail|undeliver|expire|reject|bounce)/i.test(value)) return 'failed';
  if (/^\W*(?:delay|defer|warn)/i.test(value)) return 'delayed';
  if (/^\W*(?:deliver|relay|expand|success)/i.test(value)) return 'delivered';
  return null;
}
