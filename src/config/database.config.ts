import { EnvironmentVariable } from './environment-variable.js';
import { FeatureConfig } from './feature-config.js';
import { invalid, valid, type Parser } from './parser.js';

const postgresUrl: Parser<string> = {
  allowed: 'postgresql://user:password@host:5432/database, special characters percent-encoded',
  parse: (text) => {
    if (!/^postgres(?:ql)?:\/\//.test(text)) {
      return invalid('does not begin with postgresql:// or postgres://');
    }
    // Cut off silently as a URL fragment, it would leave a shortened password or database name.
    if (text.includes('#')) return invalid('holds a bare "#"');

    // libpq's form for a Unix socket (`user@/database?host=/run`) has no host; the driver reads it, URL does not.
    const isUrl = URL.canParse(text) || URL.canParse(text.replace('@/', '@socket/'));
    return isUrl ? valid(text) : invalid('is not a URL');
  },
};

const environmentName: Parser<'production' | 'development' | 'test'> = {
  allowed: 'production, development or test',
  parse: (text) =>
    text === 'production' || text === 'development' || text === 'test'
      ? valid(text)
      : invalid('is not the name of an environment'),
};

/** Where the data lives. */
export class DatabaseConfig extends FeatureConfig {
  @EnvironmentVariable('DATABASE_URL', postgresUrl, {
    doc: 'URL of a PostgreSQL server, version 15 or later; empty: the embedded database in ./.data.',
    secret: true,
  })
  readonly url: string | null;

  @EnvironmentVariable('NODE_ENV', environmentName, {
    default: 'development',
    doc: 'In production, a database whose clock was moved by tests or the demo refuses to start.',
  })
  readonly environment: 'production' | 'development' | 'test';
}
