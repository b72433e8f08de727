import { describe, expect, it } from '@jest/globals';
import { type Allowlist, findStop as findStopOf, type Recipient, type Stop } from './recipient-policy.js';

const ours = { allows: (address: string) => address.endsWith('@ours.example') };

function findStop(
  recipient: Omit<Recipient, 'suppressed'> & Partial<Recipient>,
  allowlist: Allowlist | null,
): Stop | null {
  return findStopOf({ suppressed: false, ...recipient }, allowlist);
}

describe('findStop', () => {
  it('keeps mail from an address that is suppressed, whatever the lead', () => {
    const stop = findStop({ address: 'ada@ours.example', leadStatus: 'QUALIFIED', suppressed: true }, null);

    expect(stop?.code).toBe('SUPPRESSED');
  });

  it('lets an address through that the allowlist allows', () => {
    expect(findStop({ address: 'ada@ours.example', leadStatus: 'NEW' }, ours)).toBeNull();
  });

  it('keeps a mail in whose address the allowlist does not allow', () => {
    const stop = findStop({ address: 'ada@stranger.example', leadStatus: 'NEW' }, ours);

    expect(stop?.code).toBe('NOT_ON_ALLOWLIST');
  });

  it('lets every address through when there is no allowlist', () => {
    expect(findStop({ address: 'ada@stranger.example', leadStatus: 'CONTACTED' }, null)).toBeNull();
  });

  it.each(['SUPPRESSED', 'UNSUBSCRIBED', 'BOUNCED'] as const)(
    'keeps mail from a lead who is %s',
    (leadStatus) => {
      expect(findStop({ address: 'ada@ours.example', leadStatus }, ours)?.code).toBe(leadStatus);
    },
  );

  it.each(['NEW', 'CONTACTED', 'QUALIFIED'] as const)('mails a lead who is %s', (leadStatus) => {
    expect(findStop({ address: 'ada@ours.example', leadStatus }, ours)).toBeNull();
  });
});
