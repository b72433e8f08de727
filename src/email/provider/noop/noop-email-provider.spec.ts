import { describe, expect, it } from '@jest/globals';

import { NoOpEmailProvider } from './noop-email-provider.js';

describe('NoOpEmailProvider', () => {
  const provider = new NoOpEmailProvider();

  it('is always configured', () => {
    expect(provider.isConfigured()).toBe(true);
  });

  it('says what it is', () => {
    expect(provider.getName()).toBe('NoOp');
    expect(provider.simulated).toBe(true);
  });

  it('always succeeds', async () => {
    await expect(provider.send()).resolves.toEqual({
      kind: 'accepted',
      messageId: expect.stringMatching(/^noop-[0-9a-f-]{36}$/),
    });
  });
});
