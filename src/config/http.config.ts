import { isIP } from 'node:net';
import { parseApiKeys, type ApiKey } from './api-keys.js';
import { EnvironmentVariable } from './environment-variable.js';
import { FeatureConfig, type Rule } from './feature-config.js';
import { isLoopbackHost } from './loopback.js';
import { integer, invalid, valid, type Parser } from './parser.js';

/** Labels of letters, digits and inner dashes; a last label of digits alone would be a mistyped IPv4 address. */
const HOST_NAME = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)*(?!\d+$)[a-z\d](?:[a-z\d-]*[a-z\d])?$/i;

const bindAddress: Parser<string> = {
  allowed: 'an IP address or host name, without brackets and port',
  parse: (text) =>
    isIP(text) !== 0 || HOST_NAME.test(text)
      ? valid(text)
      : invalid('is neither an IP address nor a host name'),
};

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

  @EnvironmentVariable('HOST', bindAddress, {
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
