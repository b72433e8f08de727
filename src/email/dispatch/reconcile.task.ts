import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Reconciler } from './reconciler.service.js';

/** A turn of the fleet is free every ten minutes: some replica is there within one more. */
const PERIOD_MS = 60_000;

/** Every replica runs it, one at a time finds a turn; a tick that finds the last one still at work joins it. */
@Injectable()
export class ReconcileTask {
  constructor(private readonly reconciler: Reconciler) {}

  @Interval(PERIOD_MS)
  async run(): Promise<void> {
    await this.reconciler.run();
  }
}
