/**
 * The real loop: the service sends a campaign through a Postfix of its own, a missing mailbox bounces, a vacation script
 * answers, people reply, and all of it comes back by IMAP from a Dovecot. Prints what became of it, and ends with 1 when
 * anything did otherwise than it should.
 *
 * `--quick` takes a smaller crowd. Needs root and Debian's postfix, dovecot-imapd, dovecot-lmtpd and dovecot-sieve (CI
 * installs them); where they are missing it says so and ends well.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { OwnPostgres } from '../support/own-postgres.js';
import { Clearing } from './clearing.js';
import { Loop } from './loop.js';
import { MailHouse, passwordOf } from './mail-house.js';
import { CROWD, DOMAINS, PEOPLE, SENDER } from './people.js';
import { listOf } from './report.js';
import { LoopService } from './service.js';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const missing = await MailHouse.whatIsMissing();
if (missing === null) await runLoop();
else say(`SKIPPED: the real loop, because ${missing}.`);

async function runLoop(): Promise<void> {
  const startedAtMs = performance.now();
  const clearing = new Clearing();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'cam-loop-'));
    clearing.later(() => rm(folder, { recursive: true, force: true }));
    const postgres = await clearing.when(OwnPostgres.start(), (own) => own.stop());
    clearing.onSignals();
    const databaseUrl = await postgres.createDatabase('loop');
    const residents = PEOPLE.filter(({ kind }) => kind !== 'missing');
    const house = await clearing.when(
      MailHouse.open(DOMAINS, [{ address: SENDER }, { address: CROWD }, ...residents]),
      (open) => open.close(),
    );
    const service = new LoopService(folder, environmentOf(house, databaseUrl));
    clearing.later(() => service.end());

    const crowd = values.quick ? 50 : 250;
    const findings = await new Loop({ house, service, databaseUrl, crowd, say }).run();
    const failed = findings.filter(({ deviation }) => deviation !== null).length;
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
    say(`${listOf(findings)}\n\n${findings.length} findings, ${failed} deviations, ${seconds} s.`);
    if (failed > 0) process.exitCode = 1;
  } finally {
    await clearing.clear();
  }
}

function environmentOf(house: MailHouse, databaseUrl: string): Record<string, string> {
  const login = `${encodeURIComponent(SENDER)}:${encodeURIComponent(passwordOf(SENDER))}`;
  return {
    DATABASE_URL: databaseUrl,
    NODE_EXTRA_CA_CERTS: join(house.dovecot.folder, 'certificate.pem'),
    AICMO_SMTP_URL: `smtps://${login}@localhost:${house.submissionsPort}`,
    AICMO_RESEND_FROM_EMAIL: `Support <${SENDER}>`,
    AICMO_RESEND_RATE_PER_SECOND: '50',
    AICMO_CAM_EMAIL_DAILY_CAP: '0',
    AICMO_REPLY_ADDRESS: SENDER,
    // The footer that these two make is quoted in every reply.
    AICMO_PUBLIC_URL: 'https://mail.sender.test',
    AICMO_POSTAL_ADDRESS: 'Sender Ltd, 1 Test Street, Testville',
    AICMO_IMAP_SERVER: 'localhost',
    AICMO_IMAP_PORT: String(house.dovecot.tlsPort),
    AICMO_IMAP_EMAIL: SENDER,
    AICMO_IMAP_PASSWORD: passwordOf(SENDER),
    AICMO_IMAP_POLL_INTERVAL_MINUTES: '0.01',
  };
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
