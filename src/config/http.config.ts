import { parseApiKeys, type ApiKey } from './api-keys.js';
import { EnvironmentVariable } from './environment-variable.js';
import { FeatureConfig, type Rule } from './feature-config.js';
import { hostName } from './host-name.js';
import { isLoopbackHost } from './loopback.js';
import { integer, invalid, valid, type Parser } from './parser.js';

const apiKeyList: Parser<readonly ApiKey[]> = {
  allowed: 'comma-separated name:sha256hex[:read+send+manage]',
  parse: (text) => {
    const { keys, problems } = parseApiKeys(text);
    return problems.length === 0
      ? valid(Object.freeze(keys))
      : invalid(`has faults (${problems.join('; ')})`);
  },
};

/** Where the API listens and who may call it. */
export class HttpConfig extends FeatureConfig {
  static readonly rules: readonly Rule<HttpConfig>[] = [
    {
      blames: 'host',
      fields: ['host', 'apiKeys'],
      problem: ({ host, apiKeys }) =>
        isLoopbackHost(host) || apiKeys.length > 0
          ? null
          : 'is open to other machines while AICMO_API_KEYS is empty',
      allowed: 'keys in AICMO_API_KEYS, or a loopback HOST (127.0.0.1, ::1, localhost)',
    },
  ];

  @EnvironmentVariable('PORT', integer({ min: 0, max: 65_535 }), {
    default: '3000',
    doc: 'TCP port that the API listens on; 0 takes any free one.',
  })
  readonly port: number;

  @EnvironmentVariable('HOST', hostName, {
    default: '127.0.0.1',
    doc: 'Address or name that the API binds to; any but a loopback one needs AICMO_API_KEYS.',
  })
  readonly host: string;

  @EnvironmentVariable('AICMO_API_KEYS', apiKeyList, {
    default: '',
    doc: 'Comma-separated name:sha256hex[:read+send+manage], no scopes: all; empty: the API answers loopback only.',
    secret: true,
  })
  readonly apiKeys: readonly ApiKey[];
}
