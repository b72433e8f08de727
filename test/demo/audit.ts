import { endingOf } from './people.js';
import type { CampaignOutcome, Outcome, Way } from './outcome.js';

/** Something that must hold at the end. */
export interface Finding {
  readonly what: string;
  /** What does not fit; empty: it holds. */
  readonly deviations: readonly string[];
}

/** The rules of the story's campaigns, as far as mail can break them. */
export interface Rules {
  /** Local hours from which and until which mail may leave, Monday to Friday. */
  readonly from: number;
  readonly to: number;
  /** Days, at least, since the mail before, by step. */
  readonly daysBefore: readonly number[];
}

const DAY_MS = 86_400_000;

/** Holds what the service says against what the people did, against what the provider saw, and against itself. */
export function audit(outcome: Outcome, rules: Rules): Finding[] {
  const { campaigns, accepted } = outcome;
  const ways = campaigns.flatMap((campaign) => campaign.ways);
  const sent = ways.flatMap(sentMails);
  const paused = campaigns.filter(({ campaign }) => campaign.status === 'PAUSED');
  return [
    {
      what: 'Every mail that the provider took is one that the service sent, and was taken once',
      deviations: [
        ...(accepted.length === sent.length ? [] : [`${accepted.length} taken, ${sent.length} sent`]),
        ...accepted.filter((times) => times !== 1).map((times) => `one was taken ${times} times`),
      ],
    },
    {
      what: 'No mail left outside the hours of its reader',
      deviations: sent.filter(isOutside(rules)).map(told),
    },
    { what: 'No step went early, or twice', deviations: ways.filter(isHasty(rules)).map(nameOf) },
    { what: 'No day had more mails than its cap', deviations: campaigns.flatMap(crowdedDays) },
    {
      what: 'Nobody got mail after her answer, bounce, complaint or unsubscribe',
      deviations: ways.filter(isPestered).map(nameOf),
    },
    { what: 'Nobody got mail while she was away', deviations: ways.filter(isDisturbed).map(nameOf) },
    {
      what: 'Everybody ended as what she did asks for',
      deviations: campaigns
        .filter(({ campaign }) => campaign.status === 'ACTIVE')
        .flatMap((campaign) => campaign.ways.flatMap(wrongEnding)),
    },
    { what: 'The metrics are what happened', deviations: campaigns.flatMap(wrongMetrics) },
    {
      what: 'One campaign was paused, by one decision, and sent nothing afterwards',
      deviations: paused.length === 1 ? paused.flatMap(badPause) : [`${paused.length} are paused`],
    },
    {
      what: 'The operator heard of each positive reply and of the pause, once',
      deviations: wrongAlerts(outcome),
    },
  ];
}

/** Mails that the provider took. */
export function sentMails(way: Way): { readonly way: Way; readonly at: Date; readonly step: number }[] {
  return way.mails.flatMap(({ sent_at: at, sequence_number: step }) =>
    at === null ? [] : [{ way, step, at: new Date(at) }],
  );
}

type SentMail = ReturnType<typeof sentMails>[number];

function isOutside({ from, to }: Rules): (mail: SentMail) => boolean {
  return ({ way, at }) => {
    const [weekday = '', hour = ''] = new Intl.DateTimeFormat('en-GB', {
      timeZone: way.person.timeZone,
      weekday: 'short',
      hour: '2-digit',
      hourCycle: 'h23',
    })
      .format(at)
      .split(/, ?/);
    return ['Sat', 'Sun'].includes(weekday) || Number(hour) < from || Number(hour) >= to;
  };
}

function isHasty({ daysBefore }: Rules): (way: Way) => boolean {
  return (way) =>
    sentMails(way).some(({ at, step }, index, mails) => {
      const before = mails[index - 1];
      const days = before === undefined ? Infinity : (at.getTime() - before.at.getTime()) / DAY_MS;
      return step !== index + 1 || days < (daysBefore[index] ?? Infinity);
    });
}

function crowdedDays({ campaign, ways }: CampaignOutcome): string[] {
  const perDay = new Map<string, number>();
  for (const { at } of ways.flatMap(sentMails)) {
    const day = at.toISOString().slice(0, 10);
    perDay.set(day, (perDay.get(day) ?? 0) + 1);
  }
  const cap = campaign.max_emails_per_day ?? Infinity;
  return [...perDay].filter(([, mails]) => mails > cap).map(([day, mails]) => `${mails} on ${day}`);
}

/** Whoever reacts does so before the next step is due. */
function isPestered(way: Way): boolean {
  const { ending, lastStep } = endingOf(way.person);
  return ending.stopReason !== null && sentMails(way).length > lastStep;
}

/** The day of her return is told in days of UTC: in her zone it may begin most of a day earlier. */
function isDisturbed(way: Way): boolean {
  const { fate, step } = way.person;
  const mails = sentMails(way);
  const [answered, next] = [mails[step - 1], mails[step]];
  if (fate.daysAway === undefined || answered === undefined || next === undefined) return false;
  return next.at.getTime() - answered.at.getTime() < (fate.daysAway(way.person) - 1) * DAY_MS;
}

function wrongEnding(way: Way): string[] {
  const { status, stop_reason: stopReason } = way.enrolment;
  const { ending } = endingOf(way.person);
  const fits =
    status === ending.status && stopReason === ending.stopReason && way.lead.status === ending.leadStatus;
  return fits ? [] : [`${nameOf(way)} is ${status} ${stopReason ?? ''} and ${way.lead.status}`];
}

function wrongMetrics({ campaign, ways, metrics }: CampaignOutcome): string[] {
  const reacted = ways.filter((way) => sentMails(way).length >= endingOf(way.person).lastStep);
  const count = (kind: string): number => reacted.filter(({ person }) => person.fate.counts === kind).length;
  const expected = {
    sent: ways.flatMap(sentMails).length,
    leads_mailed: ways.filter((way) => sentMails(way).length > 0).length,
    replies: count('positive') + count('negative') + count('neutral') + count('unsubscribe by mail'),
    positive: count('positive'),
    negative: count('negative'),
    unsubscribed: count('unsubscribe') + count('unsubscribe by mail'),
    hard_bounces: count('hard bounce'),
    soft_bounces: count('soft bounce'),
    complaints: count('complaint'),
  };
  return Object.entries(expected)
    .filter(([name, value]) => metrics[name as keyof typeof expected] !== value)
    .map(
      ([name, value]) =>
        `${campaign.name}: ${name} is ${metrics[name as keyof typeof expected]}, not ${value}`,
    );
}

function badPause({ ways, decisions, campaign }: CampaignOutcome): string[] {
  const applied = decisions.filter((decision) => decision.applied);
  const [pause] = applied;
  if (pause === undefined || applied.length > 1) return [`${applied.length} decisions have paused it`];
  const late = ways.flatMap(sentMails).filter(({ at }) => at > new Date(pause.decided_at));
  const isNamed = campaign.paused_by === `rule:${pause.rule}`;
  return [...late.map(told), ...(isNamed ? [] : [`It was paused by ${campaign.paused_by}`])];
}

function wrongAlerts({ campaigns, alerts }: Outcome): string[] {
  const positive = campaigns.reduce((sum, { metrics }) => sum + metrics.positive, 0);
  const expected = { 'reply.positive': positive, 'campaign.paused': 1 };
  const ids = new Set(alerts.map(({ id }) => id));
  return [
    ...(ids.size === alerts.length ? [] : ['One came twice']),
    ...Object.entries(expected).flatMap(([type, times]) => {
      const heard = alerts.filter(({ body }) => body.type === type).length;
      return heard === times ? [] : [`${heard} of ${type}, not ${times}`];
    }),
  ];
}

function told({ way, at, step }: SentMail): string {
  return `${nameOf(way)}, step ${step}, at ${at.toISOString()}`;
}

function nameOf({ person }: Way): string {
  return person.email;
}
