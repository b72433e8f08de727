import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Dispatcher } from './dispatcher.service.js';

/** Half of the ten seconds within which a first retry starts. */
const PERIOD_MS = 5_000;

/**
 * Re-sends what is due, under the key and with the bytes of the first attempt, and closes out what must not be
 * repeated. Every replica runs it; a tick that finds the last one still at work joins it.
 */
@Injectable()
export class EmailRetryTask {
  constructor(private readonly dispatcher: Dispatcher) {}

  @Interval(PERIOD_MS)
  async run(): Promise<void> {
    await this.dispatcher.drain();
  }
}
