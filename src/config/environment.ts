import { ConfigModule } from '@nestjs/config';
import type { Environment } from './load-config.js';

/**
 * What the process is configured from: `.env` of the working directory under the process environment, which wins,
 * even with an empty value.
 *
 * The file never enters `process.env`, so child processes do not inherit its secrets.
 */
export async function readEnvironment(): Promise<Environment> {
  let environment: Environment = {};
  await ConfigModule.forRoot({
    validate: (merged) => {
      environment = merged;
      return {};
    },
  });
  return environment;
}
