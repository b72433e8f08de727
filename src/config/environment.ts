import { ConfigModule } from '@nestjs/config';
import type { Environment } from './load-config.js';

/**
 * What Resend's SDK reads behind our back: RESEND_DEBUG prints the provider's answers, which quote addresses; the
 * others would override what is configured here.
 */
const SDK_SWITCHES = ['RESEND_DEBUG', 'RESEND_BASE_URL', 'RESEND_USER_AGENT', 'RESEND_API_KEY'];

/**
 * What the process is configured from: `.env` of the working directory under the process environment, which wins,
 * even with an empty value.
 *
 * The file never enters `process.env`, so child processes do not inherit its secrets. The SDK's own switches leave it.
 */
export async function readEnvironment(): Promise<Environment> {
  let environment: Environment = {};
  await ConfigModule.forRoot({
    validate: (merged) => {
      environment = merged;
      return {};
    },
  });
  for (const name of SDK_SWITCHES) Reflect.deleteProperty(process.env, name);
  return environment;
}
