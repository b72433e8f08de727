import { createDataSource } from '../../src/data-source.js';
import type { ChaosCampaign } from './load.js';
import type { ChaosPostgres } from './postgres.js';
import { type SequenceCampaign, stepTemplates } from './sequence-load.js';

const LEADS_PER_CAMPAIGN = 20_000;
const LEADS_PER_SEQUENCE = 5_000;

export interface Campaigns {
  /** One for each cap that was asked for. */
  readonly plain: readonly ChaosCampaign[];
  readonly sequences: readonly SequenceCampaign[];
  /** Leads of the sequences, by address. */
  readonly recipients: ReadonlyMap<string, number>;
}

interface StoredCampaign {
  id: number;
  leads: { id: number; email: string }[];
}

/** Fills a new database with all that mail is made of. A sequence's days are counted in UTC, where each has 24 hours. */
export async function setUpCampaigns(
  postgres: ChaosPostgres,
  database: string,
  caps: readonly (number | null)[],
  sequences: number,
): Promise<Campaigns> {
  const dataSource = await createDataSource({ kind: 'url', url: postgres.url(database) }).initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
  const templates = [
    { type: 'chaos', subject: 'Hello {first_name}', body: '<p>Hello {first_name}, here we are.</p>' },
    ...stepTemplates,
  ];
  await postgres.query(
    database,
    `INSERT INTO cam_email_templates (template_type, subject, body)
     SELECT type, subject, body FROM jsonb_to_recordset($1::jsonb) AS t (type text, subject text, body text)`,
    [JSON.stringify(templates)],
  );
  const insert = async (name: string, cap: number | null, leads: number): Promise<StoredCampaign> => {
    const [campaign] = await postgres.query<StoredCampaign>(
      database,
      `WITH campaign AS (
         INSERT INTO cam_campaigns (name, max_emails_per_day, timezone) VALUES ($1, $2, 'UTC') RETURNING id
       ), leads AS (
         INSERT INTO cam_leads (email, first_name)
         SELECT 'lead-' || $1 || '-' || n || '@lead.test', 'Lead ' || n FROM generate_series(1, $3) AS n
         RETURNING id, email
       ), members AS (
         INSERT INTO cam_campaign_leads (campaign_id, lead_id)
         SELECT campaign.id, leads.id FROM campaign, leads
       )
       SELECT campaign.id,
              (SELECT jsonb_agg(jsonb_build_object('id', id, 'email', email) ORDER BY id) FROM leads) AS leads
         FROM campaign`,
      [name, cap, leads],
    );
    if (campaign === undefined) throw new Error('The campaign is not there');
    return campaign;
  };
  const plain = await Promise.all(
    caps.map((cap, index) => insert(`campaign-${index + 1}`, cap, LEADS_PER_CAMPAIGN)),
  );
  const stepping = await Promise.all(
    Array.from({ length: sequences }, (_, index) =>
      insert(`sequence-${index + 1}`, null, LEADS_PER_SEQUENCE),
    ),
  );
  return {
    plain: plain.map(({ id, leads }, index) => ({ id, leads: idsOf(leads), isCapped: caps[index] !== null })),
    sequences: stepping.map(({ id, leads }) => ({ id, leads: idsOf(leads) })),
    recipients: new Map(stepping.flatMap(({ leads }) => leads.map(({ id, email }) => [email, id] as const))),
  };
}

function idsOf(leads: StoredCampaign['leads']): number[] {
  return leads.map(({ id }) => id);
}
