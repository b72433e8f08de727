import type { Report, ReportedRecipient } from '../classification.js';
import { bounceVerdict, tellsReason } from './bounce-kind.js';
import { type RecipientStatus, recipientStatusesIn } from './delivery-status.js';
import { enhancedStatusIn } from './enhanced-status.js';
import { normalizedAddress } from './mail-address.js';
import { originalMessageId, type ReportMaterial } from './report-material.js';
import { tellsOfDelay, tellsOfFailure, tellsOfSuccess } from './report-phrases.js';
import { type NamedRecipient, namedRecipients, type Parties } from './text-recipients.js';

interface JudgedRecipient {
  readonly recipient: ReportedRecipient;
  /** Id of the rule that told its kind. */
  readonly rule: string;
}

const MAX_DIAGNOSTIC = 500;
/** More recipients than these are not read from one report; mails of ours have one. */
const MAX_RECIPIENTS = 50;
const STATUS_FIELD =
  /^(?:final-recipient|original-recipient|action|status|diagnostic-code|\w{4,9}-mta)[ \t]{0,4}:/i;
const OUTCOME_FIELDS = /^(?:action|status)[ \t]{0,4}:/im;
const STATUS_FIELDS = /^(?:final|original)-recipient[ \t]{0,4}:/im;

/** A report of a mail server on a mail that did not arrive, is late or has arrived; null: this is none. */
export function readBounce(material: ReportMaterial): Report | null {
  return readDeliveryReport(material) ?? readWordedBounce(material);
}

/** RFC 3464, also where the part is not labelled so but its fields stand in the text. */
function readDeliveryReport(material: ReportMaterial): Report | null {
  const statuses = statusesOf(material);
  if (statuses.length === 0) return null;
  const late = tellsOfDelay(material.signs.subjectText, material.words);
  const outcomes = statuses.map((status) => ({
    ...status,
    action: status.action ?? guessedAction(status, late),
  }));
  const failed = outcomes.filter(({ action }) => action === 'failed');
  const delayed = outcomes.filter(({ action }) => action === 'delayed');
  const common = { originalMessageId: originalMessageId(material), feedbackType: null };
  if (failed.length === 0 && delayed.length === 0) {
    return { ...common, kind: 'receipt', recipients: [], confidence: 0.95, rules: ['dsn-success'] };
  }
  const words = material.lines.filter((line) => !STATUS_FIELD.test(line));
  const named = namedRecipients(words, partiesOf(material));
  const judged = distinct(
    [...failed, ...delayed]
      .slice(0, MAX_RECIPIENTS)
      .flatMap((status) => judge(status, named, failed.length > 0, material)),
  );
  const recipients = judged.length > 0 ? judged : worded(material);
  const kind = failed.length > 0 ? 'bounce' : 'delayed';
  return {
    ...common,
    kind,
    recipients: recipients.map((one) => (kind === 'delayed' ? waiting(one.recipient) : one.recipient)),
    confidence: judged.length > 0 ? 0.99 : 0.8,
    rules: rulesOf(failed.length > 0 ? 'dsn' : 'dsn-delayed', recipients),
  };
}

function statusesOf({ mail, signs }: ReportMaterial): RecipientStatus[] {
  const trusted =
    mail.contentType === 'multipart/report' ||
    (signs.reportType && !signs.answered) ||
    signs.daemon !== null ||
    signs.nullReturnPath ||
    signs.automatic;
  if (!trusted) return [];
  const parts = mail.parts.filter(({ contentType }) =>
    /^message\/(?:global-)?delivery-status$/.test(contentType),
  );
  const labelled = parts.flatMap(({ text }) => recipientStatusesIn(text));
  if (labelled.length > 0) return labelled;
  const own = mail.parts.filter(({ contentType }) => !/^(?:message|text)\/rfc822/.test(contentType));
  const loose = [...own.map(({ text }) => text), mail.text ?? ''].filter(
    (text) => STATUS_FIELDS.test(text) && OUTCOME_FIELDS.test(text),
  );
  return loose.flatMap((text) => recipientStatusesIn(text));
}

function guessedAction({ status }: RecipientStatus, late: boolean): 'failed' | 'delayed' | 'delivered' {
  if (status?.startsWith('2') === true) return 'delivered';
  return late ? 'delayed' : 'failed';
}

function judge(
  status: RecipientStatus,
  named: readonly NamedRecipient[],
  hasFailures: boolean,
  material: ReportMaterial,
): JudgedRecipient[] {
  const address = sentTo(status, material);
  if (address === null) return [];
  const said = named.find((one) => status.aliases.includes(one.address))?.said ?? '';
  const isVague = status.status === null || status.status.endsWith('.0.0');
  const told = [status.comment, status.diagnostic, said, ...(isVague ? [material.words] : [])];
  const { kind, rule } = bounceVerdict(told, status.status);
  const waits = status.action === 'delayed';
  const diagnostic = diagnosticOf(status.diagnostic === '' ? said : status.diagnostic);
  return [
    {
      recipient: {
        address,
        kind: waits && hasFailures ? null : kind,
        status: status.status ?? enhancedStatusIn(said),
        diagnostic,
      },
      rule,
    },
  ];
}

/** A server that still tries does not hold the address for dead. */
function waiting(recipient: ReportedRecipient): ReportedRecipient {
  return recipient.kind === 'hard' ? { ...recipient, kind: 'soft' } : recipient;
}

/** The name that our mail was sent to, where the report has several for one recipient. */
function sentTo({ address, aliases }: RecipientStatus, { returned }: ReportMaterial): string | null {
  return aliases.find((alias) => returned?.recipients.includes(alias) === true) ?? address;
}

/** Of a server that writes only to people. Structure and words must both say that it is a bounce. */
function readWordedBounce(material: ReportMaterial): Report | null {
  if (!isWordedBounce(material)) return null;
  const { words, signs } = material;
  const recipients = worded(material);
  const isDelay = tellsOfDelay(signs.subjectText, words);
  return {
    kind: isDelay ? 'delayed' : 'bounce',
    recipients: recipients.map(({ recipient }) => (isDelay ? waiting(recipient) : recipient)),
    originalMessageId: originalMessageId(material),
    feedbackType: null,
    confidence: recipients.length === 0 ? 0.5 : signs.failedRecipients.length > 0 ? 0.95 : 0.9,
    rules: rulesOf(signs.failedRecipients.length > 0 ? 'failed-recipients' : 'text-transcript', recipients),
  };
}

function isWordedBounce(material: ReportMaterial): boolean {
  const { signs, words, returned, mail } = material;
  if (signs.failedRecipients.length > 0) return true;
  if (signs.answered) return false;
  const told = tellsOfFailure(words);
  const sentBack =
    returned !== null || mail.parts.some(({ contentType }) => contentType === 'message/rfc822');
  const marked = signs.nullReturnPath || signs.automatic || signs.subject || sentBack;
  if (signs.daemon === 'sure' || (signs.daemon === 'likely' && marked)) {
    return told || ((signs.subject || sentBack) && tellsReason(words)) || isSilentReturn(material);
  }
  if (signs.nullReturnPath && signs.subject) return told && (sentBack || namesRecipient(material));
  const machine = signs.unattended || (signs.subject && (signs.automatic || signs.reportType));
  return told && sentBack && machine;
}

/** In a language that no rule knows, a mail system that sends our mail back says enough by that. */
function isSilentReturn({ signs, returned, words }: ReportMaterial): boolean {
  return (
    signs.daemon === 'sure' &&
    (signs.nullReturnPath || signs.subject) &&
    returned?.messageId != null &&
    !tellsOfSuccess(words)
  );
}

function namesRecipient(material: ReportMaterial): boolean {
  return namedRecipients(material.lines, partiesOf(material)).length > 0;
}

function worded(material: ReportMaterial): JudgedRecipient[] {
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

function partiesOf({ mail, returned, signs }: ReportMaterial): Parties {
  const senders = [mail.from?.address, returned?.sender].filter((one) => typeof one === 'string');
  return {
    addressees: new Set([...addressesOf(signs.failedRecipients), ...(returned?.recipients ?? [])]),
    bystanders: new Set([...senders, ...mail.recipients]),
  };
}

function addressesOf(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).flatMap((value) => normalizedAddress(value) ?? []);
}

function distinct(judged: readonly JudgedRecipient[]): JudgedRecipient[] {
  return [...new Map(judged.toReversed().map((one) => [one.recipient.address, one])).values()].toReversed();
}

function rulesOf(form: string, judged: readonly JudgedRecipient[]): string[] {
  return [form, ...new Set(judged.map(({ rule }) => rule))];
}

function diagnosticOf(said: string): string | null {
  const line = said.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? null : line.slice(0, MAX_DIAGNOSTIC);
}
