/**
 * `npm run demo`: the service as a process of its own, on a throw-away embedded database, lives through the weeks of two
 * campaigns in less than a minute, and prints what became of them. Its provider is a stand-in on loopback: nothing leaves
 * the house, nothing is left behind. Ends with 1 when anything became of somebody that should not have.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { ALERT_SECRET, AlertReceiver } from '../support/alert-receiver.js';
import { Clearing } from '../loop/clearing.js';
import { FakeResend } from '../support/fake-resend/fake-resend.mjs';
import { SimulatedClock } from './clock.js';
import { audit, type Finding } from './audit.js';
import { explain, type Outcome, readCampaign, readInbound } from './outcome.js';
import { explanationOf, findingsOf, reportOf, section } from './report.js';
import { DemoService } from './service-process.js';
import { BEGIN, Story } from './story.js';

const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 'demo').toString('base64')}`;
const WEEK_MS = 7 * 86_400_000;

const startedAtMs = performance.now();
const clearing = new Clearing();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void clearing.clear().finally(() => process.exit(1)));
}
try {
  const failed = (await run()).filter(({ deviations }) => deviations.length > 0);
  if (failed.length > 0) process.exitCode = 1;
} finally {
  await clearing.clear();
}
say(`\n${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s.`);

async function run(): Promise<Finding[]> {
  const clock = new SimulatedClock();
  const folder = await mkdtemp(join(tmpdir(), 'cam-demo-'));
  clearing.later(() => rm(folder, { recursive: true, force: true }));
  const provider = await clearing.when(FakeResend.start({ now: clock.now }), (own) => own.stop());
  const operator = await clearing.when(AlertReceiver.start(), (own) => own.stop());
  const service = await clearing.when(
    DemoService.start(folder, environment(provider.baseUrl, operator.url)),
    (own) => own.stop(),
  );
  say(`The service runs on ${service.url}, with an embedded database in ${folder}.`);

  const story = new Story({ service, provider, clock, webhookSecret: WEBHOOK_SECRET });
  const end = await story.run();
  const weeks = Math.round((end.getTime() - BEGIN.getTime()) / WEEK_MS);
  say(`It has lived through ${weeks} weeks, from ${BEGIN.toDateString()} to ${end.toDateString()}.`);

  const outcome: Outcome = {
    campaigns: await Promise.all(story.campaigns.map((campaign) => readCampaign(service, campaign))),
    inbound: await readInbound(service),
    alerts: operator.received,
    accepted: [...provider.history.accepted.values()].map(({ count }) => count),
  };
  const findings = audit(outcome, { from: 9, to: 17, daysBefore: [0, 3, 5] });
  say(reportOf(outcome));
  const paused = outcome.campaigns.find(({ campaign }) => campaign.status === 'PAUSED');
  if (paused !== undefined) say(explanationOf(await explain(service, paused)));
  say(section('Does it add up?', findingsOf(findings)));
  return findings;
}

function environment(providerUrl: string, operatorUrl: string): Record<string, string> {
  return {
    AICMO_RESEND_API_KEY: 're_demo',
    AICMO_RESEND_BASE_URL: providerUrl,
    AICMO_RESEND_FROM_EMAIL: 'Grace <grace@ours.example>',
    AICMO_RESEND_WEBHOOK_SECRET: WEBHOOK_SECRET,
    AICMO_RESEND_RATE_PER_SECOND: '1000',
    AICMO_REPLY_ADDRESS: 'replies@in.ours.example',
    AICMO_PUBLIC_URL: 'https://mail.ours.example',
    AICMO_POSTAL_ADDRESS: 'Ours Ltd, 1 Example Street, Exampleville',
    AICMO_CAM_AUTO_PAUSE_ENABLE: 'true',
    AICMO_ALERT_WEBHOOK_URL: operatorUrl,
    AICMO_ALERT_WEBHOOK_SECRET: ALERT_SECRET,
    AICMO_CAM_EMAIL_ALLOWLIST_REGEX: '\\.example$',
  };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
