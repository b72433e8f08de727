import { Module } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { CampaignsModule } from '../campaigns/campaigns.module.js';
import { EmailProviderConfig } from '../config/email-provider.config.js';
import { LeadsModule } from '../leads/leads.module.js';
import { SequencesModule } from '../sequences/sequences.module.js';
import { SuppressionsModule } from '../suppressions/suppressions.module.js';
import { EmailController } from './api/email.controller.js';
import { OutboundEmailsController } from './api/outbound-emails.controller.js';
import { OutboundEmailsService } from './api/outbound-emails.service.js';
import { OutboundEmailsReadModel } from './api/outbound-emails.view.js';
import { CapacityController } from './caps/capacity.controller.js';
import { CapacityReadModel } from './caps/capacity.view.js';
import { QuotaRepository } from './caps/quota.repository.js';
import { DeliveryRepository } from './delivery/delivery.repository.js';
import { DeliveryService } from './delivery/delivery.service.js';
import { ProviderEventsRepository } from './delivery/provider-events.repository.js';
import { ProviderEventsService } from './delivery/provider-events.service.js';
import { AcceptanceRepository } from './dispatch/acceptance.repository.js';
import { ClaimRepository } from './dispatch/claim.repository.js';
import { DispatchQueueRepository } from './dispatch/dispatch-queue.repository.js';
import { Dispatcher } from './dispatch/dispatcher.service.js';
import { DueMailRepository } from './dispatch/due-mail.repository.js';
import { EmailRetryTask } from './dispatch/email-retry.task.js';
import { EmailSender } from './dispatch/email-sender.service.js';
import { DEFAULT_DISPATCH_TIMING, DISPATCH_TIMING } from './dispatch/lease.js';
import { LeaseRepository } from './dispatch/lease.repository.js';
import { OperatorActionsRepository } from './dispatch/operator-actions.repository.js';
import { PacedArchive } from './dispatch/paced-archive.service.js';
import { ProofRepository } from './dispatch/proof.repository.js';
import { ReconcileTask } from './dispatch/reconcile.task.js';
import { Reconciler } from './dispatch/reconciler.service.js';
import { ReconciliationRepository } from './dispatch/reconciliation.repository.js';
import { RequestPace } from './dispatch/request-pace.service.js';
import { RECEIVED_MAIL_STORE } from './provider/received-mail-store.js';
import { SettlementRepository } from './dispatch/settlement.repository.js';
import { StopsRepository } from './dispatch/stops.repository.js';
import { ThreadRefresh } from './dispatch/thread-refresh.service.js';
import { CampaignOutlooks } from './explain/campaign-outlook.service.js';
import { CampaignQueueReadModel } from './explain/campaign-queue.view.js';
import { LeadEmailsReadModel } from './explain/lead-emails.view.js';
import { MailOutlook } from './explain/mail-outlook.service.js';
import { RecipientBlockers } from './explain/recipient-blockers.service.js';
import { EMAIL_PROVIDER } from './provider/email-provider.js';
import {
  createEmailProvider,
  createProviderWebhook,
  createReceivedMailStore,
  createSentMailArchive,
} from './provider/email-provider.factory.js';
import { ProviderGateRepository } from './provider/provider-gate.repository.js';
import { ProviderGateReadModel } from './provider/provider-gate.view.js';
import { PROVIDER_WEBHOOK } from './provider/provider-webhook.js';
import { SENT_MAIL_ARCHIVE } from './provider/sent-mail-archive.js';
import { RecipientStops } from './recipients/recipient-stops.service.js';
import { AcceptRepository } from './sending/accept.repository.js';
import { BatchSendingService } from './sending/batch-sending.service.js';
import { EmailComposer } from './sending/email-composer.service.js';
import { EmailSendingService } from './sending/email-sending.service.js';
import { NewEmailsRepository } from './sending/new-emails.repository.js';
import { ThreadRepository } from './sending/thread.repository.js';
import { SentMailLookup } from './sent-mail/sent-mail-lookup.service.js';
import { SentMailRepository } from './sent-mail/sent-mail.repository.js';
import { StepMailsRepository } from './steps/step-mails.repository.js';
import { StepSending } from './steps/step-sending.service.js';
import { StepsRepository } from './steps/steps.repository.js';
import { EmailTemplatesController } from './templates/email-templates.controller.js';
import { EmailTemplatesRepository } from './templates/email-templates.repository.js';
import { EmailTemplatesService } from './templates/email-templates.service.js';
import { TemplateRenderer } from './templates/template-renderer.js';
import { UnsubscribeController } from './unsubscribe/unsubscribe.controller.js';
import { UnsubscribeRepository } from './unsubscribe/unsubscribe.repository.js';
import { UnsubscribeService } from './unsubscribe/unsubscribe.service.js';

@Module({
  imports: [AlertsModule, CampaignsModule, LeadsModule, SequencesModule, SuppressionsModule],
  controllers: [
    CapacityController,
    EmailController,
    EmailTemplatesController,
    OutboundEmailsController,
    UnsubscribeController,
  ],
  providers: [
    { provide: EMAIL_PROVIDER, useFactory: createEmailProvider, inject: [EmailProviderConfig] },
    { provide: SENT_MAIL_ARCHIVE, useFactory: createSentMailArchive, inject: [EmailProviderConfig] },
    { provide: PROVIDER_WEBHOOK, useFactory: createProviderWebhook, inject: [EmailProviderConfig] },
    { provide: RECEIVED_MAIL_STORE, useFactory: createReceivedMailStore, inject: [EmailProviderConfig] },
    { provide: DISPATCH_TIMING, useValue: DEFAULT_DISPATCH_TIMING },
    { provide: TemplateRenderer, useFactory: () => new TemplateRenderer() },
    AcceptRepository,
    AcceptanceRepository,
    BatchSendingService,
    CampaignOutlooks,
    CampaignQueueReadModel,
    CapacityReadModel,
    ClaimRepository,
    DeliveryRepository,
    DeliveryService,
    DispatchQueueRepository,
    Dispatcher,
    DueMailRepository,
    EmailComposer,
    EmailRetryTask,
    EmailSender,
    EmailSendingService,
    EmailTemplatesRepository,
    EmailTemplatesService,
    LeadEmailsReadModel,
    LeaseRepository,
    MailOutlook,
    NewEmailsRepository,
    OperatorActionsRepository,
    OutboundEmailsReadModel,
    OutboundEmailsService,
    PacedArchive,
    ProofRepository,
    ProviderEventsRepository,
    ProviderEventsService,
    ProviderGateReadModel,
    ProviderGateRepository,
    QuotaRepository,
    ReconcileTask,
    Reconciler,
    ReconciliationRepository,
    RecipientBlockers,
    RecipientStops,
    RequestPace,
    SentMailLookup,
    SentMailRepository,
    SettlementRepository,
    StepMailsRepository,
    StepSending,
    StepsRepository,
    StopsRepository,
    ThreadRefresh,
    ThreadRepository,
    UnsubscribeRepository,
    UnsubscribeService,
  ],
  exports: [
    CampaignOutlooks,
    DeliveryService,
    EMAIL_PROVIDER,
    EmailSendingService,
    EmailTemplatesService,
    MailOutlook,
    PROVIDER_WEBHOOK,
    ProviderEventsService,
    ProviderGateReadModel,
    RECEIVED_MAIL_STORE,
    RecipientBlockers,
    RecipientStops,
    RequestPace,
    SentMailLookup,
    StepSending,
  ],
})
export class EmailModule {}
