/** What Resend remembers of an idempotency key: the body it came with and, once there is one, the first answer. */
export class KeyMemory {
  #entries = new Map();
  #ttlMs;
  #now;

  constructor(ttlMs, now) {
    this.#ttlMs = ttlMs;
    this.#now = now;
  }

  /** @returns the entry of the key, or undefined when it is new or forgotten */
  find(key) {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#now() - entry.at < this.#ttlMs) return entry;
    this.#entries.delete(key);
    return undefined;
  }

  /** Marks the key as running; its entry must be completed or released. */
  begin(key, bodySha256) {
    this.#entries.set(key, { bodySha256, at: this.#now(), answer: undefined });
  }

  complete(key, answer) {
    this.#entries.get(key).answer = answer;
  }

  release(key) {
    this.#entries.delete(key);
  }
}
