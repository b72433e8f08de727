import { Logger } from '@nestjs/common';
import { AlertsRepository } from '../../src/alerts/alerts.repository.js';
import { AlertsService } from '../../src/alerts/alerts.service.js';
import { CampaignsRepository } from '../../src/campaigns/campaigns.repository.js';
import { CampaignsService } from '../../src/campaigns/campaigns.service.js';
import { AlertsConfig } from '../../src/config/alerts.config.js';
import { DecisionsConfig } from '../../src/config/decisions.config.js';
import { DecisionLoop } from '../../src/decisions/decision-loop.service.js';
import { DecisionsRepository } from '../../src/decisions/decisions.repository.js';
import { MetricsRepository } from '../../src/decisions/metrics/metrics.repository.js';
import { configOf } from './config.js';
import { insertEmail, insertLead } from './factories.js';
import type { TestDatabase } from './test-database.js';

export interface LoopOptions {
  /** Default: true, other than the service's. */
  readonly autoPause?: boolean;
  readonly campaigns?: CampaignsService;
}

/** The decision loop of one process. Several over one database are replicas; none posts its alerts. Logs nothing. */
export function createDecisionLoop(
  { database }: Pick<TestDatabase, 'database'>,
  options: LoopOptions = {},
): DecisionLoop {
  Logger.overrideLogger(false);
  return new DecisionLoop(
    database,
    new MetricsRepository(),
    new DecisionsRepository(database),
    options.campaigns ?? new CampaignsService(new CampaignsRepository(database)),
    new AlertsService(
      configOf(AlertsConfig, { webhookUrl: 'https://ops.test/alerts' }),
      new AlertsRepository(database),
    ),
    configOf(DecisionsConfig, { autoPause: options.autoPause ?? true }),
  );
}

/** So many mails that were sent at an instant, the first ones of which came back; each to a lead of its own. @returns their ids */
export async function insertSent(
  db: TestDatabase,
  campaignId: number,
  mails: { readonly count: number; readonly bounced?: number; readonly at: string },
): Promise<number[]> {
  const { count, bounced = 0, at } = mails;
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const leadId = await insertLead(db, campaignId);
    const fate = index < bounced ? ({ status: 'BOUNCED' } as const) : ({ status: 'SENT' } as const);
    ids.push(
      await insertEmail(db, { campaign_id: campaignId, lead_id: leadId, sent_at: new Date(at), ...fate }),
    );
  }
  return ids;
}
