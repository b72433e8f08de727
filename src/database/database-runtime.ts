import { type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { DatabaseConfig } from '../config/database.config.js';
import type { PostgresConnection } from './connection-options.js';
import { EmbeddedDatabase } from './embedded/embedded-database.js';

/** Where the embedded database lives, below the working directory. */
const DATA_FOLDER = './.data';

/** Makes the data source of a connection; the composition root knows the entities and migrations. */
export type DataSourceFactory = (connection: PostgresConnection) => DataSource;

/**
 * The open database of this process: a server, or the embedded one, which it then owns. Migrations run by themselves
 * only where nobody else can run them: on the embedded database.
 */
export class DatabaseRuntime implements OnApplicationShutdown {
  private constructor(
    readonly dataSource: DataSource,
    private readonly embedded: EmbeddedDatabase | null,
  ) {}

  /**
   * @throws DataFolderLockedError when another process holds the embedded database
   * @throws Error when the server cannot be reached, or its clock was moved in production
   */
  static async open(config: DatabaseConfig, createDataSource: DataSourceFactory): Promise<DatabaseRuntime> {
    const embedded = config.url === null ? await EmbeddedDatabase.start(DATA_FOLDER) : null;
    const dataSource = createDataSource(
      embedded === null
        ? { kind: 'url', url: config.url ?? '' }
        : { kind: 'embedded', socketFolder: embedded.socketFolder },
    );
    const runtime = new DatabaseRuntime(dataSource, embedded);
    try {
      await dataSource.initialize();
      if (embedded !== null) await dataSource.runMigrations();
      if (config.environment === 'production') await refuseMovedClock(dataSource);
      return runtime;
    } catch (error) {
      await runtime.onApplicationShutdown();
      throw error;
    }
  }

  /** After the HTTP server has closed and every mail in flight is settled. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
    await this.embedded?.stop();
  }
}

/** Tests, the demo and chaos runs move `cam_now()`; a database that they used must not send real mail. */
async function refuseMovedClock(dataSource: DataSource): Promise<void> {
  if (await dataSource.showMigrations()) return;
  const rows = await dataSource.query<unknown[]>(
    `SELECT 1 FROM cam_clock WHERE clock_offset <> interval '0'`,
  );
  if (rows.length > 0) {
    throw new Error('The clock of this database was moved (cam_clock): not for production');
  }
}
