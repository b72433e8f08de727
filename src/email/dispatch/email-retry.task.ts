import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { describeFault } from '../../common/fault-report.js';
import { Dispatcher } from './dispatcher.service.js';

/** Half of the ten seconds within which a first retry starts. */
const PERIOD_MS = 5_000;

/**
 * The periodic run beside the dispatcher's loop: closes out what must not be repeated, releases what need not wait any
 * more, and makes the loop look. Every replica runs it; a tick that finds the last one still at work does nothing.
 */
@Injectable()
export class EmailRetryTask {
  private readonly logger = new Logger(EmailRetryTask.name);
  private isRunning = false;

  constructor(private readonly dispatcher: Dispatcher) {}

  @Interval(PERIOD_MS)
  async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      await this.dispatcher.tidy();
      this.dispatcher.nudge();
    } catch (error) {
      this.logger.error({ event: 'dispatch.tidy_failed', fault: describeFault(error) });
    } finally {
      this.isRunning = false;
    }
  }
}
