/** What is counted of a campaign, over all its time or a part of it. */
export interface Counters {
  /** Mails that a provider accepted. */
  sent: number;
  delivered: number;
  /** Mails that came back for good, or that the provider kept back because their address had done so before. */
  hard_bounces: number;
  /** Mails of which at least one report says that they came back for the time being. */
  soft_bounces: number;
  complaints: number;
  /** Leads that a mail of this campaign made unsubscribe, each once, in the hour of the first such mail. */
  unsubscribed: number;
  /** Mails that people wrote: no out-of-office, no bounce. */
  replies: number;
  positive: number;
  negative: number;
  out_of_office: number;
  /** Leads, each in the hour of its first mail. */
  leads_mailed: number;
  /** Those of them who answered. */
  leads_replied: number;
}

export const COUNTERS = [
  'sent',
  'delivered',
  'hard_bounces',
  'soft_bounces',
  'complaints',
  'unsubscribed',
  'replies',
  'positive',
  'negative',
  'out_of_office',
  'leads_mailed',
  'leads_replied',
] as const satisfies readonly (keyof Counters)[];
