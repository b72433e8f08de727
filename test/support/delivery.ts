import { Logger } from '@nestjs/common';
import { CampaignsRepository } from '../../src/campaigns/campaigns.repository.js';
import { CampaignsService } from '../../src/campaigns/campaigns.service.js';
import { SendingConfig } from '../../src/config/sending.config.js';
import { QuotaRepository } from '../../src/email/caps/quota.repository.js';
import { DeliveryRepository } from '../../src/email/delivery/delivery.repository.js';
import { DeliveryService } from '../../src/email/delivery/delivery.service.js';
import { ProviderEventsRepository } from '../../src/email/delivery/provider-events.repository.js';
import { ProviderEventsService } from '../../src/email/delivery/provider-events.service.js';
import { ProofRepository } from '../../src/email/dispatch/proof.repository.js';
import { RecipientStops } from '../../src/email/recipients/recipient-stops.service.js';
import { LeadsRepository } from '../../src/leads/leads.repository.js';
import { LeadsService } from '../../src/leads/leads.service.js';
import { SuppressionsRepository } from '../../src/suppressions/suppressions.repository.js';
import { SuppressionsService } from '../../src/suppressions/suppressions.service.js';
import { configOf } from './config.js';
import type { TestDatabase } from './test-database.js';

/** What records the fate of sent mail, wired up over a database of a spec and without HTTP. */
export interface Delivery {
  readonly service: DeliveryService;
  readonly proofs: ProofRepository;
  readonly events: ProviderEventsService;
  readonly stops: RecipientStops;
}

/** Logs nothing. */
export function createDelivery({ database }: Pick<TestDatabase, 'database'>): Delivery {
  Logger.overrideLogger(false);
  const quota = new QuotaRepository(configOf(SendingConfig, { timeZone: 'UTC', dailyCap: 0 }));
  const proofs = new ProofRepository(database, quota);
  const leads = new LeadsService(
    new LeadsRepository(database),
    new CampaignsService(new CampaignsRepository(database)),
  );
  const stops = new RecipientStops(leads, new SuppressionsService(new SuppressionsRepository(database)));
  const service = new DeliveryService(new DeliveryRepository(), proofs, stops);
  const events = new ProviderEventsService(database, new ProviderEventsRepository(), proofs, service);
  return { service, proofs, events, stops };
}
