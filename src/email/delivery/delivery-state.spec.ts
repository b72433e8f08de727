import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DeliveryFact, type DeliveryState, withFact } from './delivery-state.js';

const SENT: DeliveryState = {
  status: 'SENT',
  error_code: null,
  error_message: null,
  bounced_at: null,
  delivered_at: null,
  opened_at: null,
  clicked_at: null,
  complained_at: null,
};

const at = (minute: number): Date => new Date(Date.UTC(2026, 2, 10, 12, minute));

const instants = fc.integer({ min: 0, max: 5 }).map(at);
const details = fc.option(fc.constantFrom('550 no such user', '550 unknown', 'quota'), { nil: null });
const facts: fc.Arbitrary<DeliveryFact> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('delivered', 'opened', 'clicked', 'complained'),
    occurredAt: instants,
  }),
  fc.record({
    kind: fc.constantFrom('bounced', 'suppressed', 'failed'),
    occurredAt: instants,
    detail: details,
  }),
);

const reduce = (told: readonly DeliveryFact[]): DeliveryState => told.reduce(withFact, SENT);

describe('withFact', () => {
  it('ends alike whatever the order of the facts, and however often each is told', () => {
    const sets = fc.array(facts, { maxLength: 7 }).chain((set) =>
      fc.record({
        set: fc.constant(set),
        told: fc
          .subarray(set)
          .chain((again) =>
            fc.shuffledSubarray([...set, ...again], { minLength: set.length + again.length }),
          ),
      }),
    );

    fc.assert(fc.property(sets, ({ set, told }) => expect(reduce(told)).toEqual(reduce(set))));
  });

  it.each([
    ['delivered', 'delivered_at'],
    ['opened', 'opened_at'],
    ['clicked', 'clicked_at'],
    ['complained', 'complained_at'],
  ] as const)('%s is a fact whose first instant stays', (kind, column) => {
    const state = reduce([3, 1, 2].map((minute) => ({ kind, occurredAt: at(minute) })));

    expect(state).toEqual({ ...SENT, [column]: at(1) });
  });

  it.each([
    [['failed'], 'FAILED', 'PROVIDER_FAILED'],
    [['suppressed'], 'BOUNCED', 'PROVIDER_SUPPRESSED'],
    [['bounced'], 'BOUNCED', 'HARD_BOUNCE'],
    [['suppressed', 'failed'], 'BOUNCED', 'PROVIDER_SUPPRESSED'],
    [['bounced', 'suppressed', 'failed'], 'BOUNCED', 'HARD_BOUNCE'],
  ] as const)('of the ends %s the strongest counts: %s, %s', (kinds, status, code) => {
    const state = reduce(kinds.map((kind) => ({ kind, occurredAt: at(1), detail: `says ${kind}` })));

    expect(state).toMatchObject({ status, error_code: code, error_message: `says ${kinds[0]}` });
  });

  it('dates a bounce by the first report of it, and mail that failed not at all', () => {
    const bounce = { kind: 'bounced', detail: null } as const;

    expect(
      reduce([
        { ...bounce, occurredAt: at(2) },
        { ...bounce, occurredAt: at(1) },
      ]),
    ).toMatchObject({ bounced_at: at(1) });
    expect(reduce([{ kind: 'failed', occurredAt: at(1), detail: null }])).toMatchObject({ bounced_at: null });
  });
});
