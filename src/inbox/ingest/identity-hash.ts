import { createHash } from 'node:crypto';
import type { ParsedMail } from '../reading/parsed-mail.js';

/**
 * Hex SHA-256 that tells one mail from another, whatever way it came: of Message-ID, From and Date, or of the bytes when
 * there is no Message-ID.
 */
export function identityHash(mail: Pick<ParsedMail, 'messageId' | 'from' | 'date'>, raw: Uint8Array): string {
  const { messageId, from, date } = mail;
  const hash = createHash('sha256');
  if (messageId === null) hash.update('raw\n').update(raw);
  else hash.update(JSON.stringify(['v1', messageId, from?.address ?? null, date]));
  return hash.digest('hex');
}
