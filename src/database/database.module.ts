import { type DynamicModule, Module } from '@nestjs/common';
import { DatabaseConfig } from '../config/database.config.js';
import { Database } from './database.js';
import { DatabaseRuntime, type DataSourceFactory } from './database-runtime.js';

/** Provides {@link Database} to every module. */
@Module({})
export class DatabaseModule {
  static forRoot(createDataSource: DataSourceFactory): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        {
          provide: DatabaseRuntime,
          useFactory: (config: DatabaseConfig) => DatabaseRuntime.open(config, createDataSource),
          inject: [DatabaseConfig],
        },
        {
          provide: Database,
          useFactory: ({ dataSource }: DatabaseRuntime) => new Database(dataSource),
          inject: [DatabaseRuntime],
        },
      ],
      exports: [Database, DatabaseRuntime],
    };
  }
}
