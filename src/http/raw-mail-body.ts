import { createHash } from 'node:crypto';

/** A body of `message/rfc822`: the bytes of a mail, as they came. */
export class RawMailBody {
  constructor(readonly bytes: Buffer) {}

  /** Hex SHA-256. */
  digest(): string {
    return createHash('sha256').update(this.bytes).digest('hex');
  }

  /** What the fingerprint of an idempotency key is made of. */
  toJSON(): string {
    return this.digest();
  }
}
