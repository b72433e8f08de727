import { DryRunEmailProvider } from '../../src/email/provider/dry-run-email-provider.js';
import { NoOpEmailProvider } from '../../src/email/provider/noop/noop-email-provider.js';
import { ResendEmailProvider } from '../../src/email/provider/resend/resend-email-provider.js';
import { SmtpEmailProvider } from '../../src/email/provider/smtp/smtp-email-provider.js';
import { FakeEmailProvider } from '../support/fake-email-provider.js';
import { FakeResend } from '../support/fake-resend/fake-resend.mjs';
import { FakeSmtp } from '../support/fake-smtp/fake-smtp.js';
import { describeEmailProviderContract, type EmailProviderHarness, MAIL } from './email-provider.contract.js';

const RESEND_KEY = 're_Zq7XwVu2_kPtN9yRmJ4sHgLcB';

async function makeResendHarness(): Promise<EmailProviderHarness> {
  const fake = await FakeResend.start();
  const settings = { apiKey: RESEND_KEY, fromEmail: MAIL.from, baseUrl: fake.baseUrl };
  return {
    provider: new ResendEmailProvider(settings),
    remake: () => new ResendEmailProvider({ ...settings, fromEmail: 'other@sender.test' }),
    others: [
      new ResendEmailProvider({ ...settings, apiKey: `${RESEND_KEY}2` }),
      new ResendEmailProvider({ ...settings, baseUrl: `${fake.baseUrl}/eu` }),
      new ResendEmailProvider({ apiKey: RESEND_KEY, fromEmail: MAIL.from }),
    ],
    secrets: [RESEND_KEY],
    delivered: (sendKey) => fake.history.accepted.get(`cam-${sendKey}`)?.count ?? 0,
    hangNext: () => fake.setMode('accept-then-hang', { times: 1 }),
    close: () => fake.stop(),
  };
}

async function makeSmtpHarness(): Promise<EmailProviderHarness> {
  const login = { user: 'cam-user', password: 'Zq7XwVu2_kPtN9yRmJ4sHgLcB' };
  const fake = await FakeSmtp.start({ login });
  const server = { host: '127.0.0.1', port: fake.port, tls: 'none', login } as const;
  return {
    provider: new SmtpEmailProvider(server),
    remake: () => new SmtpEmailProvider({ ...server, login: { ...login, password: 'another' } }),
    others: [
      new SmtpEmailProvider({ ...server, port: 25 }),
      new SmtpEmailProvider({ ...server, host: 'localhost' }),
      new SmtpEmailProvider({ ...server, login: { ...login, user: 'other' } }),
      new SmtpEmailProvider({ ...server, login: null }),
    ],
    namesTheMail: true,
    secrets: [login.user, login.password],
    delivered: (sendKey) => fake.mails.filter(({ message }) => message.includes(`<${sendKey}@`)).length,
    hangNext: () => fake.failNext('message', { do: 'hang', accept: true }),
    close: () => fake.stop(),
  };
}

function makeFakeHarness(dedupeWindowMs?: number): Promise<EmailProviderHarness> {
  const options = dedupeWindowMs === undefined ? {} : { dedupeWindowMs };
  const provider = new FakeEmailProvider(options);
  return Promise.resolve({
    provider,
    remake: () => new FakeEmailProvider(options),
    others: [new FakeEmailProvider({ ...options, accountFingerprint: 'other' })],
    secrets: [],
    delivered: (sendKey) => provider.accepted.filter((mail) => mail.sendKey === sendKey).length,
    hangNext: () => provider.hangNext(),
    close: () => Promise.resolve(),
  });
}

/** A dry run is made under the account that it stands for: mail of it never mixes with live mail, being simulated. */
async function makeDryRunHarness(): Promise<EmailProviderHarness> {
  const { hangNext: _, ...inner } = await makeResendHarness();
  return {
    ...inner,
    provider: new DryRunEmailProvider(inner.provider),
    remake: () => new DryRunEmailProvider(inner.remake()),
  };
}

describeEmailProviderContract('Resend', makeResendHarness);
describeEmailProviderContract('Dry run of Resend', makeDryRunHarness);
describeEmailProviderContract('SMTP', makeSmtpHarness);
describeEmailProviderContract('NoOp', () =>
  Promise.resolve({
    provider: new NoOpEmailProvider(),
    remake: () => new NoOpEmailProvider(),
    others: [],
    secrets: [],
    delivered: () => 0,
    close: () => Promise.resolve(),
  }),
);
describeEmailProviderContract('The fake of the tests', () => makeFakeHarness());
describeEmailProviderContract('The fake of the tests without a memory', () => makeFakeHarness(0));
