import { createHash } from 'node:crypto';

const SCOPES = ['read', 'send', 'manage'] as const;

/** `read` looks, `send` posts mail, `manage` changes everything else. */
export type ApiScope = (typeof SCOPES)[number];

/** A client that may call the API. Only the digest of its key is known here. */
export interface ApiKey {
  /** For logs and idempotency; unique. */
  readonly name: string;
  /** SHA-256 of the key's UTF-8 bytes: 32 bytes, unique. */
  readonly sha256: Buffer;
  readonly scopes: ReadonlySet<ApiScope>;
}

const SHA256_OF_NOTHING = createHash('sha256').digest();

/**
 * Reads `name:sha256hex[:read+send+manage]` entries, comma-separated; an entry without scopes has all of them.
 *
 * Problems count entries from 1 and repeat nothing of them: a key pasted in the wrong place must not reach a log.
 */
export function parseApiKeys(text: string): { keys: ApiKey[]; problems: string[] } {
  const keys: ApiKey[] = [];
  const problems: string[] = [];
  if (text === '') return { keys, problems };

  for (const [index, entry] of text.split(',').entries()) {
    const parsed = parseEntry(entry.trim(), keys);
    if (typeof parsed === 'string') problems.push(`entry ${index + 1} ${parsed}`);
    else keys.push(parsed);
  }
  return { keys, problems };
}

/** @returns the key, or what the entry has wrong */
function parseEntry(entry: string, earlier: readonly ApiKey[]): ApiKey | string {
  const [, name = '', digest = '', scopeList] = /^([^:]*):([^:]*)(?::(.*))?$/.exec(entry) ?? [];
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(name)) {
    return 'has no name of 1 to 64 letters, digits, dots, dashes or underscores before its first ":"';
  }
  if (earlier.some((key) => key.name === name)) return 'has the name of an earlier one';

  if (!/^[0-9a-f]{64}$/i.test(digest)) return 'has no SHA-256 of 64 hex digits after its name';
  const sha256 = Buffer.from(digest, 'hex');
  if (sha256.equals(SHA256_OF_NOTHING)) return 'has the SHA-256 of an empty key';
  if (earlier.some((key) => key.sha256.equals(sha256))) return 'has the SHA-256 of an earlier one';

  const scopes = scopeList?.split('+') ?? SCOPES;
  return scopes.every(isScope)
    ? { name, sha256, scopes: new Set(scopes) }
    : `has scopes other than ${SCOPES.join(', ')} joined by "+"`;
}

function isScope(word: string): word is ApiScope {
  return SCOPES.some((scope) => scope === word);
}
