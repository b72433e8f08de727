import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { EmailModule } from '../email/email.module.js';
import { LeadsModule } from '../leads/leads.module.js';
import { SuppressionsModule } from '../suppressions/suppressions.module.js';
import { InboundEffects } from './effects/inbound-effects.service.js';
import { InboundEmailsRepository } from './ingest/inbound-emails.repository.js';
import { IngestService } from './ingest/ingest.service.js';
import { MailMatcher } from './matching/mail-matcher.service.js';
import { MailReader } from './reading/mail-reader.service.js';

@Module({
  imports: [EmailModule, LeadsModule, SuppressionsModule],
  providers: [
    { provide: MailReader, useFactory: () => new MailReader() },
    InboundEffects,
    InboundEmailsRepository,
    IngestService,
    MailMatcher,
  ],
  exports: [IngestService],
})
export class InboxModule implements OnApplicationShutdown {
  constructor(private readonly reader: MailReader) {}

  async onApplicationShutdown(): Promise<void> {
    await this.reader.close();
  }
}
