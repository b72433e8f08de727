import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** All that the stand-in was asked and all that it accepted; on disk too, so that the record outlives the process. */
export class History {
  requests = [];
  mails = [];
  reads = [];
  #file;

  /** @param {string | undefined} path JSON lines, appended; each line is on the disk before its request is answered */
  constructor(path) {
    this.#file = path === undefined ? undefined : openSync(path, 'a');
  }

  addMail(mail) {
    this.mails.push(mail);
    this.#append({ type: 'mail', ...mail });
  }

  addRequest(request) {
    this.requests.push(request);
    this.#append({ type: 'request', ...request });
  }

  /** Accepted mail by idempotency key; a count above 1 is a mail sent twice. Mail without a key is under `''`. */
  get accepted() {
    const byKey = new Map();
    for (const { key, at, bodySha256, body, id } of this.mails) {
      const first = byKey.get(key ?? '');
      if (first === undefined) {
        byKey.set(key ?? '', { key, count: 1, firstAt: at, lastAt: at, bodySha256, body, messageIds: [id] });
      } else {
        first.count += 1;
        first.lastAt = at;
        first.messageIds.push(id);
      }
    }
    return byKey;
  }

  close() {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #append(line) {
    if (this.#file === undefined) return;
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
    fsyncSync(this.#file);
  }
}
