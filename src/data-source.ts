import { DataSource } from 'typeorm';
import { CreateClock1763800000001 } from '../migrations/1763800000001-create-clock.js';
import { CreateCampaignsAndLeads1763800000002 } from '../migrations/1763800000002-create-campaigns-and-leads.js';
import { CreateEmailTemplates1763800000003 } from '../migrations/1763800000003-create-email-templates.js';
import { CreateOutboundEmails1763800000004 } from '../migrations/1763800000004-create-outbound-emails.js';
import { CreateDispatch1763800000005 } from '../migrations/1763800000005-create-dispatch.js';
import { CreateIdempotencyKeys1763800000006 } from '../migrations/1763800000006-create-idempotency-keys.js';
import { ExtendDispatch1763800000007 } from '../migrations/1763800000007-extend-dispatch.js';
import { CreateSuppressions1763800000008 } from '../migrations/1763800000008-create-suppressions.js';
import { CreateDeliveryEvents1763800000009 } from '../migrations/1763800000009-create-delivery-events.js';
import { CreateInbox1763800000010 } from '../migrations/1763800000010-create-inbox.js';
import { CreateSequences1763800000011 } from '../migrations/1763800000011-create-sequences.js';
import { CreateLeadTransitions1763800000012 } from '../migrations/1763800000012-create-lead-transitions.js';
import { CreateAlerts1763800000013 } from '../migrations/1763800000013-create-alerts.js';
import { Alert } from './alerts/alert.entity.js';
import { CreateMetricsAndDecisions1763800000014 } from '../migrations/1763800000014-create-metrics-and-decisions.js';
import { CampaignAction } from './campaigns/campaign-action.entity.js';
import { Campaign } from './campaigns/campaign.entity.js';
import { connectionOptions, type PostgresConnection } from './database/connection-options.js';
import { DecisionTurn } from './decisions/entities/decision-turn.entity.js';
import { Decision } from './decisions/entities/decision.entity.js';
import { MetricDelta } from './decisions/entities/metric-delta.entity.js';
import { MetricHour } from './decisions/entities/metric-hour.entity.js';
import { MetricLead } from './decisions/entities/metric-lead.entity.js';
import { Bounce } from './email/entities/bounce.entity.js';
import { DispatchQueueRow } from './email/entities/dispatch-queue-row.entity.js';
import { OperatorAction } from './email/entities/operator-action.entity.js';
import { OutboundEmail } from './email/entities/outbound-email.entity.js';
import { ProviderEvent } from './email/entities/provider-event.entity.js';
import { ProviderGate } from './email/entities/provider-gate.entity.js';
import { QuotaCounter } from './email/entities/quota-counter.entity.js';
import { SendAttempt } from './email/entities/send-attempt.entity.js';
import { EmailTemplate } from './email/templates/email-template.entity.js';
import { IdempotencyKey } from './http/idempotency-key.entity.js';
import { InboundEmail } from './inbox/entities/inbound-email.entity.js';
import { InboundRaw } from './inbox/entities/inbound-raw.entity.js';
import { InboundReference } from './inbox/entities/inbound-reference.entity.js';
import { MailboxCursor } from './inbox/entities/mailbox-cursor.entity.js';
import { MailboxPoll } from './inbox/entities/mailbox-poll.entity.js';
import { CampaignLead } from './leads/campaign-lead.entity.js';
import { Lead } from './leads/lead.entity.js';
import { LeadTransition } from './leads/transitions/lead-transition.entity.js';
import { Enrolment } from './sequences/enrolment.entity.js';
import { Sequence } from './sequences/sequence.entity.js';
import { SequenceStep } from './sequences/sequence-step.entity.js';
import { Suppression } from './suppressions/suppression.entity.js';
import { SuppressionFence } from './suppressions/suppression-fence.entity.js';

/** The one data source of application, command line and tests: every entity, every migration in order. */
export function createDataSource(connection: PostgresConnection): DataSource {
  return new DataSource({
    ...connectionOptions(connection),
    synchronize: false,
    migrationsTransactionMode: 'each',
    migrationsTableName: 'cam_migrations',
    entities: [
      Alert,
      Bounce,
      Campaign,
      CampaignAction,
      CampaignLead,
      Decision,
      DecisionTurn,
      DispatchQueueRow,
      EmailTemplate,
      Enrolment,
      IdempotencyKey,
      InboundEmail,
      InboundRaw,
      InboundReference,
      Lead,
      LeadTransition,
      MailboxCursor,
      MailboxPoll,
      MetricDelta,
      MetricHour,
      MetricLead,
      OperatorAction,
      OutboundEmail,
      ProviderEvent,
      ProviderGate,
      QuotaCounter,
      SendAttempt,
      Sequence,
      SequenceStep,
      Suppression,
      SuppressionFence,
    ],
    migrations: [
      CreateClock1763800000001,
      CreateCampaignsAndLeads1763800000002,
      CreateEmailTemplates1763800000003,
      CreateOutboundEmails1763800000004,
      CreateDispatch1763800000005,
      CreateIdempotencyKeys1763800000006,
      ExtendDispatch1763800000007,
      CreateSuppressions1763800000008,
      CreateDeliveryEvents1763800000009,
      CreateInbox1763800000010,
      CreateSequences1763800000011,
      CreateLeadTransitions1763800000012,
      CreateAlerts1763800000013,
      CreateMetricsAndDecisions1763800000014,
    ],
  });
}
