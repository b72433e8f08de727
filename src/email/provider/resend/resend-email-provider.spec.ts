import { describe, expect, it } from '@jest/globals';

import { ResendEmailProvider } from './resend-email-provider.js';

const fromEmail = 'Ada <ada@acme.test>';

describe('ResendEmailProvider', () => {
  it('initialises with credentials', () => {
    const provider = new ResendEmailProvider({ apiKey: 're_123', fromEmail });

    expect(provider.isConfigured()).toBe(true);
    expect(provider.getName()).toBe('Resend');
    expect(provider.simulated).toBe(false);
  });

  it('counts on the memory of Resend for an hour less than the 24 it states', () => {
    const provider = new ResendEmailProvider({ apiKey: 're_123', fromEmail });

    expect(provider.dedupeWindowMs).toBe(23 * 60 * 60 * 1000);
  });

  it.each(['', '  '])('requires an API key, not %j', (apiKey) => {
    expect(() => new ResendEmailProvider({ apiKey, fromEmail })).toThrow('Resend needs an API key');
  });

  it.each(['', '  '])('requires a sender, not %j', (blank) => {
    expect(() => new ResendEmailProvider({ apiKey: 're_123', fromEmail: blank })).toThrow(
      'Resend needs a sender address',
    );
  });

  it.each(['re_secret\nkey', 're_secret€', 're_secret key'])(
    'refuses a broken key without quoting it',
    (apiKey) => {
      const create = () => new ResendEmailProvider({ apiKey, fromEmail });

      expect(create).toThrow('The Resend API key contains characters that no key has');
    },
  );
});
