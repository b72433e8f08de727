import type { LeadExplanationView } from '../../src/follow-ups/explain/explain.dto.js';
import type { OnWire } from '../support/app.js';
import { type Finding, sentMails } from './audit.js';
import type { CampaignOutcome, Outcome, Way } from './outcome.js';
import { BAD_LIST, FATES } from './people.js';
import { table } from './table.js';

type Decision = CampaignOutcome['decisions'][number];

const CAST = [...BAD_LIST, ...FATES];
const WIDEST = 80;
const STEPS = [1, 2, 3];

/** The story in tables. */
export function reportOf(outcome: Outcome): string {
  return [
    section('What was sent when', whenSent(outcome)),
    ...outcome.campaigns.map((campaign) =>
      section(
        `What the people of "${campaign.campaign.name}" did, and what it did to them`,
        whoStopped(campaign, outcome),
      ),
    ),
    section('Out of office: who was waited for', whoWasAway(outcome)),
    section('What the rules said, whenever they changed their mind', decided(outcome)),
    section('Metrics', metrics(outcome)),
    section('What the operator was told', alerts(outcome)),
  ].join('\n');
}

export function section(title: string, text: string): string {
  return `\n== ${title}\n\n${text}\n`;
}

export function findingsOf(findings: readonly Finding[]): string {
  return findings
    .map(({ what, deviations }) =>
      [
        `  ${deviations.length === 0 ? 'yes' : 'NO '}  ${what}`,
        ...deviations.slice(0, 5).map((text) => `         ${text}`),
      ].join('\n'),
    )
    .join('\n');
}

function whenSent({ campaigns }: Outcome): string {
  const columns = campaigns.flatMap(({ campaign, ways }) =>
    STEPS.map((step) => ({
      title: `${campaign.name} ${step}`,
      days: ways.flatMap(sentMails).flatMap((mail) => (mail.step === step ? [dayOf(mail.at)] : [])),
    })),
  );
  const used = columns.filter(({ days }) => days.length > 0);
  const days = [...new Set(used.flatMap((column) => column.days))].toSorted();
  return table(
    ['day (UTC)', ...used.map(({ title }) => title)],
    [
      ...days.map((day) => [
        `${weekdayOf(day)} ${day}`,
        ...used.map((column) => column.days.filter((other) => other === day).length || ''),
      ]),
      ['all', ...used.map((column) => column.days.length)],
    ],
  );
}

function whoStopped({ ways }: CampaignOutcome, { inbound }: Outcome): string {
  const groups = grouped(ways, ({ person, enrolment, lead }) =>
    [
      person.fate.name,
      enrolment.status,
      enrolment.stop_reason ?? enrolment.hold_code ?? '',
      lead.status,
    ].join('|'),
  );
  return table(
    ['she', 'people', 'mails', 'her sequence', 'why', 'lead', 'evidence, of one of them'],
    [...groups].toSorted(byFate).map(([key, group]) => {
      const [did = '', status = '', reason = '', lead = ''] = key.split('|');
      const told = group.find(({ enrolment }) => enrolment.stop_evidence !== null);
      const evidence = told?.enrolment.stop_evidence ?? '';
      const mail = inbound.get(evidence);
      const read = mail === undefined ? '' : ` ${mail.classification} (${mail.classification_reason})`;
      const mails = group.flatMap(sentMails).length;
      return [did, group.length, mails, status, reason, lead, cut(evidence + read)];
    }),
  );
}

function whoWasAway({ campaigns, inbound }: Outcome): string {
  const absences = [...inbound.values()].filter(({ classification }) => classification === 'OOO');
  const ways = new Map<number, Way>(
    campaigns.flatMap(({ ways: all }) => all.map((way) => [way.lead.id, way] as const)),
  );
  const rows = absences.toReversed().map(({ lead_id: leadId, received_at: at }) => {
    const way = ways.get(leadId ?? 0);
    const next = way === undefined ? undefined : sentMails(way).find((mail) => mail.at > new Date(at));
    return [
      way?.person.email ?? '',
      minuteOf(at),
      next === undefined
        ? `none: ${way?.enrolment.stop_reason ?? ''}`
        : `${minuteOf(next.at)}, step ${next.step}`,
    ];
  });
  return table(['lead', 'her automatic reply', 'her next mail'], rows.slice(0, 8));
}

function decided({ campaigns }: Outcome): string {
  const rows = campaigns.flatMap(({ campaign, decisions }) =>
    decisions
      .filter((decision, index) => isNews(decision, decisions.slice(0, index)))
      .map((decision) => [
        minuteOf(decision.decided_at),
        campaign.name,
        decision.rule,
        decision.applied ? `${decision.verdict}, applied` : decision.verdict,
        `${decision.numerator} of ${decision.denominator}`,
        `${percent(decision.low)} .. ${percent(decision.high)}`,
        decision.threshold,
      ]),
  );
  const states = campaigns.map(({ campaign }) => {
    const by = campaign.status === 'PAUSED' ? ` by ${campaign.paused_by}: ${campaign.pause_reason}` : '';
    return `  ${campaign.name} is ${campaign.status}${by}`;
  });
  const head = ['decided', 'campaign', 'rule', 'verdict', 'evidence', '95 % interval', 'threshold'];
  return [table(head, rows), '', ...states].join('\n');
}

/** A rule says the same again and again while its numbers change. */
function isNews({ rule, verdict, applied }: Decision, before: readonly Decision[]): boolean {
  const last = before.findLast((other) => other.rule === rule);
  return verdict !== (last?.verdict ?? 'CONTINUE') || (applied && last?.applied !== true);
}

function metrics({ campaigns }: Outcome): string {
  const counts = [
    'sent',
    'delivered',
    'leads_mailed',
    'leads_replied',
    'replies',
    'positive',
    'negative',
    'out_of_office',
    'unsubscribed',
    'complaints',
    'hard_bounces',
    'soft_bounces',
  ] as const;
  const rates = ['reply_rate', 'positive_rate', 'bounce_rate'] as const;
  return table(
    ['', ...campaigns.map(({ campaign }) => campaign.name)],
    [
      ...counts.map((name) => [name, ...campaigns.map((campaign) => campaign.metrics[name])]),
      ...rates.map((name) => [
        name,
        ...campaigns.map((campaign) => {
          const { low, high } = campaign.metrics[`${name}_interval`];
          return `${percent(campaign.metrics[name])} (${percent(low)} .. ${percent(high)})`;
        }),
      ]),
    ],
  );
}

/** The answer of `GET leads/:id/explain`. */
export function explanationOf({ lead_id: id, campaigns }: OnWire<LeadExplanationView>): string {
  const rows = campaigns.flatMap(({ campaign_id: campaign, reasons, next_possible_at: nextAt, enrolment }) =>
    reasons.map(({ code, detail, until, evidence }) => [
      `campaign ${campaign}, step ${enrolment?.next_step ?? ''}`,
      code,
      detail,
      until === null ? '' : minuteOf(until),
      evidence ?? '',
      nextAt === null ? 'when a person acts' : minuteOf(nextAt),
    ]),
  );
  return section(
    `Why does lead ${id} get no mail? (GET leads/${id}/explain)`,
    table(['mail', 'code', 'reason', 'until', 'evidence', 'it goes'], rows),
  );
}

function alerts({ alerts: told }: Outcome): string {
  const byType = grouped(told, ({ body }) => body.type);
  return table(
    ['alert', 'times', 'the first one'],
    [...byType].map(([type, group]) => [type, group.length, cut(JSON.stringify(group[0]?.body.data))]),
  );
}

/** In the order of the cast. */
function byFate(
  [, one]: readonly [string, readonly Way[]],
  [, other]: readonly [string, readonly Way[]],
): number {
  const placeOf = (ways: readonly Way[]): number =>
    CAST.findIndex(({ name }) => name === ways[0]?.person.fate.name);
  return placeOf(one) - placeOf(other);
}

function cut(text: string): string {
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function weekdayOf(day: string): string {
  return new Date(day).toLocaleDateString('en-GB', { weekday: 'short', timeZone: 'UTC' });
}

function minuteOf(at: Date | string): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(1)} %`;
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
