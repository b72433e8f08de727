import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';

/**
 * Says that the process has been asked to end. It says so at once, while requests are still served and mail is still on
 * the wire: what is done about it later, each part does for itself.
 */
@Injectable()
export class ShutdownNotice implements OnModuleDestroy {
  private readonly logger = new Logger(ShutdownNotice.name);
  private readonly listeners: (() => void)[] = [];
  private begun = false;

  get hasBegun(): boolean {
    return this.begun;
  }

  /** Calls `listener` when it begins. */
  onBegin(listener: () => void): void {
    this.listeners.push(listener);
  }

  onModuleDestroy(): void {
    this.begun = true;
    this.logger.log({ event: 'shutdown.begun' });
    for (const listener of this.listeners) listener();
  }
}
