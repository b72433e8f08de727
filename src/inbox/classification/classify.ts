import type { ParsedMail } from '../reading/parsed-mail.js';
import { readAutomaticReply, readAutomaticText } from './automatic/read-automatic-reply.js';
import {
  type AutomaticReply,
  type Classification,
  NOTHING_SAID,
  type Report,
  REVIEW_BELOW,
  type Wording,
} from './classification.js';
import { readReport } from './reports/read-report.js';
import { readWording } from './wording/read-wording.js';

/**
 * What a mail is: structure first (reports of machines), then automatic replies, then the person's own words, because
 * the words of a machine mean nothing (its footer may say "unsubscribe").
 */
export function classify(mail: ParsedMail, visibleText: string): Classification {
  const report = readReport(mail);
  if (report !== null) return fromReport(report);
  const automatic = readAutomaticReply(mail, visibleText);
  if (automatic !== null) return fromAutomaticReply(automatic);
  return fromWording(readWording(visibleText, mail.subject));
}

/** Of a text that has no headers. */
export function classifyText(visibleText: string): Classification {
  const automatic = readAutomaticText(visibleText);
  return automatic === null ? fromWording(readWording(visibleText, '')) : fromAutomaticReply(automatic);
}

function fromReport(report: Report): Classification {
  const { kind, recipients, originalMessageId, feedbackType, confidence, rules } = report;
  const classes = { bounce: 'BOUNCE', delayed: 'BOUNCE', complaint: 'COMPLAINT', receipt: 'AUTO' } as const;
  return {
    ...NOTHING_SAID,
    class: classes[kind],
    confidence,
    reason: reasonOf(rules, null),
    needsReview: confidence < REVIEW_BELOW,
    delayed: kind === 'delayed',
    recipients,
    originalMessageId,
    feedbackType,
  };
}

function fromAutomaticReply(reply: AutomaticReply): Classification {
  const { kind, confidence, rules, evidence, returnDate, hasLeft } = reply;
  return {
    ...NOTHING_SAID,
    class: kind === 'absence' ? 'OOO' : 'AUTO',
    confidence,
    reason: reasonOf(rules, evidence),
    needsReview: confidence < REVIEW_BELOW,
    returnDate,
    hasLeft,
  };
}

function fromWording({ class: label, confidence, rules, evidence }: Wording): Classification {
  return {
    ...NOTHING_SAID,
    class: label,
    confidence,
    reason: reasonOf(rules, evidence),
    needsReview: confidence < REVIEW_BELOW,
  };
}

function reasonOf(rules: readonly string[], evidence: string | null): string {
  return [rules.join(', ') || 'no rule fired', ...(evidence === null ? [] : [`"${evidence}"`])].join(': ');
}
