import { Controller, Get, UseFilters } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { DatabaseHealth } from './database.health.js';
import { HealthFilter } from './health.filter.js';
import { InboxHealth, type InboxState } from './inbox.health.js';
import { ProviderHealth, type ProviderState } from './provider.health.js';
import { ShutdownHealth } from './shutdown.health.js';

/** For probes and people. Open to everybody: nothing secret is told. */
@ApiTags('health')
@Controller('health')
@UseFilters(HealthFilter)
export class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly database: DatabaseHealth,
    private readonly provider: ProviderHealth,
    private readonly inbox: InboxHealth,
    private readonly shutdown: ShutdownHealth,
  ) {}

  /** Asks no dependency: a database that is down must not make Kubernetes restart every replica. */
  @Get('live')
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse()
  live(): HealthCheckResult {
    // Terminus would answer 503 while the process shuts down, and get it killed with mail on the wire.
    return { status: 'ok', info: {}, error: {}, details: {} };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'The process is not about to end, the database answers, and all migrations are applied',
  })
  @ApiOkResponse()
  @ApiServiceUnavailableResponse()
  async ready(): Promise<HealthCheckResult> {
    return this.checks.check([
      () => this.shutdown.check(),
      () => this.database.check(),
      () => this.database.checkMigrations(),
    ]);
  }

  @Get()
  @ApiOperation({
    summary: 'Readiness, the provider and the inbox: does mail leave the house, and are answers read?',
  })
  @ApiOkResponse()
  @ApiServiceUnavailableResponse()
  async all(): Promise<HealthCheckResult & { provider: ProviderState; inbox: InboxState }> {
    const result = await this.checks.check([
      () => this.shutdown.check(),
      () => this.database.check(),
      () => this.database.checkMigrations(),
      () => this.provider.check(),
      () => this.inbox.check(),
    ]);
    return { ...result, provider: this.provider.state, inbox: await this.inbox.readState() };
  }
}
