import { parseArgs } from 'node:util';

import { FakeResend } from './fake-resend.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4010' },
    history: { type: 'string' },
    mode: { type: 'string', default: 'ok' },
    probability: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    rate: { type: 'string' },
    'daily-quota': { type: 'string' },
    'monthly-quota': { type: 'string' },
    'ttl-ms': { type: 'string' },
    'block-test-domains': { type: 'boolean', default: false },
  },
});

const fake = await FakeResend.start({
  port: Number(values.port),
  historyFile: values.history,
  seed: Number(values.seed),
  ratePerSecond: optionalNumber(values.rate),
  dailyQuota: optionalNumber(values['daily-quota']),
  monthlyQuota: optionalNumber(values['monthly-quota']),
  ttlMs: optionalNumber(values['ttl-ms']),
  blockTestDomains: values['block-test-domains'],
});
fake.setMode(values.mode, { probability: Number(values.probability) });
process.stdout.write(`Resend's stand-in listens on ${fake.baseUrl}\n`);

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void fake.stop());

function optionalNumber(text) {
  return text === undefined ? undefined : Number(text);
}
