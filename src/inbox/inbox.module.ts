import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { AlertsModule } from '../alerts/alerts.module.js';
import { InboxConfig } from '../config/inbox.config.js';
import { EmailModule } from '../email/email.module.js';
import { LeadsModule } from '../leads/leads.module.js';
import { SequencesModule } from '../sequences/sequences.module.js';
import { SuppressionsModule } from '../suppressions/suppressions.module.js';
import { InboundEmailsController } from './api/inbound-emails.controller.js';
import { InboundEmailsService } from './api/inbound-emails.service.js';
import { InboundEmailsReadModel } from './api/inbound-emails.view.js';
import { InboundEffects } from './effects/inbound-effects.service.js';
import { InboundEmailsRepository } from './ingest/inbound-emails.repository.js';
import { IngestService } from './ingest/ingest.service.js';
import { MailMatcher } from './matching/mail-matcher.service.js';
import { RematchService } from './matching/rematch.service.js';
import { RematchTask } from './matching/rematch.task.js';
import { MailReader } from './reading/mail-reader.service.js';
import { MAIL_SINK } from './sources/mail-sink.js';
import { createMailboxAccount } from './sources/mailbox.factory.js';
import { MAILBOX_ACCOUNT } from './sources/mailbox.js';
import { MailboxPollTask } from './sources/polling/mailbox-poll.task.js';
import { MailboxPoller } from './sources/polling/mailbox-poller.service.js';
import { MailboxPollsRepository } from './sources/polling/mailbox-polls.repository.js';
import { MailboxPollsReadModel } from './sources/polling/mailbox-polls.view.js';
import { DEFAULT_POLL_TIMING, POLL_TIMING } from './sources/polling/poll-lease.js';

@Module({
  imports: [AlertsModule, EmailModule, LeadsModule, SequencesModule, SuppressionsModule],
  controllers: [InboundEmailsController],
  providers: [
    { provide: MailReader, useFactory: () => new MailReader() },
    { provide: MAIL_SINK, useExisting: IngestService },
    { provide: MAILBOX_ACCOUNT, useFactory: createMailboxAccount, inject: [InboxConfig] },
    { provide: POLL_TIMING, useValue: DEFAULT_POLL_TIMING },
    InboundEffects,
    InboundEmailsReadModel,
    InboundEmailsRepository,
    InboundEmailsService,
    IngestService,
    MailboxPollTask,
    MailboxPoller,
    MailboxPollsReadModel,
    MailboxPollsRepository,
    MailMatcher,
    RematchService,
    RematchTask,
  ],
  exports: [IngestService, MAILBOX_ACCOUNT, MailboxPollsReadModel],
})
export class InboxModule implements OnApplicationShutdown {
  constructor(private readonly reader: MailReader) {}

  async onApplicationShutdown(): Promise<void> {
    await this.reader.close();
  }
}
