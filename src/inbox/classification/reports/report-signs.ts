import type { ParsedMail } from '../../reading/parsed-mail.js';
import { isReportSubject } from './report-subject.js';

/** What in a mail's structure tells that a machine reports with it. */
export interface ReportSigns {
  /** `multipart/report`, or a part that only reports have. */
  readonly reportType: boolean;
  /** From a mail system: `sure` of an address that no person has, `likely` of one that a person may write from. */
  readonly daemon: 'sure' | 'likely' | null;
  /** From an address that nobody reads. */
  readonly unattended: boolean;
  /** Null return path (RFC 5321, 4.5.5), or a mail system's. */
  readonly nullReturnPath: boolean;
  /** Exim, Gmail: who failed, in a header of its own. */
  readonly failedRecipients: readonly string[];
  /** RFC 3834. */
  readonly automatic: boolean;
  /** The subject is one of those that mail systems give their reports. */
  readonly subject: boolean;
  /** Lower case, cut at {@link MAX_SUBJECT}. */
  readonly subjectText: string;
  /** Answers or forwards: written by a person. */
  readonly answered: boolean;
}

const DAEMON_LOCAL_PART =
  /(?:^|[-_.+])(?:mailer[-_.]?(?:d(?:a?e|ae)mon)|mail[-_.]?daemon|mailerdaemon|mdaemon|[a-z]{0,20}-?daemon|microsoftexchange[\da-z]{0,40}|bounces?[-_.]?daemon|mmsadmin)(?:[+=-].{0,200})?$/i;
const OPERATOR_LOCAL_PART =
  /^(?:post[-_.]?master|mail[-_.]?(?:system|delivery|deliverer|server|admin|subsystem|sweeper|marshal|er)|mailsystem|bounces?|bounce[-_.]?notifications?|delivery[-_.]?(?:notification|status)s?|undeliver(?:able|ed)|smtpd?|system|administrator)(?:[+=-].{0,200})?$/i;
const UNATTENDED =
  /^(?:[a-z\d]{0,20}[-_.])?(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|notif(?:y|ications?)|auto(?:mailer|mated|reply|responder)|mail-?system)(?:[-_.+][a-z\d._-]{0,40})?@/i;
const DAEMON_NAME = /(?:mail(?:er)?[- ]?d(?:a?e|ae)mon|mail delivery (?:sub)?system|delivery subsystem)/i;
const OPERATOR_NAME =
  /(?:mail delivery|delivery system|postmaster|post master|system administrator|systemadministrator|internet mail (?:delivery|service)|mail administrator|mailmarshal|microsoft outlook|exchange administrator|mail system|bounce notification|undeliver|メール配信|administrateur syst|administrador del sistema)/i;
/** A subject is not read beyond this. */
const MAX_SUBJECT = 500;
const ANSWERED = /^\s{0,5}(?:re|aw|sv|fwd?|wg|tr|rv|enc|antw|odp|vs|r|i)\s{0,2}(?:\[\d{1,3}\])?\s{0,2}:/i;

export function reportSigns(mail: ParsedMail): ReportSigns {
  const all = (name: string): string[] =>
    mail.headers.filter((header) => header.name === name).map(({ value }) => value.trim());
  const returnPath = all('return-path')[0];
  const automatic = all('auto-submitted')[0];
  const subject = mail.subject.slice(0, MAX_SUBJECT).toLowerCase();
  return {
    reportType:
      mail.contentType === 'multipart/report' ||
      mail.parts.some(({ contentType }) => isReportPart(contentType)),
    daemon: daemonOf(mail, all('from')[0] ?? ''),
    unattended: UNATTENDED.test(mail.from?.address ?? ''),
    nullReturnPath: returnPath !== undefined && isNullPath(returnPath),
    failedRecipients: all('x-failed-recipients'),
    automatic: automatic !== undefined && !/^no\b/i.test(automatic),
    subject: isReportSubject(subject),
    subjectText: subject,
    answered: ANSWERED.test(subject),
  };
}

export function isReportPart(contentType: string): boolean {
  return /^message\/(?:global-)?(?:delivery-status|disposition-notification|feedback-report)$/.test(
    contentType,
  );
}

function daemonOf({ from }: ParsedMail, header: string): ReportSigns['daemon'] {
  const address = from?.address ?? header.toLowerCase().trim();
  const localPart = address.split('@', 1)[0] ?? '';
  const name = from?.name ?? '';
  if (/<\s*>/.test(header) || DAEMON_LOCAL_PART.test(localPart) || DAEMON_NAME.test(name)) return 'sure';
  return OPERATOR_LOCAL_PART.test(localPart) || OPERATOR_NAME.test(name) ? 'likely' : null;
}

function isNullPath(returnPath: string): boolean {
  return /^<?\s*>?$/.test(returnPath) || /^<?"?mailer-daemon\b/i.test(returnPath);
}
