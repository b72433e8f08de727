import { describe, expect, it } from '@jest/globals';
import { configOf } from '../../../test/support/config.js';
import { RecipientAllowlist } from '../../config/recipient-allowlist.js';
import { SendingConfig } from '../../config/sending.config.js';
import type { SuppressionsService } from '../../suppressions/suppressions.service.js';
import { RecipientBlockers, type RecipientGroup } from './recipient-blockers.service.js';

interface World {
  readonly suppressed?: readonly string[];
  readonly allowlist?: string;
}

function blockersOf({ suppressed = [], allowlist }: World): RecipientBlockers {
  const suppressions = {
    hasInForce: async () => suppressed.length > 0,
    findSuppressed: async (addresses: readonly string[]) =>
      new Set(addresses.filter((address) => suppressed.includes(address))),
  };
  return new RecipientBlockers(
    suppressions as unknown as SuppressionsService,
    configOf(SendingConfig, {
      allowlist: allowlist === undefined ? null : new RecipientAllowlist(allowlist),
    }),
  );
}

/** `SUPPRESSED 2` and the like. */
async function counted(world: World, groups: readonly RecipientGroup[]): Promise<string[]> {
  const found = await blockersOf(world).count(groups);
  return found.map(({ reason, count }) => `${reason.code} ${count}`);
}

const addresses = (count: number): string[] => Array.from({ length: count }, (_, n) => `lead-${n}@lead.test`);

describe('RecipientBlockers', () => {
  it.each([
    ['nothing depends on one', {}, false],
    ['somebody is suppressed', { suppressed: ['ada@lead.test'] }, true],
    ['there is an allowlist', { allowlist: '@lead' }, true],
  ])('asks for addresses when it must: %s', async (_, world: World, wanted) => {
    expect((await blockersOf(world).addressesWanted()) > 0).toBe(wanted);
  });

  it('counts by status alone when nothing depends on an address', async () => {
    const groups: RecipientGroup[] = [
      { leadStatus: 'NEW', count: 5, addresses: [] },
      { leadStatus: 'BOUNCED', count: 2, addresses: [] },
      { leadStatus: 'BOUNCED', count: 1, addresses: [] },
    ];

    expect(await counted({}, groups)).toEqual(['BOUNCED 3']);
  });

  it('counts each person for each of her reasons, however many they are', async () => {
    const world = { suppressed: ['lead-0@lead.test', 'lead-5999@lead.test'], allowlist: '-(5999|17)@' };
    const groups: RecipientGroup[] = [
      { leadStatus: 'UNSUBSCRIBED', count: 6_000, addresses: addresses(6_000) },
    ];

    expect((await counted(world, groups)).toSorted()).toEqual([
      'NOT_ON_ALLOWLIST 5998',
      'SUPPRESSED 2',
      'UNSUBSCRIBED 6000',
    ]);
  });

  it('says so when there are more than it has looked at', async () => {
    const world = { suppressed: ['lead-1@lead.test'] };

    const some = await blockersOf(world).count([{ leadStatus: 'NEW', count: 9, addresses: addresses(2) }]);
    const all = await blockersOf(world).count([{ leadStatus: 'NEW', count: 2, addresses: addresses(2) }]);

    expect(some).toMatchObject([
      {
        count: 1,
        reason: { detail: 'The address is suppressed. Counted among 2 addresses; there are more.' },
      },
    ]);
    expect(all).toMatchObject([{ count: 1, reason: { detail: 'The address is suppressed.' } }]);
  });
});
