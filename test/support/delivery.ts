import { Logger } from '@nestjs/common';
import { SendingConfig } from '../../src/config/sending.config.js';
import { QuotaRepository } from '../../src/email/caps/quota.repository.js';
import { DeliveryRepository } from '../../src/email/delivery/delivery.repository.js';
import { DeliveryService } from '../../src/email/delivery/delivery.service.js';
import { ProviderEventsRepository } from '../../src/email/delivery/provider-events.repository.js';
import { ProviderEventsService } from '../../src/email/delivery/provider-events.service.js';
import { ProofRepository } from '../../src/email/dispatch/proof.repository.js';
import { RecipientStops } from '../../src/email/recipients/recipient-stops.service.js';
import { LeadTransitionsRepository } from '../../src/leads/transitions/lead-transitions.repository.js';
import { LeadTransitionsService } from '../../src/leads/transitions/lead-transitions.service.js';
import { EnrolmentsRepository } from '../../src/sequences/enrolments.repository.js';
import { EnrolmentsService } from '../../src/sequences/enrolments.service.js';
import { TransitionsService } from '../../src/sequences/transitions.service.js';
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
  readonly transitions: TransitionsService;
}

/** Logs nothing. */
export function createDelivery({ database }: Pick<TestDatabase, 'database'>): Delivery {
  Logger.overrideLogger(false);
  const quota = new QuotaRepository(configOf(SendingConfig, { timeZone: 'UTC', dailyCap: 0 }));
  const proofs = new ProofRepository(database, quota);
  const transitions = createTransitions({ database });
  const stops = new RecipientStops(
    transitions,
    new SuppressionsService(new SuppressionsRepository(database)),
  );
  const service = new DeliveryService(new DeliveryRepository(), proofs, stops, transitions);
  const events = new ProviderEventsService(database, new ProviderEventsRepository(), proofs, service);
  return { service, proofs, events, stops, transitions };
}

/** What mail does to leads and enrolments. The default time zone is UTC. */
export function createTransitions({ database }: Pick<TestDatabase, 'database'>): TransitionsService {
  return new TransitionsService(
    new LeadTransitionsService(new LeadTransitionsRepository()),
    new EnrolmentsService(new EnrolmentsRepository(database), configOf(SendingConfig, { timeZone: 'UTC' })),
  );
}
