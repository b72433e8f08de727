import fc from 'fast-check';
import type { SequencePlan } from '../../../src/sequences/sequence-plan.js';
import type { Weather } from './ledger-provider.js';

export type Plan = Omit<SequencePlan, 'id' | 'campaignId'>;

/** What happens, one after the other. Leads and campaigns are numbered from 0. */
export type Command =
  | { readonly kind: 'work'; readonly process: 0 | 1; readonly part: 'advance' | 'drain' | 'both' }
  /** Dies after so many moments of its database. */
  | {
      readonly kind: 'crash';
      readonly process: 0 | 1;
      readonly part: 'advance' | 'drain';
      readonly afterMoments: number;
    }
  /** A process stops before one of its calls of the database, and goes on when something has happened. */
  | {
      readonly kind: 'overtaken';
      readonly process: 0 | 1;
      readonly part: 'advance' | 'drain';
      readonly atCall: number;
      readonly by: Command;
    }
  /** Both processes at once, and perhaps somebody who stops a lead meanwhile. */
  | { readonly kind: 'together'; readonly reply: number | null }
  | { readonly kind: 'clock'; readonly minutes: number }
  /** To the moment that the service itself has named for its next look. */
  | { readonly kind: 'clock to next' }
  | { readonly kind: 'weather'; readonly weather: readonly Weather[] }
  | { readonly kind: 'reply'; readonly lead: number }
  | { readonly kind: 'positive'; readonly lead: number; readonly campaign: number }
  | { readonly kind: 'away'; readonly lead: number; readonly returnsInDays: number | null }
  | { readonly kind: 'pause' | 'resume'; readonly campaign: number }
  | { readonly kind: 'suppress' | 'lift'; readonly lead: number }
  | { readonly kind: 'put'; readonly campaign: number; readonly plan: Plan }
  | {
      readonly kind: 'operator';
      readonly deed: 'retry' | 'cancel' | 'resolve' | 'resend';
      readonly mail: number;
    }
  | { readonly kind: 'by hand'; readonly lead: number; readonly campaign: number; readonly step: number };

export interface Beginning {
  readonly at: string;
  /** Of the daily caps; the fallback of the windows too. */
  readonly timeZone: string;
  readonly dailyCap: number;
  readonly campaigns: readonly {
    readonly timeZone: string | null;
    readonly cap: number | null;
    readonly plan: Plan;
  }[];
  readonly leadTimeZones: readonly (string | null)[];
}

export const CAMPAIGNS = 2;
export const LEADS = 6;
export const MOST_STEPS = 4;

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'America/Santiago',
  'Africa/Cairo',
  'Australia/Lord_Howe',
  'UTC',
] as const;

/** Each a few days before the clocks of one of the zones change, or before the end of a month of note. */
const BEGINNINGS = [
  '2026-03-26T10:00:00Z',
  '2026-10-22T08:00:00Z',
  '2026-03-05T15:00:00Z',
  '2026-10-29T20:00:00Z',
  '2026-04-02T13:00:00Z',
  '2026-09-03T18:00:00Z',
  '2026-04-21T05:00:00Z',
  '2026-09-30T12:00:00Z',
  '2028-02-27T09:00:00Z',
  '2026-12-29T22:00:00Z',
] as const;

const WINDOWS = [
  null,
  { days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' },
  { days: [1, 2, 3, 4, 5, 6, 7], from: '02:00', to: '03:00' },
  { days: [6, 7], from: '00:00', to: '24:00' },
  { days: [1, 3, 7], from: '23:00', to: '24:00' },
  { days: [7], from: '01:30', to: '02:30' },
] as const;

const lead = fc.nat(LEADS - 1);
const campaign = fc.nat(CAMPAIGNS - 1);
const process = fc.constantFrom(0, 1);

const plan: fc.Arbitrary<Plan> = fc
  .record({
    steps: fc.array(
      fc.record({
        delayDays: fc.constantFrom(0, 0, 1, 2, 3, 7),
        businessDays: fc.boolean(),
        thread: fc.constantFrom('same', 'new'),
      }),
      { minLength: 1, maxLength: MOST_STEPS },
    ),
    window: fc.constantFrom(...WINDOWS),
    onPositive: fc.constantFrom('stop', 'next_step'),
  })
  .map(({ steps, ...others }) => ({
    ...others,
    steps: steps.map((step, index) => ({ ...step, templateType: `step-${index + 1}` })),
  }));

const weather: fc.Arbitrary<Weather> = fc.constantFrom(
  'accepted',
  'accepted',
  'accepted',
  'rejected',
  'deferred',
  'ambiguous',
  'unreachable',
  'lost',
  'caller dies',
);

const MINUTES_OF_DAY = 24 * 60;

/** What leads and people do, and the service must heed. */
const byOthers: fc.Arbitrary<Command> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reply'), lead }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('positive'), lead, campaign }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('away'),
      lead,
      returnsInDays: fc.option(fc.integer({ min: -3, max: 80 })),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('pause', 'resume'), campaign }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('suppress', 'lift'), lead }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('put'), campaign, plan }) },
);

export const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant('work'),
      process,
      part: fc.constantFrom('advance', 'drain', 'both', 'both', 'both'),
    }),
  },
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('clock to next') }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('clock'),
      minutes: fc.oneof(
        fc.constantFrom(1, 2, 61, MINUTES_OF_DAY, 7 * MINUTES_OF_DAY, 23 * 60, 24 * 60 + 1),
        fc.integer({ min: 1, max: 3 * MINUTES_OF_DAY }),
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('crash'),
      process,
      part: fc.constantFrom('advance', 'drain'),
      afterMoments: fc.nat(60),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('together'), reply: fc.option(lead, { freq: 1 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('weather'),
      weather: fc.array(weather, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 8, arbitrary: byOthers },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('overtaken'),
      process,
      part: fc.constantFrom('advance', 'drain'),
      atCall: fc.nat(8),
      by: byOthers,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('operator'),
      deed: fc.constantFrom('retry', 'cancel', 'resolve', 'resend'),
      mail: fc.nat(50),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('by hand'),
      lead,
      campaign,
      step: fc.integer({ min: 1, max: MOST_STEPS }),
    }),
  },
);

export const beginning: fc.Arbitrary<Beginning> = fc.record({
  at: fc.constantFrom(...BEGINNINGS),
  timeZone: fc.constantFrom(...ZONES),
  dailyCap: fc.constantFrom(0, 0, 3, 5),
  campaigns: fc.array(
    fc.record({
      timeZone: fc.option(fc.constantFrom(...ZONES)),
      cap: fc.option(fc.constantFrom(2, 3)),
      plan,
    }),
    { minLength: CAMPAIGNS, maxLength: CAMPAIGNS },
  ),
  leadTimeZones: fc.array(fc.option(fc.constantFrom(...ZONES), { freq: 3 }), {
    minLength: LEADS,
    maxLength: LEADS,
  }),
});
