import { type Interval, rateOf, wilsonInterval } from '../wilson.js';
import type { Counters } from './counters.js';

/** Shares, 0..1 and 0 of nothing, each with its 95 % interval. */
export interface Rates {
  /** Leads who answered, of those who were mailed. */
  readonly reply_rate: number;
  readonly reply_rate_interval: Interval;
  /** Answers that were positive, of all answers of people. */
  readonly positive_rate: number;
  readonly positive_rate_interval: Interval;
  /** Mails that came back for good, of all that were sent; likewise below. */
  readonly bounce_rate: number;
  readonly bounce_rate_interval: Interval;
  readonly complaint_rate: number;
  readonly complaint_rate_interval: Interval;
  readonly unsubscribe_rate: number;
  readonly unsubscribe_rate_interval: Interval;
}

export function ratesOf(counters: Counters): Rates {
  const { sent, replies, leads_mailed: mailed } = counters;
  return {
    reply_rate: rateOf(counters.leads_replied, mailed),
    reply_rate_interval: wilsonInterval(counters.leads_replied, mailed),
    positive_rate: rateOf(counters.positive, replies),
    positive_rate_interval: wilsonInterval(counters.positive, replies),
    bounce_rate: rateOf(counters.hard_bounces, sent),
    bounce_rate_interval: wilsonInterval(counters.hard_bounces, sent),
    complaint_rate: rateOf(counters.complaints, sent),
    complaint_rate_interval: wilsonInterval(counters.complaints, sent),
    unsubscribe_rate: rateOf(counters.unsubscribed, sent),
    unsubscribe_rate_interval: wilsonInterval(counters.unsubscribed, sent),
  };
}
