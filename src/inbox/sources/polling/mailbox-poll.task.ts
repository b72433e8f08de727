import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { describeFault } from '../../../common/fault-report.js';
import { MailboxPoller } from './mailbox-poller.service.js';

/** How late a poll may start. */
const PERIOD_MS = 5_000;

/** Every replica looks whether a poll is due, and one at a time makes it; a tick during a poll does nothing. */
@Injectable()
export class MailboxPollTask {
  private readonly logger = new Logger(MailboxPollTask.name);
  private isRunning = false;

  constructor(private readonly poller: MailboxPoller) {}

  @Interval(PERIOD_MS)
  async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      await this.poller.runOnce();
    } catch (error) {
      // The database, most likely: the lease ends by itself.
      this.logger.error({ event: 'inbox.poll_interrupted', fault: describeFault(error) });
    } finally {
      this.isRunning = false;
    }
  }
}
