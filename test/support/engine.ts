import { Logger } from '@nestjs/common';
import { AlertDeliveryService } from '../../src/alerts/alert-delivery.service.js';
import { DEFAULT_ALERT_TIMING } from '../../src/alerts/alert-timing.js';
import { AlertsRepository } from '../../src/alerts/alerts.repository.js';
import { AlertsService } from '../../src/alerts/alerts.service.js';
import { CampaignsRepository } from '../../src/campaigns/campaigns.repository.js';
import { CampaignsService } from '../../src/campaigns/campaigns.service.js';
import { AlertsConfig } from '../../src/config/alerts.config.js';
import { EmailProviderConfig } from '../../src/config/email-provider.config.js';
import { RecipientAllowlist } from '../../src/config/recipient-allowlist.js';
import { SendingConfig } from '../../src/config/sending.config.js';
import { QuotaRepository } from '../../src/email/caps/quota.repository.js';
import { AcceptanceRepository } from '../../src/email/dispatch/acceptance.repository.js';
import { ClaimRepository } from '../../src/email/dispatch/claim.repository.js';
import { DispatchQueueRepository } from '../../src/email/dispatch/dispatch-queue.repository.js';
import { Dispatcher } from '../../src/email/dispatch/dispatcher.service.js';
import { DueMailRepository } from '../../src/email/dispatch/due-mail.repository.js';
import { EmailSender } from '../../src/email/dispatch/email-sender.service.js';
import { DEFAULT_DISPATCH_TIMING, type DispatchTiming } from '../../src/email/dispatch/lease.js';
import { LeaseRepository } from '../../src/email/dispatch/lease.repository.js';
import { OperatorActionsRepository } from '../../src/email/dispatch/operator-actions.repository.js';
import { ownerOf, type QueueOwner } from '../../src/email/dispatch/queue-owner.js';
import { PacedArchive } from '../../src/email/dispatch/paced-archive.service.js';
import { RequestPace } from '../../src/email/dispatch/request-pace.service.js';
import { SettlementRepository } from '../../src/email/dispatch/settlement.repository.js';
import { StopsRepository } from '../../src/email/dispatch/stops.repository.js';
import { ThreadRefresh } from '../../src/email/dispatch/thread-refresh.service.js';
import type { EmailProvider } from '../../src/email/provider/email-provider.js';
import { ProviderGateRepository } from '../../src/email/provider/provider-gate.repository.js';
import { ProviderGateReadModel } from '../../src/email/provider/provider-gate.view.js';
import type { SentMailArchive } from '../../src/email/provider/sent-mail-archive.js';
import { AcceptRepository } from '../../src/email/sending/accept.repository.js';
import type { AcceptContext } from '../../src/email/sending/new-email.js';
import { NewEmailsRepository } from '../../src/email/sending/new-emails.repository.js';
import { BatchSendingService } from '../../src/email/sending/batch-sending.service.js';
import { EmailComposer } from '../../src/email/sending/email-composer.service.js';
import { EmailSendingService } from '../../src/email/sending/email-sending.service.js';
import { ThreadRepository } from '../../src/email/sending/thread.repository.js';
import { StepMailsRepository } from '../../src/email/steps/step-mails.repository.js';
import { StepSending } from '../../src/email/steps/step-sending.service.js';
import { StepsRepository } from '../../src/email/steps/steps.repository.js';
import { EmailTemplatesRepository } from '../../src/email/templates/email-templates.repository.js';
import { EmailTemplatesService } from '../../src/email/templates/email-templates.service.js';
import { TemplateRenderer } from '../../src/email/templates/template-renderer.js';
import { CampaignSequences } from '../../src/follow-ups/campaign-sequences.service.js';
import { FollowUps } from '../../src/follow-ups/follow-ups.service.js';
import { LeadsRepository } from '../../src/leads/leads.repository.js';
import { LeadsService } from '../../src/leads/leads.service.js';
import { EnrolmentScheduleRepository } from '../../src/sequences/enrolment-schedule.repository.js';
import { EnrolmentSchedule } from '../../src/sequences/enrolment-schedule.service.js';
import { EnrolmentsRepository } from '../../src/sequences/enrolments.repository.js';
import { EnrolmentsService } from '../../src/sequences/enrolments.service.js';
import { SequencesRepository } from '../../src/sequences/sequences.repository.js';
import { SequencesService } from '../../src/sequences/sequences.service.js';
import { configOf } from './config.js';
import { FakeEmailProvider } from './fake-email-provider.js';
import type { TestDatabase } from './test-database.js';

/** The sending side of one process, and the sequences: what the modules wire up, over a database of a spec and without HTTP. */
export interface Engine {
  readonly provider: EmailProvider;
  readonly alerts: AlertsService;
  readonly alertDelivery: AlertDeliveryService;
  readonly owner: QueueOwner;
  readonly campaigns: CampaignsRepository;
  readonly quota: QuotaRepository;
  readonly accepts: AcceptRepository;
  readonly claims: ClaimRepository;
  readonly queue: DispatchQueueRepository;
  readonly settlements: SettlementRepository;
  readonly operators: OperatorActionsRepository;
  readonly gates: ProviderGateRepository;
  readonly gatesView: ProviderGateReadModel;
  readonly sender: EmailSender;
  readonly dispatcher: Dispatcher;
  readonly sending: EmailSendingService;
  readonly batches: BatchSendingService;
  readonly leads: LeadsService;
  readonly enrolments: EnrolmentsService;
  readonly sequences: CampaignSequences;
  readonly followUps: FollowUps;
}

export interface EngineOptions {
  /** Default: one that accepts everything. */
  readonly provider?: EmailProvider;
  /** What the provider tells of the mail that it accepted; default: nothing. */
  readonly archive?: SentMailArchive;
  readonly timing?: Partial<DispatchTiming>;
  /** Mails per day; 0, the default: no cap. */
  readonly dailyCap?: number;
  readonly timeZone?: string;
  readonly maxRetries?: number;
  /** RE2 expression; none: all may get mail. */
  readonly allowlist?: string;
  /** Default: so many that no test waits for the pace. */
  readonly ratePerSecond?: number;
  /** The operator's webhook; none, the default: no alerts. */
  readonly alerts?: Partial<Pick<AlertsConfig, 'webhookUrl' | 'webhookSecret'>>;
}

/** One process. Several over one database are several replicas. Logs nothing. */
export function createEngine(db: Pick<TestDatabase, 'database'>, options: EngineOptions = {}): Engine {
  Logger.overrideLogger(false);
  const { database } = db;
  const provider = options.provider ?? new FakeEmailProvider();
  const timing = { ...DEFAULT_DISPATCH_TIMING, ...options.timing };
  const providerConfig = configOf(EmailProviderConfig, { ratePerSecond: options.ratePerSecond ?? 10_000 });
  const sendingConfig = configOf(SendingConfig, {
    dailyCap: options.dailyCap ?? 0,
    timeZone: options.timeZone ?? 'UTC',
    maxRetries: options.maxRetries ?? 12,
    allowlist: options.allowlist === undefined ? null : new RecipientAllowlist(options.allowlist),
  });

  const quota = new QuotaRepository(sendingConfig);
  const stops = new StopsRepository();
  const steps = new StepsRepository(sendingConfig);
  const accepts = new AcceptRepository(
    database,
    new NewEmailsRepository(timing),
    quota,
    stops,
    steps,
    timing,
  );
  const queue = new DispatchQueueRepository(database, quota, steps);
  const alertsConfig = configOf(AlertsConfig, options.alerts);
  const outbox = new AlertsRepository(database);
  const alerts = new AlertsService(alertsConfig, outbox);
  const settlements = new SettlementRepository(database, quota, alerts, new AcceptanceRepository(database));
  const gates = new ProviderGateRepository(database, alerts);
  const gatesView = new ProviderGateReadModel(database);
  const claims = new ClaimRepository(
    database,
    new DueMailRepository(stops, steps, sendingConfig),
    quota,
    gates,
    new LeaseRepository(timing),
    settlements,
    providerConfig,
    timing,
  );
  const pace = new RequestPace(provider, gates, gatesView, providerConfig, timing);
  const archive = new PacedArchive(options.archive ?? null, pace, timing);
  const threads = new ThreadRefresh(archive, new ThreadRepository(database), timing);
  const sender = new EmailSender(
    provider,
    queue,
    settlements,
    gates,
    threads,
    sendingConfig,
    providerConfig,
    timing,
  );
  const dispatcher = new Dispatcher(provider, claims, queue, settlements, sender, gatesView, timing);

  const campaigns = new CampaignsRepository(database);
  const campaignsService = new CampaignsService(campaigns);
  const leads = new LeadsService(new LeadsRepository(database), campaignsService);
  const renderer = new TemplateRenderer();
  const templates = new EmailTemplatesService(
    new EmailTemplatesRepository(database),
    campaignsService,
    renderer,
  );
  const composer = new EmailComposer(
    campaignsService,
    leads,
    templates,
    renderer,
    sendingConfig,
    providerConfig,
  );
  const stepSending = new StepSending(
    composer,
    accepts,
    new StepMailsRepository(database),
    dispatcher,
    sendingConfig,
    provider,
  );
  const sequencesRepository = new SequencesRepository(database);
  const enrolments = new EnrolmentsService(new EnrolmentsRepository(database), sendingConfig);
  const schedule = new EnrolmentSchedule(
    new EnrolmentScheduleRepository(database),
    sequencesRepository,
    sendingConfig,
  );
  return {
    provider,
    alerts,
    alertDelivery: new AlertDeliveryService(alertsConfig, outbox, DEFAULT_ALERT_TIMING),
    owner: ownerOf(provider),
    campaigns,
    quota,
    accepts,
    claims,
    queue,
    settlements,
    operators: new OperatorActionsRepository(database, quota),
    gates,
    gatesView,
    sender,
    dispatcher,
    sending: new EmailSendingService(composer, accepts, sender, sendingConfig, provider, timing),
    batches: new BatchSendingService(composer, accepts, dispatcher, sendingConfig, provider),
    leads,
    enrolments,
    sequences: new CampaignSequences(
      campaignsService,
      leads,
      templates,
      new SequencesService(sequencesRepository),
      enrolments,
      stepSending,
    ),
    followUps: new FollowUps(schedule, stepSending),
  };
}

/** What a call of `accept` says of itself in these tests, but for the fields given. */
export function acceptContext(
  fields: Pick<AcceptContext, 'campaignId'> & Partial<AcceptContext>,
): AcceptContext {
  return {
    provider: 'Resend',
    simulated: false,
    accountFingerprint: 'fake',
    maxRetries: 12,
    placing: 'reserve',
    ...fields,
  };
}
