import { describe, expect, it } from '@jest/globals';

import { FakeEmailProvider } from '../../../test/support/fake-email-provider.js';
import { DryRunEmailProvider } from './dry-run-email-provider.js';

describe('DryRunEmailProvider', () => {
  it('makes a fake id and calls nothing', async () => {
    const inner = new FakeEmailProvider();
    const provider = new DryRunEmailProvider(inner);

    const outcome = await provider.send();

    expect(outcome).toEqual({
      kind: 'accepted',
      messageId: expect.stringMatching(/^dry-run-[0-9a-f-]{36}$/),
    });
    expect(inner.calls).toEqual([]);
  });

  it.each([true, false])('is as configured as the provider behind it: %p', (configured) => {
    expect(new DryRunEmailProvider(new FakeEmailProvider({ configured })).isConfigured()).toBe(configured);
  });

  it('goes by the name and the memory of the provider behind it, but is simulated', () => {
    const inner = new FakeEmailProvider({ name: 'SMTP', dedupeWindowMs: 0 });

    const provider = new DryRunEmailProvider(inner);

    expect(provider.getName()).toBe('SMTP');
    expect(provider.dedupeWindowMs).toBe(0);
    expect(provider.simulated).toBe(true);
  });
});
