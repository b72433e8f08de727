import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { describeFault } from '../common/fault-report.js';
import { FollowUps } from './follow-ups.service.js';

/** A step is made into mail within five seconds of its time. */
const PERIOD_MS = 2_000;

/** Every replica runs it; a tick that finds the last one still at work does nothing. */
@Injectable()
export class FollowUpsTask {
  private readonly logger = new Logger(FollowUpsTask.name);
  private isRunning = false;

  constructor(private readonly followUps: FollowUps) {}

  @Interval(PERIOD_MS)
  async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      await this.followUps.runOnce();
    } catch (error) {
      this.logger.error({ event: 'follow_ups.failed', fault: describeFault(error) });
    } finally {
      this.isRunning = false;
    }
  }
}
