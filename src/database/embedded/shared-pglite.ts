import { PGlite } from '@electric-sql/pglite';

const SYNC = 'S'.charCodeAt(0);
const SIMPLE_QUERY = 'Q'.charCodeAt(0);
/** Parse, Bind, Describe, Execute, Close, Flush: what may stand before a Sync. */
const BATCHED = new Set(Array.from('PBDECH', (type) => type.charCodeAt(0)));

/**
 * PGlite that several connections of its socket server can share.
 *
 * The server hands on one protocol message at a time, of whichever connection has one, unless `isInTransaction()`: then
 * only the last connection may go on. An extended query is a batch of messages about one unnamed statement, and a batch
 * above the socket's buffer (200 kB) arrives in pieces, so another connection's Parse fell between Parse and Bind and
 * statements ran with the parameters of others. A batch therefore counts as a transaction until its Sync.
 */
export class SharedPGlite extends PGlite {
  private isInBatch = false;

  override isInTransaction(): boolean {
    return this.isInBatch || super.isInTransaction();
  }

  override execProtocolRawSync(message: Uint8Array): Uint8Array {
    const type = message[0];
    if (type !== undefined && BATCHED.has(type)) this.isInBatch = true;
    if (type === SYNC || type === SIMPLE_QUERY) this.isInBatch = false;
    return super.execProtocolRawSync(message);
  }
}
