import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { describeFault } from '../common/fault-report.js';
import { DecisionLoop } from './decision-loop.service.js';

/** A campaign that does harm is paused within a minute of its counts telling so. */
const PERIOD_MS = 30_000;

/** Every replica runs it; a tick that finds the last one still at work does nothing. */
@Injectable()
export class DecisionsTask {
  private readonly logger = new Logger(DecisionsTask.name);
  private isRunning = false;

  constructor(private readonly loop: DecisionLoop) {}

  @Interval(PERIOD_MS)
  async run(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      await this.loop.runOnce();
    } catch (error) {
      this.logger.error({ event: 'decisions.failed', fault: describeFault(error) });
    } finally {
      this.isRunning = false;
    }
  }
}
