import { describe, expect, it } from '@jest/globals';
import { audit } from './audit.js';
import type { CampaignOutcome, Outcome, Way } from './outcome.js';
import { FATES, MISSING, type Fate } from './people.js';

const RULES = { from: 9, to: 17, daysBefore: [0, 3, 5] };
const MONDAY = '2026-03-02T10:00:00.000Z';
const THURSDAY = '2026-03-05T10:30:00.000Z';
const THURSDAY_AFTER = '2026-03-12T11:00:00.000Z';

function fateOf(name: string): Fate {
  const fate = FATES.find((other) => other.name === name);
  if (fate === undefined) throw new Error(`Nobody ${name}`);
  return fate;
}

/** Somebody in Berlin who does something about her first mail, if anything, and got mail at these times. */
function wayOf(fate: Fate, sentAt: readonly string[], fields: Partial<Way['enrolment']> = {}): Way {
  const { status, stopReason, leadStatus } = fate.ending;
  return {
    person: {
      email: 'ada@engines.example',
      firstName: 'Ada',
      lastName: 'Abel',
      timeZone: 'Europe/Berlin',
      fate,
      step: 1,
      afterHours: 1,
      wording: 0,
    },
    lead: { id: 1, status: leadStatus as Way['lead']['status'] },
    enrolment: { status, stop_reason: stopReason, stop_evidence: null, hold_code: null, ...fields },
    mails: sentAt.map((at, index) => ({
      id: index + 1,
      sequence_number: index + 1,
      status: 'SENT',
      sent_at: at,
    })),
  };
}

const interval = { low: 0, high: 1 };
const NOTHING: CampaignOutcome['metrics'] = {
  ...{ sent: 0, delivered: 0, replies: 0, positive: 0, negative: 0, unsubscribed: 0, out_of_office: 0 },
  ...{ hard_bounces: 0, soft_bounces: 0, complaints: 0, leads_mailed: 0, leads_replied: 0 },
  ...{ reply_rate: 0, positive_rate: 0, bounce_rate: 0, complaint_rate: 0, unsubscribe_rate: 0 },
  ...{ reply_rate_interval: interval, positive_rate_interval: interval, bounce_rate_interval: interval },
  ...{ complaint_rate_interval: interval, unsubscribe_rate_interval: interval },
};

const PAUSE: CampaignOutcome['decisions'][number] = {
  ...{ decided_at: '2026-03-02T12:00:00.000Z', rule: 'HARD_BOUNCE', verdict: 'PAUSE', applied: true },
  ...{ numerator: 1, denominator: 1, low: 0, high: 1, threshold: 0.05 },
};

interface Parts {
  silent?: Way;
  keen?: Way;
  missing?: Way;
  cap?: number;
  replies?: number;
  decisions?: CampaignOutcome['decisions'];
  pausedBy?: string;
  accepted?: number[];
  alerts?: readonly (readonly [id: string, type: string])[];
}

/** A story of three people in which all is well but for the parts given. */
function story(parts: Parts): Outcome {
  const ways = [
    parts.silent ?? wayOf(fateOf('says nothing'), [MONDAY, THURSDAY, THURSDAY_AFTER]),
    parts.keen ?? wayOf(fateOf('is interested'), [MONDAY]),
  ];
  const good: CampaignOutcome = {
    campaign: {
      ...{ name: 'Good', status: 'ACTIVE', max_emails_per_day: parts.cap ?? 2 },
      ...{ paused_by: null, pause_reason: null },
    },
    ways,
    metrics: { ...NOTHING, sent: 4, leads_mailed: 2, replies: parts.replies ?? 1, positive: 1 },
    decisions: [],
  };
  const bad: CampaignOutcome = {
    campaign: {
      ...{ name: 'Bad', status: 'PAUSED', max_emails_per_day: 1 },
      ...{ paused_by: parts.pausedBy ?? 'rule:HARD_BOUNCE', pause_reason: 'Bounces' },
    },
    ways: [parts.missing ?? wayOf(MISSING, [MONDAY])],
    metrics: { ...NOTHING, sent: 1, leads_mailed: 1, hard_bounces: 1 },
    decisions: parts.decisions ?? [PAUSE],
  };
  const alerts = parts.alerts ?? [
    ['1', 'reply.positive'],
    ['2', 'campaign.paused'],
  ];
  return {
    campaigns: [good, bad],
    inbound: new Map(),
    alerts: alerts.map(([id, type]) => ({ id, body: { type, timestamp: MONDAY, data: {} } })),
    accepted: parts.accepted ?? [1, 1, 1, 1, 1],
  };
}

function brokenBy(parts: Parts): string[] {
  return audit(story(parts), RULES).flatMap(({ what, deviations }) => (deviations.length > 0 ? [what] : []));
}

const TAKEN = 'Every mail that the provider took is one that the service sent, and was taken once';
const HOURS = 'No mail left outside the hours of its reader';
const EARLY = 'No step went early, or twice';
const CAP = 'No day had more mails than its cap';
const PESTERED = 'Nobody got mail after her answer, bounce, complaint or unsubscribe';
const AWAY = 'Nobody got mail while she was away';
const ENDING = 'Everybody ended as what she did asks for';
const METRICS = 'The metrics are what happened';
const PAUSED = 'One campaign was paused, by one decision, and sent nothing afterwards';
const ALERTS = 'The operator heard of each positive reply and of the pause, once';

describe('audit', () => {
  it('finds nothing where all is well', () => {
    expect(brokenBy({})).toEqual([]);
  });

  it.each<[string, Parts, string[]]>([
    ['a mail taken twice', { accepted: [1, 1, 1, 1, 2] }, [TAKEN]],
    ['a mail that nobody sent', { accepted: [1, 1, 1, 1, 1, 1] }, [TAKEN]],
    ['a mail at night', { keen: wayOf(fateOf('is interested'), ['2026-03-02T07:59:00Z']) }, [HOURS]],
    ['a mail at five', { keen: wayOf(fateOf('is interested'), ['2026-03-02T16:00:00Z']) }, [HOURS]],
    ['a mail on Sunday', { keen: wayOf(fateOf('is interested'), ['2026-03-01T12:00:00Z']) }, [HOURS]],
    [
      'a step a day early',
      { silent: wayOf(fateOf('says nothing'), [MONDAY, '2026-03-04T10:30:00Z', THURSDAY_AFTER]) },
      [EARLY],
    ],
    ['a cap passed by one', { cap: 1 }, [CAP]],
    [
      'a mail after her answer',
      { keen: wayOf(fateOf('is interested'), [MONDAY, THURSDAY]) },
      [TAKEN, PESTERED, METRICS],
    ],
    [
      'a mail to somebody who is away',
      { silent: wayOf(fateOf('is away, does not say until when'), [MONDAY, THURSDAY, THURSDAY_AFTER]) },
      [AWAY],
    ],
    [
      'a sequence that goes on',
      { keen: wayOf(fateOf('is interested'), [MONDAY], { status: 'ACTIVE', stop_reason: null }) },
      [ENDING],
    ],
    ['a reply not counted', { replies: 0 }, [METRICS]],
    ['a pause that no decision made', { decisions: [] }, [PAUSED]],
    ['a pause by two decisions', { decisions: [PAUSE, PAUSE] }, [PAUSED]],
    ['a pause by another rule', { pausedBy: 'ops' }, [PAUSED]],
    ['a mail after the pause', { missing: wayOf(MISSING, ['2026-03-02T12:30:00Z']) }, [PAUSED]],
    ['an alert that did not come', { alerts: [['2', 'campaign.paused']] }, [ALERTS]],
    [
      'an alert that came twice',
      {
        alerts: [
          ['1', 'reply.positive'],
          ['2', 'campaign.paused'],
          ['2', 'campaign.paused'],
        ],
      },
      [ALERTS],
    ],
  ])('sees %s', (_name, parts, broken) => {
    expect(brokenBy(parts)).toEqual(broken);
  });
});
