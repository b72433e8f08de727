import { Injectable, Logger } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { Database } from '../database/database.js';
import { DatabaseRuntime } from '../database/database-runtime.js';

@Injectable()
export class DatabaseHealth {
  private readonly logger = new Logger(DatabaseHealth.name);
  private migrated = false;

  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
    private readonly runtime: DatabaseRuntime,
  ) {}

  async check(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    try {
      await this.database.query('SELECT 1');
      return indicator.up();
    } catch (error) {
      this.report('health.database_down', error);
      return indicator.down({ message: 'The database does not answer' });
    }
  }

  async checkMigrations(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('migrations');
    try {
      // Migrations are never taken back under a running process: once is enough.
      this.migrated ||= !(await this.runtime.dataSource.showMigrations());
      return this.migrated ? indicator.up() : indicator.down({ message: 'Run npm run migration:run' });
    } catch (error) {
      this.report('health.migrations_unknown', error);
      return indicator.down({ message: 'The migrations cannot be read' });
    }
  }

  /** For the operators alone: a driver's message names hosts and users, and the probes are open to everybody. */
  private report(event: string, error: unknown): void {
    this.logger.warn({ event, reason: error instanceof Error ? error.message : String(error) });
  }
}
