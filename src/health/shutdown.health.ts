import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { ShutdownNotice } from '../http/shutdown-notice.js';

@Injectable()
export class ShutdownHealth {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly shutdown: ShutdownNotice,
  ) {}

  /** Whoever sends requests here must learn to send them elsewhere while they are still answered. */
  check(): HealthIndicatorResult {
    const indicator = this.indicators.check('shutdown');
    return this.shutdown.hasBegun
      ? indicator.down({ message: 'The process is about to end' })
      : indicator.up();
  }
}
