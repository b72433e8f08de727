import { bounceVerdict } from './bounce-kind.js';
import { enhancedStatusIn } from './enhanced-status.js';
import { diagnosticOf, type JudgedRecipient } from './judged-recipient.js';
import { normalizedAddress } from './mail-address.js';
import type { ReportMaterial } from './report-material.js';
import { type NamedRecipient, namedRecipients, type Parties } from './text-recipients.js';

/** Who failed by the server's own words, else by its headers, else whom the returned mail was for. */
export function wordedRecipients(material: ReportMaterial): JudgedRecipient[] {
  const { signs, lines, words, returned } = material;
  const named = namedRecipients(lines, partiesOf(material));
  const headers = addressesOf(signs.failedRecipients);
  const others = headers.length > 0 ? headers : (returned?.recipients ?? []);
  const found: readonly NamedRecipient[] =
    named.length > 0 ? named : others.map((address) => ({ address, said: lines.join('\n') }));
  return found.map(({ address, said }) => {
    const status = enhancedStatusIn(said) ?? (found.length === 1 ? enhancedStatusIn(lines.join('\n')) : null);
    const { kind, rule } = bounceVerdict([said, words], status);
    return { recipient: { address, kind, status, diagnostic: diagnosticOf(said) }, rule };
  });
}

/** Whose addresses may stand in the words of a report. */
export function partiesOf({ mail, returned, signs }: ReportMaterial): Parties {
  const senders = [mail.from?.address, returned?.sender].filter((one) => typeof one === 'string');
  return {
    addressees: new Set([...addressesOf(signs.failedRecipients), ...(returned?.recipients ?? [])]),
    bystanders: new Set([...senders, ...mail.recipients]),
  };
}

function addressesOf(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).flatMap((value) => normalizedAddress(value) ?? []);
}
