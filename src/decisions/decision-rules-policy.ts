import { rateOf, wilsonInterval } from './wilson.js';

/** Raised with every change of a rule or of its numbers, so that stored decisions tell which rules made them. */
export const RULE_VERSION = '1';

/** The gravest first: a campaign that several of them pause is paused by the first. */
export const RULES = [
  'COMPLAINT',
  'HARD_BOUNCE',
  'ACCOUNT_HARD_BOUNCE',
  'REPLY_RATE',
  'UNSUBSCRIBE',
] as const;
export type Rule = (typeof RULES)[number];

export const VERDICTS = ['CONTINUE', 'WARN', 'PAUSE'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** So many of so many; the second holds the first. */
export interface Share {
  readonly count: number;
  readonly total: number;
}

/** What the rules judge by: one campaign, in its window. */
export interface Evidence {
  /** Leads with an answer of a person, of those whose first mail is old enough to have been answered. */
  readonly answeredLeads: Share;
  /** Mails that came back for good, of those that were sent; likewise below. */
  readonly hardBounces: Share;
  /** The same over all campaigns together. */
  readonly accountHardBounces: Share;
  readonly complaints: Share;
  readonly unsubscribed: Share;
}

export interface RuleSettings {
  /** 0..1; a campaign whose reply rate is certainly lower is paused. */
  readonly replyRateThreshold: number;
  /** Leads that must have had time to answer before that rule says anything. */
  readonly minSendsToEvaluate: number;
}

/** What one rule says, and by which numbers. */
export interface Judgement {
  readonly rule: Rule;
  readonly verdict: Verdict;
  readonly numerator: number;
  readonly denominator: number;
  /** 0..1 */
  readonly rate: number;
  /** 95 % interval of the rate. */
  readonly low: number;
  readonly high: number;
  /** Of COMPLAINT a number of complaints, of the others a rate: where the gravest verdict of the rule begins. */
  readonly threshold: number;
  /** For people. */
  readonly reason: string;
}

/** Mails before a rate of bounces says anything: of 20 mails, one in three campaigns at a harmless 2 % shows 5 %. */
const MIN_MAILS = 50;
const HARD_BOUNCE_WARN = 0.03;
const HARD_BOUNCE_PAUSE = 0.05;
/** Before there are {@link MIN_MAILS}: a list so bad shows at once. */
const EARLY_HARD_BOUNCES = 5;

const ACCOUNT_MIN_MAILS = 200;
const ACCOUNT_HARD_BOUNCE_PAUSE = 0.04;

/**
 * Providers want less than 0.08 %, which one complaint passes until 1,250 mails: so complaints are counted. From 2,500
 * mails on, where a rate would mean something, 0.08 % is two complaints as well.
 */
const COMPLAINTS_PAUSE = 2;

const UNSUBSCRIBE_MIN_MAILS = 100;
const UNSUBSCRIBE_WARN = 0.03;

/** @returns one judgement for each rule, in the order of {@link RULES} */
export function judge(evidence: Evidence, settings: RuleSettings): Judgement[] {
  return RULES.map((rule) => JUDGES[rule](evidence, settings));
}

const JUDGES: Readonly<Record<Rule, (evidence: Evidence, settings: RuleSettings) => Judgement>> = {
  COMPLAINT: ({ complaints: share }) => {
    const verdict = share.count >= COMPLAINTS_PAUSE ? 'PAUSE' : share.count > 0 ? 'WARN' : 'CONTINUE';
    return judgement('COMPLAINT', verdict, share, COMPLAINTS_PAUSE, `${ofMails(share)} were marked as spam`);
  },

  HARD_BOUNCE: ({ hardBounces: share }) => {
    const reason = `${ofMails(share)} came back for good`;
    return judgement('HARD_BOUNCE', hardBounceVerdict(share), share, HARD_BOUNCE_PAUSE, reason);
  },

  ACCOUNT_HARD_BOUNCE: ({ accountHardBounces: share, hardBounces: own }) => {
    const isHigh = share.total >= ACCOUNT_MIN_MAILS && reaches(share, ACCOUNT_HARD_BOUNCE_PAUSE);
    const verdict = isHigh ? (own.count > 0 ? 'PAUSE' : 'WARN') : 'CONTINUE';
    const reason = `${ofMails(share)} of all campaigns came back for good, ${own.count} of them this campaign's`;
    return judgement('ACCOUNT_HARD_BOUNCE', verdict, share, ACCOUNT_HARD_BOUNCE_PAUSE, reason);
  },

  REPLY_RATE: ({ answeredLeads: share }, { replyRateThreshold, minSendsToEvaluate }) => {
    const isCertain =
      share.total >= minSendsToEvaluate && wilsonInterval(share.count, share.total).high < replyRateThreshold;
    const reason = `${share.count} of ${share.total} leads answered who had the time to`;
    return judgement('REPLY_RATE', isCertain ? 'PAUSE' : 'CONTINUE', share, replyRateThreshold, reason);
  },

  UNSUBSCRIBE: ({ unsubscribed: share }) => {
    const isHigh = share.total >= UNSUBSCRIBE_MIN_MAILS && reaches(share, UNSUBSCRIBE_WARN);
    const reason = `${ofMails(share)} made their reader unsubscribe`;
    return judgement('UNSUBSCRIBE', isHigh ? 'WARN' : 'CONTINUE', share, UNSUBSCRIBE_WARN, reason);
  },
};

function hardBounceVerdict(share: Share): Verdict {
  if (share.total < MIN_MAILS) return share.count >= EARLY_HARD_BOUNCES ? 'PAUSE' : 'CONTINUE';
  if (reaches(share, HARD_BOUNCE_PAUSE)) return 'PAUSE';
  return reaches(share, HARD_BOUNCE_WARN) ? 'WARN' : 'CONTINUE';
}

function reaches({ count, total }: Share, threshold: number): boolean {
  return rateOf(count, total) >= threshold;
}

function judgement(
  rule: Rule,
  verdict: Verdict,
  { count, total }: Share,
  threshold: number,
  finding: string,
): Judgement {
  const { low, high } = wilsonInterval(count, total);
  const rate = rateOf(count, total);
  return {
    rule,
    verdict,
    numerator: count,
    denominator: total,
    rate,
    low,
    high,
    threshold,
    reason: `${finding}: ${percent(rate)}, 95 % sure from ${percent(low)} to ${percent(high)}.`,
  };
}

function ofMails({ count, total }: Share): string {
  return `${count} of ${total} mails`;
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(2)} %`;
}
