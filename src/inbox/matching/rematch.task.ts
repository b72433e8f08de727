import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { describeFault } from '../../common/fault-report.js';
import { RematchService } from './rematch.service.js';

/** Providers tell a Message-ID within minutes of the mail. */
const PERIOD_MS = 5 * 60_000;

/** Every replica runs it; a tick that finds the last one still at work does nothing. */
@Injectable()
export class RematchTask {
  private readonly logger = new Logger(RematchTask.name);
  private isRunning = false;

  constructor(private readonly rematching: RematchService) {}

  @Interval(PERIOD_MS)
  async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      await this.rematching.runOnce();
    } catch (error) {
      this.logger.error({ event: 'inbound.rematch_failed', fault: describeFault(error) });
    } finally {
      this.isRunning = false;
    }
  }
}
