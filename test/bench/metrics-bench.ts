/**
 * `npm run bench:metrics [-- --mails=10000000]`: what the counts of a large campaign cost, on a PostgreSQL of its own:
 * the refresh after 100,000 further changes, the page of `GET campaigns/:id/metrics` before and after it, what the rules
 * read, and what the triggers add to recording 200 accepted mails.
 *
 * The mails are made in bulk, without the triggers and without the indexes that no count uses; then they are counted once.
 */
import { parseArgs } from 'node:util';
import { Client } from 'pg';
import { CampaignMetricsReadModel } from '../../src/decisions/api/campaign-metrics.view.js';
import { MetricsRepository } from '../../src/decisions/metrics/metrics.repository.js';
import { createDataSource } from '../../src/data-source.js';
import { Database } from '../../src/database/database.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { median } from './statistics.js';

const { values: options } = parseArgs({ options: { mails: { type: 'string', default: '10000000' } } });
const MAILS = Number(options.mails);
/** Mails that are not sent yet. */
const OPEN = 50_000;
const MAILS_PER_LEAD = 3;
const LEADS = Math.ceil((MAILS + OPEN) / MAILS_PER_LEAD);
const CAMPAIGN = 1;
/** Changes that the loop adds in one transaction. */
const MOST = 20_000;

/** They tell nothing of a count, and take long to fill. */
const UNUSED_CONSTRAINTS = [
  'uq_outbound_emails_provider_message_id',
  'uq_outbound_emails_provider_message_id_header',
  'ck_outbound_emails_body_sha256',
  'ck_outbound_emails_content_hash',
  'ck_outbound_emails_public_token',
  'uq_outbound_emails_content',
  'uq_outbound_emails_send_key',
  'uq_outbound_emails_public_token',
  'uq_outbound_emails_message_id_header',
];
const UNUSED_INDEXES = [
  'ix_outbound_emails_by_status',
  'ix_outbound_emails_by_campaign_status',
  'ix_outbound_emails_by_recipient',
  'ix_outbound_emails_by_queued_at',
  'ix_outbound_emails_by_sent_at',
];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const start = performance.now();
  const result = await work();
  say(`| ${what} | ${(performance.now() - start).toFixed(0)} |`);
  return result;
}

/** One mail in a hundred was answered, one in a thousand made its reader unsubscribe. */
async function seed(db: Client): Promise<void> {
  for (const name of UNUSED_CONSTRAINTS) {
    await db.query(`ALTER TABLE cam_outbound_emails DROP CONSTRAINT ${name}`);
  }
  for (const name of UNUSED_INDEXES) await db.query(`DROP INDEX ${name}`);
  await db.query('DROP INDEX ix_outbound_emails_by_lead, ix_outbound_emails_by_campaign');
  await db.query(`INSERT INTO cam_campaigns (name) VALUES ('Large')`);
  await db.query(
    `INSERT INTO cam_leads (email) SELECT 'l' || n || '@lead.test' FROM generate_series(1, $1::integer) AS n`,
    [LEADS],
  );
  await db.query('SET session_replication_role = replica');
  await db.query('SET synchronous_commit = off');
  await db.query(
    `INSERT INTO cam_outbound_emails (
         lead_id, campaign_id, to_email, from_email, subject, html_body, text_body, headers, body_sha256, content_hash,
         send_key, public_token, simulated, provider, message_id_header, status, max_retries, queued_at, sent_at,
         delivered_at, bounced_at, complained_at)
       SELECT 1 + (n - 1) % $3, ${CAMPAIGN}, 'l' || (1 + (n - 1) % $3) || '@lead.test', 'a@b.test', 'Hello', 'h', 't',
              '{}', repeat('a', 64), repeat('a', 64), '00000000-0000-0000-0000-000000000000', repeat('a', 26), false,
              'Resend', '<' || n || '>', CASE WHEN n <= $1 THEN 'SENT' ELSE 'QUEUED' END, 12, s.at, s.sent_at,
              CASE WHEN n % 100 < 97 THEN s.sent_at END, CASE WHEN n % 100 = 99 THEN s.sent_at END,
              CASE WHEN n % 10000 = 0 THEN s.sent_at END
         FROM generate_series(1, $2::integer) AS n
        CROSS JOIN LATERAL (SELECT now() - interval '180 days' * (1 - n::float8 / $2) AS at,
                                   CASE WHEN n <= $1 THEN now() - interval '180 days' * (1 - n::float8 / $2) END
                                     AS sent_at) AS s`,
    [MAILS, MAILS + OPEN, LEADS],
  );
  // Made at the end they take a tenth of the time.
  await db.query('CREATE INDEX ix_outbound_emails_by_lead ON cam_outbound_emails (lead_id, id)');
  await db.query('CREATE INDEX ix_outbound_emails_by_campaign ON cam_outbound_emails (campaign_id, id)');
  await db.query(
    `INSERT INTO cam_inbound_emails (
         lead_id, campaign_id, in_reply_to_outbound_email_id, match_method, match_confidence, provider, provider_msg_uid,
         identity_hash, subject, classification, classification_confidence, classification_reason, classifier_version,
         automatic, needs_review, received_at)
       SELECT lead_id, campaign_id, id, 'token', 1, 'IMAP', 'seed-' || id, lpad(to_hex(id), 64, '0'), 'Re', 'POSITIVE', 1,
              '', '1', false, false, sent_at
         FROM cam_outbound_emails WHERE id % 100 = 1 AND id <= $1`,
    [MAILS],
  );
  await db.query(
    `INSERT INTO cam_suppressions (scope, target, cause, evidence, reason, created_by)
       SELECT 'address', to_email, 'unsubscribe', 'outbound:' || id, 'asked', 'cam'
         FROM cam_outbound_emails WHERE id % 1000 = 2 AND id <= $1`,
    [MAILS],
  );
  await db.query('RESET session_replication_role');
  await db.query('RESET synchronous_commit');
  for (const table of ['cam_outbound_emails', 'cam_inbound_emails', 'cam_suppressions', 'cam_leads']) {
    await db.query(`VACUUM ANALYZE ${table}`);
  }
}

/** As they come: mails in the batches of the settlement, everything else one by one. @returns how many facts that were */
async function change(db: Client): Promise<number> {
  await settle(db, MAILS + 1, OPEN);
  await db.query(
    `DO $$ BEGIN
       FOR mail IN ${MAILS + 1}..${MAILS + 46_000} LOOP
         UPDATE cam_outbound_emails SET delivered_at = now() WHERE id = mail;
       END LOOP;
       FOR mail IN ${MAILS + 46_001}..${MAILS + 46_500} LOOP
         UPDATE cam_outbound_emails SET status = 'BOUNCED', bounced_at = now() WHERE id = mail;
       END LOOP;
     END $$`,
  );
  await db.query(
    `INSERT INTO cam_inbound_emails (
       lead_id, campaign_id, in_reply_to_outbound_email_id, match_method, match_confidence, provider, provider_msg_uid,
       identity_hash, subject, classification, classification_confidence, classification_reason, classifier_version,
       automatic, needs_review, received_at)
     SELECT lead_id, campaign_id, id, 'token', 1, 'IMAP', 'new-' || id, 'f' || lpad(to_hex(id), 63, '0'), 'Re', 'POSITIVE',
            1, '', '1', false, false, now()
       FROM cam_outbound_emails WHERE id BETWEEN $1 AND $1 + 2999`,
    [MAILS + 1],
  );
  await db.query(
    `INSERT INTO cam_suppressions (scope, target, cause, evidence, reason, created_by)
     SELECT 'address', to_email, 'unsubscribe', 'outbound:' || id, 'asked', 'cam'
       FROM cam_outbound_emails WHERE id BETWEEN $1 AND $1 + 499`,
    [MAILS + 10_000],
  );
  return OPEN + 46_000 + 500 + 3_000 + 500;
}

/** @returns milliseconds of each batch of 200 */
async function settle(db: Client, firstId: number, count: number): Promise<number[]> {
  const took: number[] = [];
  for (let from = firstId; from < firstId + count; from += 200) {
    const start = performance.now();
    await db.query(
      `UPDATE cam_outbound_emails SET status = 'SENT', sent_at = now() WHERE id BETWEEN $1 AND $1 + 199`,
      [from],
    );
    took.push(performance.now() - start);
  }
  return took;
}

async function measure(admin: Client, db: Database): Promise<void> {
  const metrics = new MetricsRepository();
  const view = new CampaignMetricsReadModel(db);
  const refresh = async (): Promise<number> => {
    let all = 0;
    for (let added = MOST; added === MOST; all += added) {
      added = await db.transaction((tx) => metrics.refresh(tx, CAMPAIGN, MOST));
    }
    return all;
  };
  const read = async (what: string): Promise<void> => {
    const took: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      const start = performance.now();
      await view.find(CAMPAIGN);
      took.push(performance.now() - start);
    }
    say(`| ${what}, median of ${took.length} | ${median(took).toFixed(1)} |`);
  };

  say(`| ${MAILS} mails, ${LEADS} leads | ms |\n| --- | --- |`);
  await timed('counting all of it once', async () => {
    await admin.query('SELECT cam_rebuild_metrics($1)', [CAMPAIGN]);
    await refresh();
  });
  await admin.query('VACUUM ANALYZE cam_metric_deltas, cam_metric_leads, cam_metric_hours');

  const facts = await timed('making the changes', () => change(admin));
  await read(`page read, ${facts} changes waiting`);
  const before = await view.find(CAMPAIGN);
  const rows = await timed(`refresh after ${facts} changes`, refresh);
  const after = await view.find(CAMPAIGN);
  const { computed_at: _read, ...told } = before ?? {};
  const { computed_at: _readAgain, ...kept } = after ?? {};
  if (JSON.stringify(told) !== JSON.stringify(kept)) throw new Error('A refresh has changed the counts');
  say(`| of ${rows} rows that the triggers wrote | |`);
  await read('page read after the refresh');
  await timed('what the rules read', () => db.transaction((tx) => metrics.findEvidence(tx, CAMPAIGN)));

  const reset = `UPDATE cam_outbound_emails SET status = 'QUEUED', sent_at = NULL, delivered_at = NULL WHERE id > ${MAILS}`;
  for (const triggers of ['DISABLE', 'ENABLE']) {
    await admin.query('ALTER TABLE cam_outbound_emails DISABLE TRIGGER USER');
    await admin.query(reset.replace('delivered_at', 'bounced_at = NULL, delivered_at'));
    await admin.query('VACUUM cam_outbound_emails');
    await admin.query(`ALTER TABLE cam_outbound_emails ${triggers} TRIGGER USER`);
    const took = await settle(admin, MAILS + 1, OPEN);
    say(`| recording 200 accepted mails, triggers ${triggers}D, median | ${median(took).toFixed(1)} |`);
  }
}

const postgres = await OwnPostgres.start({
  max_wal_size: '8GB',
  shared_buffers: '512MB',
  maintenance_work_mem: '512MB',
});
const url = await postgres.createDatabase('metrics');
// The product's own connections give up on whatever takes so long.
const admin = new Client({ connectionString: url });
const dataSource = await createDataSource({ kind: 'url', url }).initialize();
try {
  await admin.connect();
  await timed('making the mails', () => seed(admin));
  await measure(admin, new Database(dataSource));
} finally {
  await dataSource.destroy();
  await admin.end();
  await postgres.stop();
}
