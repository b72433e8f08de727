import type { Report } from '../classification.js';
import { bounceVerdict } from './bounce-kind.js';
import { type RecipientStatus, recipientStatusesIn } from './delivery-status.js';
import { enhancedStatusIn } from './enhanced-status.js';
import { diagnosticOf, distinct, type JudgedRecipient, rulesOf, waiting } from './judged-recipient.js';
import { originalMessageId, type ReportMaterial } from './report-material.js';
import { tellsOfDelay } from './report-phrases.js';
import { type NamedRecipient, namedRecipients } from './text-recipients.js';
import { partiesOf, wordedRecipients } from './worded-recipients.js';

/** More recipients than these are not read from one report; mails of ours have one. */
const MAX_RECIPIENTS = 50;
const STATUS_FIELD =
  /^(?:final-recipient|original-recipient|action|status|diagnostic-code|\w{4,9}-mta)[ \t]{0,4}:/i;
const OUTCOME_FIELDS = /^(?:action|status)[ \t]{0,4}:/im;
const STATUS_FIELDS = /^(?:final|original)-recipient[ \t]{0,4}:/im;

/** A report of RFC 3464, also where the part is not labelled so but its fields stand in the text; null: this is none. */
export function readDeliveryReport(material: ReportMaterial): Report | null {
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
  const recipients = judged.length > 0 ? judged : wordedRecipients(material);
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

/** The name that our mail was sent to, where the report has several for one recipient. */
function sentTo({ address, aliases }: RecipientStatus, { returned }: ReportMaterial): string | null {
  return aliases.find((alias) => returned?.recipients.includes(alias) === true) ?? address;
}
