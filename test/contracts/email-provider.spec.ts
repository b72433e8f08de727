import { DryRunEmailProvider } from '../../src/email/provider/dry-run-email-provider.js';
import { NoOpEmailProvider } from '../../src/email/provider/noop/noop-email-provider.js';
import { ResendEmailProvider } from '../../src/email/provider/resend/resend-email-provider.js';
import { FakeEmailProvider } from '../support/fake-email-provider.js';
import { FakeResend } from '../support/fake-resend/fake-resend.mjs';
import { describeEmailProviderContract, type EmailProviderHarness, MAIL } from './email-provider.contract.js';

async function makeResendHarness(): Promise<EmailProviderHarness> {
  const fake = await FakeResend.start();
  return {
    provider: new ResendEmailProvider({ apiKey: 're_123', fromEmail: MAIL.from, baseUrl: fake.baseUrl }),
    delivered: (sendKey) => fake.history.accepted.get(`cam-${sendKey}`)?.count ?? 0,
    hangNext: () => fake.setMode('accept-then-hang', { times: 1 }),
    close: () => fake.stop(),
  };
}

function makeFakeHarness(dedupeWindowMs?: number): Promise<EmailProviderHarness> {
  const provider = new FakeEmailProvider(dedupeWindowMs === undefined ? {} : { dedupeWindowMs });
  return Promise.resolve({
    provider,
    delivered: (sendKey) => provider.accepted.filter((mail) => mail.sendKey === sendKey).length,
    hangNext: () => provider.hangNext(),
    close: () => Promise.resolve(),
  });
}

async function makeDryRunHarness(): Promise<EmailProviderHarness> {
  const inner = await makeResendHarness();
  return {
    provider: new DryRunEmailProvider(inner.provider),
    delivered: (sendKey) => inner.delivered(sendKey),
    close: () => inner.close(),
  };
}

describeEmailProviderContract('Resend', makeResendHarness);
describeEmailProviderContract('Dry run of Resend', makeDryRunHarness);
describeEmailProviderContract('NoOp', () =>
  Promise.resolve({
    provider: new NoOpEmailProvider(),
    delivered: () => 0,
    close: () => Promise.resolve(),
  }),
);
describeEmailProviderContract('The fake of the tests', () => makeFakeHarness());
describeEmailProviderContract('The fake of the tests without a memory', () => makeFakeHarness(0));
